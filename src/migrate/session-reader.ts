/** One session of the earlier home as messages: all its segments in order, in bounded memory, without repeats. */
import { FileError, type Files } from '../files/index.ts'
import type { PastMessage } from '../sessions/index.ts'
import { distinctCallIds } from './call-ids.ts'
import { fingerprint } from './fingerprint.ts'
import { readLines } from './lines.ts'
import { isLong } from './long-message.ts'
import type { Sha256 } from './old-home.ts'
import { type LeftOut, type OldMessage, parseLine } from './session-line.ts'
import type { SegmentFile } from './session-names.ts'

export interface ReaderOptions {
  /** Bytes; a longer line is passed over and reported. Default 32 MiB. */
  lineLimit?: number
  /** Messages of one batch; default 500. */
  batch?: number
  sha256(): Sha256
  /** Stores a message too long for a row and gives back what fits. */
  keepLong(message: OldMessage): Promise<OldMessage>
}

/** What was found in a segment that was read to its end. */
export interface SegmentReport {
  name: string
  size: number
  version: string
  sha256: string
  /** `lines`, `messages`, and what was left out by reason. */
  counts: Record<string, number>
}

export type SessionPart = { messages: PastMessage[] } | { segment: SegmentReport } | { missing: string }

export const LINE_LIMIT = 32 * 1024 * 1024
const BATCH = 500
/** Characters: some long messages make a batch of their own. */
const BATCH_CHARS = 2_000_000

/**
 * Yields the messages in the order they were said, in batches, and a report after each segment. A message without a time
 * of its own has that of the one before, the first of all that of its file.
 */
export async function* readSession(
  files: Files,
  segments: readonly SegmentFile[],
  options: ReaderOptions,
): AsyncGenerator<SessionPart> {
  const { lineLimit = LINE_LIMIT, batch: most = BATCH } = options
  const withDistinctIds = distinctCallIds()
  const isRepeat = repeats()
  let clock: number | null = null
  for (const { name } of segments) {
    const stat = await files.stat(name)
    const stream = stat && (await opened(files, name))
    if (!stat || !stream) {
      yield { missing: name }
      continue
    }
    const counts: Record<string, number> = { lines: 0, messages: 0 }
    const count = (what: LeftOut | 'lines' | 'messages' | 'long') => {
      counts[what] = (counts[what] ?? 0) + 1
    }
    const sha = options.sha256()
    let size = 0
    let batch: PastMessage[] = []
    let chars = 0
    const seen = (chunk: Uint8Array) => {
      sha.update(chunk)
      size += chunk.byteLength
    }
    for await (const line of readLines(stream, lineLimit, seen)) {
      if (line.text?.trim() === '') continue
      count('lines')
      if (line.text === null) {
        count('too long')
        continue
      }
      const read = parseLine(line.text, line.ended)
      if ('leftOut' in read) {
        count(read.leftOut)
        continue
      }
      if (read.torn) count('torn')
      // Only a line with a time of its own can be told from the same words said twice.
      if (read.message.stamp !== null && isRepeat(line.text)) {
        count('repeated')
        continue
      }
      let message = withDistinctIds(read.message)
      if (isLong(message)) {
        message = await options.keepLong(message)
        count('long')
      }
      clock = message.at ?? clock ?? Math.trunc(stat.mtime)
      count('messages')
      batch.push(stored(message, clock))
      chars += message.content.length
      if (batch.length >= most || chars >= BATCH_CHARS) {
        yield { messages: batch }
        batch = []
        chars = 0
      }
    }
    if (batch.length > 0) yield { messages: batch }
    yield { segment: { name, size, version: stat.version, sha256: sha.hex(), counts } }
  }
}

async function opened(files: Files, name: string): Promise<ReadableStream<Uint8Array> | null> {
  try {
    return await files.stream(name)
  } catch (error) {
    if (error instanceof FileError && error.code === 'ENOENT') return null
    throw error
  }
}

function stored({ at: _, stamp: __, reasoning, ...message }: OldMessage, at: number): PastMessage {
  // In the form of the agent's own parts, but of no provider: it is kept and never sent.
  const parts = reasoning && { by: 'import', content: [{ type: 'reasoning', text: reasoning }] }
  return { ...message, at, ...(parts && { parts }) }
}

/** A function that is true for a line it was given before. */
function repeats(): (line: string) => boolean {
  const seen = new Map<number, number>()
  return (line) => {
    const [a, b] = fingerprint(line)
    if (seen.get(a) === b) return true
    seen.set(a, b)
    return false
  }
}
