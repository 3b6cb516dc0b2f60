/** The uploads of a home: its folder `uploads/`, the paths that clients know them by, and how long they stay. */
import { tooLarge } from '../errors.ts'
import { FileError, type FileStat, type Files, folder } from '../files/index.ts'
import type { Agenda } from '../schedule/index.ts'
import { storedAt, storedName } from './names.ts'

export const UPLOADS_FOLDER = 'uploads'
/** Bytes of one upload. */
export const MAX_UPLOAD_BYTES = 100 * 1024 * 1024
/** An upload stays this long after it came, and after a message last used it. */
export const KEEP_MS = 7 * 24 * 3600_000

const DAY_MS = 24 * 3600_000
const HOUR_MS = 3600_000
const CLOCK = 'uploads'

/** An upload that is there. */
export interface StoredUpload {
  /** What a client passes as `media`: an absolute path where there is a real disk, else `/uploads/...`. */
  path: string
  /** Its file name in the uploads folder. */
  stored: string
  /** Bytes. */
  size: number
}

export interface Uploads {
  /** Keeps `content` under a fresh name derived from `name`. 413 over 100 MB; nothing stays of what fails. */
  save(name: string, content: ReadableStream<Uint8Array>): Promise<StoredUpload>
  /** Removes an upload; one that has gone is no error. */
  discard(stored: string): Promise<void>
  /** The file name that `path` means if it is the path of an upload, there or gone; null for every other path. */
  storedName(path: string): string | null
  /** The upload that `path` names; null when it is no upload's path or the upload has gone. */
  find(path: string): Promise<StoredUpload | null>
  /** At most `length` bytes from the start of a stored upload. */
  head(stored: string, length: number): Promise<Uint8Array>
  stream(stored: string): Promise<ReadableStream<Uint8Array>>
}

export interface UploadDeps {
  /** The home. */
  files: Files
  agenda: Agenda
  now(): number
  /** Paths that messages not yet answered, or sent at `since` or later, name as their media. */
  inUse(since: number): ReadonlySet<string>
}

/** Opens the uploads of a home and answers for their retention on the agenda. */
export function openUploads({ files: home, agenda, now, inUse }: UploadDeps): Uploads {
  const files = folder(home, UPLOADS_FOLDER)
  const prefix = `${home.root?.replace(/[/\\]$/, '') ?? ''}/${UPLOADS_FOLDER}/`
  const upload = (stat: FileStat): StoredUpload => ({ path: prefix + stat.path, stored: stat.path, size: stat.size })

  function nameIn(path: string): string | null {
    const stored = path.startsWith(prefix) ? path.slice(prefix.length) : ''
    return storedAt(stored) === null ? null : stored
  }

  async function discard(stored: string): Promise<void> {
    try {
      await files.remove(stored)
    } catch (error) {
      if (!isMissing(error)) throw error
    }
  }

  /** Removes what is old and not in use; then sleeps until the next one is due, if there is one. */
  async function sweep(): Promise<void> {
    const used = inUse(now() - KEEP_MS)
    let next = Infinity
    for (const { path: stored } of await entries(files)) {
      const at = storedAt(stored)
      if (at === null) continue // not ours
      if (at + KEEP_MS > now()) next = Math.min(next, at + KEEP_MS)
      else if (used.has(prefix + stored)) next = Math.min(next, now() + DAY_MS)
      else await discard(stored)
    }
    if (next < Infinity) agenda.at(CLOCK, '', Math.max(next, now() + HOUR_MS))
  }

  agenda.on(CLOCK, sweep)

  return {
    async save(name, content) {
      const stat = await files.write(storedName(now(), name), bounded(content), { ifVersion: null })
      // An entry that is due now belongs to a sweep that may not have seen this file.
      const due = agenda.due(CLOCK, '')
      if (due === null || due <= now()) agenda.at(CLOCK, '', now() + KEEP_MS)
      return upload(stat)
    },
    discard,
    storedName: nameIn,
    async find(path) {
      const stored = nameIn(path)
      const stat = stored === null ? null : await files.stat(stored)
      return stat?.kind === 'file' ? upload(stat) : null
    },
    head: (stored, length) => files.read(stored, 0, length),
    stream: (stored) => files.stream(stored),
  }
}

async function entries(files: Files): Promise<FileStat[]> {
  try {
    const found: FileStat[] = []
    for await (const entry of files.list('')) if (entry.kind === 'file') found.push(entry)
    return found
  } catch (error) {
    if (isMissing(error)) return []
    throw error
  }
}

/** The same bytes; fails once there are too many. */
function bounded(content: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
  const reader = content.getReader()
  let size = 0
  return new ReadableStream(
    {
      async pull(controller) {
        const { done, value } = await reader.read()
        if (done) return controller.close()
        size += value.length
        if (size > MAX_UPLOAD_BYTES) throw tooLarge(`file too large: at most ${MAX_UPLOAD_BYTES / 1024 ** 2} MB`)
        controller.enqueue(value)
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  )
}

const isMissing = (error: unknown) => error instanceof FileError && error.code === 'ENOENT'
