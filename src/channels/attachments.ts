/**
 * What came with a message, as the agent gets it: files go into the uploads and reach the model as a client's uploads do;
 * what cannot be fetched is named in the text (channels.md section 7.6). Nothing here fails a message.
 */
import { messageOf } from '../errors.ts'
import type { Log } from '../platform.ts'
import type { Uploads } from '../uploads/index.ts'
import type { Attachment, Channel } from './channel.ts'

/** Bytes of one received file. */
export const MAX_INCOMING_BYTES = 50 * 1024 * 1024
/** Files of one message that are fetched; albums are smaller. */
const MAX_FILES = 10
/** One download. */
const DOWNLOAD_MS = 120_000

export interface TakenIn {
  /** A line of text for each attachment. */
  lines: string[]
  /** Paths of uploads. */
  media: string[]
}

/** Fetches the attachments of a message, one after the other. */
export async function takeIn(
  attachments: readonly Attachment[],
  deps: { channel: Pick<Channel, 'download'>; uploads: Pick<Uploads, 'save'>; log: Log; signal: AbortSignal },
): Promise<TakenIn> {
  const taken: TakenIn = { lines: [], media: [] }
  for (const attachment of attachments) {
    if (attachment.kind === 'voice' && attachment.transcript?.trim()) {
      taken.lines.push(attachment.transcript.trim())
      continue
    }
    const path = taken.media.length < MAX_FILES ? await fetched(attachment, deps) : 'there were too many files'
    if (typeof path === 'object') {
      taken.media.push(path.path)
      taken.lines.push(`[file: ${path.path}]`)
    } else taken.lines.push(placeholder(attachment, path))
  }
  return taken
}

/** The upload; else why there is none, empty when this channel fetches nothing. */
async function fetched(
  attachment: Attachment,
  { channel, uploads, log, signal }: Parameters<typeof takeIn>[1],
): Promise<{ path: string } | string> {
  if (!channel.download) return ''
  const most = `it is larger than ${MAX_INCOMING_BYTES / 1024 ** 2} MB`
  if (attachment.size !== undefined && attachment.size > MAX_INCOMING_BYTES) return most
  try {
    const within = AbortSignal.any([signal, AbortSignal.timeout(DOWNLOAD_MS)])
    const file = await channel.download(attachment, within)
    return await uploads.save(file.name || attachment.name || attachment.kind, bounded(file.body, within))
  } catch (error) {
    if (error instanceof TooLarge) return most
    log.warn('an attachment could not be fetched', { kind: attachment.kind, error: messageOf(error) })
    return 'it could not be fetched'
  }
}

function placeholder({ kind, name }: Attachment, why: string): string {
  const label = kind === 'voice' ? 'audio' : kind
  const clean = name
    ?.replace(/[[\]\r\n]+/g, ' ')
    .trim()
    .slice(0, 200)
  return `[${clean ? `${label}: ${clean}` : label}]${why ? ` (${why})` : ''}`
}

class TooLarge extends Error {}

/** The same bytes; fails when there are too many, or the signal comes. */
function bounded(body: ReadableStream<Uint8Array>, signal: AbortSignal): ReadableStream<Uint8Array> {
  const reader = body.getReader()
  let size = 0
  return new ReadableStream(
    {
      async pull(controller) {
        signal.throwIfAborted()
        const { done, value } = await reader.read()
        if (done) return controller.close()
        size += value.byteLength
        if (size > MAX_INCOMING_BYTES) {
          reader.cancel().catch(() => {})
          throw new TooLarge()
        }
        controller.enqueue(value)
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  )
}
