/** The chunks of a content in SQLite: addressed by byte offset, so their sizes may vary. */
import { FileError } from '../../src/files/index.ts'
import type { Database } from '../../src/platform.ts'

/** Far under the 2 MB that a row may have, and small enough for small ranges. */
export const CHUNK_BYTES = 256 * 1024
/** Appends grow the last chunk up to this size: one row written for a line of a log. */
const GROW_BYTES = 64 * 1024
/** Fetched from SQLite at once. */
const WINDOW_BYTES = 1024 * 1024

/** Stores bytes as chunks from `offset` on. */
export function insertChunks(db: Database, blob: number, offset: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
    const chunk = bytes.subarray(at, at + CHUNK_BYTES)
    db.query('INSERT INTO file_chunk (blob, off, data) VALUES (?, ?, ?)', blob, offset + at, chunk)
  }
}

/** Adds bytes to a content of `size` bytes: to its last chunk while that is small, else as new chunks. */
export function appendChunks(db: Database, blob: number, size: number, bytes: Uint8Array): void {
  if (bytes.length === 0) return
  const [last] = db.query<{ off: number; size: number }>(
    'SELECT off, length(data) AS size FROM file_chunk WHERE blob = ? ORDER BY off DESC LIMIT 1',
    blob,
  )
  if (last && last.size + bytes.length <= GROW_BYTES) {
    // Without the cast the joined value would be text.
    db.query('UPDATE file_chunk SET data = CAST(data || ? AS BLOB) WHERE blob = ? AND off = ?', bytes, blob, last.off)
  } else {
    insertChunks(db, blob, size, bytes)
  }
}

/** Some bytes from `offset` on, at least one, none past `end`. `EIO` when a chunk is missing. */
export function readWindow(db: Database, blob: number, offset: number, end: number, path: string): Uint8Array {
  const stop = Math.min(end, offset + WINDOW_BYTES)
  const rows = db.query<{ off: number; data: Uint8Array }>(
    `SELECT off, data FROM file_chunk
     WHERE blob = ?1 AND off >= (SELECT max(off) FROM file_chunk WHERE blob = ?1 AND off <= ?2) AND off < ?3
     ORDER BY off`,
    blob,
    offset,
    stop,
  )
  const bytes = new Uint8Array(stop - offset)
  let at = offset
  for (const { off, data } of rows) {
    const part = data.subarray(at - off, stop - off)
    if (off > at || part.length === 0) break
    bytes.set(part, at - offset)
    at += part.length
  }
  if (at !== stop) throw new FileError('EIO', path, 'the stored content is damaged')
  return bytes
}
