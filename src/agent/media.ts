/**
 * The files that came with a message (agent.md section 4, Media). While their turn runs, images and texts are shown to
 * the model at every call; all files are put into the workspace, where tools can open them in later turns as well. Only
 * uploads count: any other path stays what it is, a text.
 */
import type { LanguageModelV4Message } from '@ai-sdk/provider'
import { estimateTokenCount } from 'tokenx'
import { messageOf } from '../errors.ts'
import { decodeText, type Files } from '../files/index.ts'
import type { Log } from '../platform.ts'
import type { StoredUpload, Uploads } from '../uploads/index.ts'

export type UserPart = Extract<LanguageModelV4Message, { role: 'user' }>['content'][number]

/** What a turn's files are to its model. */
export interface TurnMedia {
  /** The parts that follow the message's text. Long texts are cut to half of a model's window (in tokens). */
  parts(contextWindow: number): UserPart[]
}

export interface MediaDeps {
  uploads: Uploads
  workspace: Files
  log: Log
}

/** The folder of the workspace that gets the files. */
const FOLDER = 'uploads'
/** 5 MB in base64: the smallest limit among the large vendors. */
const MAX_IMAGE_BYTES = 3_932_160
const MAX_TEXT_BYTES = 256 * 1024
/** Images and texts of one message, together. */
const MAX_SHOWN_BYTES = 12 * 1024 * 1024
/** As much as telling a file's type by its content takes. */
const SNIFF_BYTES = 4100

const IMAGES: Readonly<Record<string, string>> = {
  'image/png': 'image/png',
  'image/apng': 'image/png',
  'image/jpeg': 'image/jpeg',
  'image/gif': 'image/gif',
  'image/webp': 'image/webp',
}

/** Texts that have a type of their own. */
const TEXTUAL = /^text\/|\b(?:xml|json|rtf)$/

type Shown = { part: UserPart } | { title: string; text: string; tokens: number; path: string | null }

/** The stored text with the paths of uploads as the tools of the workspace know them. */
export function withWorkspacePaths(text: string, uploads: Pick<Uploads, 'storedName'>): string {
  return text.replace(/\[file: ([^\]\n]+)\]/g, (whole, path: string) => {
    const stored = uploads.storedName(path)
    return stored === null ? whole : `[file: ${FOLDER}/${stored}]`
  })
}

/**
 * Reads the uploads among `media` and copies them into the workspace, once each. A guest's stay out of the workspace:
 * a guest has no tools to open them. Never fails for a file: the model is told what is wrong with it.
 */
export async function turnMedia(
  input: { media?: readonly string[]; owner: boolean },
  deps: MediaDeps,
): Promise<TurnMedia> {
  const shown: Shown[] = []
  let room = MAX_SHOWN_BYTES
  for (const path of new Set(input.media)) {
    const name = deps.uploads.storedName(path)
    if (name === null) continue
    const upload = await deps.uploads.find(path)
    if (upload === null) {
      shown.push(note(`${FOLDER}/${name}: this upload has been removed from the gateway.`))
      continue
    }
    const copy = input.owner ? await copied(upload, deps) : null
    const one = await shownOf(upload, copy, room, deps.uploads)
    if (!('part' in one) || one.part.type === 'file') room -= upload.size
    shown.push(one)
  }
  return { parts: (contextWindow) => shown.map((one) => ('part' in one ? one.part : textPart(one, contextWindow))) }
}

async function shownOf(
  upload: StoredUpload,
  copy: string | null,
  room: number,
  uploads: Pick<Uploads, 'head'>,
): Promise<Shown> {
  const { stored, size } = upload
  const { fileTypeFromBuffer } = await import('file-type')
  const mime = (await fileTypeFromBuffer(await uploads.head(stored, SNIFF_BYTES)))?.mime
  const label = `${copy ?? stored}: ${mime ?? 'file'}, ${size} bytes`
  const hint = copy ? 'Open it with your tools.' : 'It is not in the workspace.'
  const image = mime && IMAGES[mime]
  if (image) {
    if (size > MAX_IMAGE_BYTES)
      return note(`${label}. Too large to be shown (${MAX_IMAGE_BYTES} bytes at most). ${hint}`)
    if (size > room) return note(`${label}. Not shown: the files of this message are too large together. ${hint}`)
    const data = await uploads.head(stored, size)
    return { part: { type: 'file', mediaType: image, filename: stored, data: { type: 'data', data } } }
  }
  if ((mime === undefined || TEXTUAL.test(mime)) && size <= Math.min(MAX_TEXT_BYTES, room)) {
    const text = decodeText(await uploads.head(stored, size))?.text
    if (text !== undefined) {
      return { title: `Content of ${copy ?? stored}`, text, tokens: estimateTokenCount(text), path: copy }
    }
  }
  return note(`${label}. Its content is not shown here. ${hint}`)
}

/** Copies an upload into the workspace; its path there, or null when that failed. */
async function copied({ stored, size }: StoredUpload, { uploads, workspace, log }: MediaDeps): Promise<string | null> {
  const path = `${FOLDER}/${stored}`
  try {
    const there = await workspace.stat(path)
    if (there?.kind !== 'file' || there.size !== size) await workspace.write(path, await uploads.stream(stored))
    return path
  } catch (error) {
    log.warn('an upload could not be put into the workspace', { upload: stored, error: messageOf(error) })
    return null
  }
}

function textPart({ title, text, tokens, path }: Exclude<Shown, { part: UserPart }>, contextWindow: number): UserPart {
  const most = Math.floor(contextWindow / 2)
  if (tokens <= most) return { type: 'text', text: `${title}:\n\n${text}` }
  const head = text.slice(0, Math.floor((text.length * most) / tokens)).replace(/[\uD800-\uDBFF]$/, '')
  const rest = path ? `the rest with read_file, path ${path}` : 'too long for this model'
  return { type: 'text', text: `${title}, its first ${head.length} of ${text.length} characters; ${rest}:\n\n${head}` }
}

const note = (text: string): Shown => ({ part: { type: 'text', text: `[file ${text}]` } })
