/**
 * The portable form of a gateway: a manifest and content-addressed chunks. What is the same on both ends has the same
 * checksums, so an interrupted transfer goes on with the chunks that are still missing.
 *
 * A chunk of a table is rows as JSON arrays, one a line, in the order of the table's key; a blob is `{"b":"<base64>"}`.
 * A chunk of a file is its bytes. The checksum of a table or file is the SHA-256 of its chunks' checksums, joined by LF.
 */
import * as z from 'zod'

export const FORMAT = 'clawgo-transfer'
export const FORMAT_VERSION = 1
/** Bytes of a chunk of rows, unless one row alone is longer. */
export const ROWS_CHUNK = 1024 * 1024
/** Bytes of a chunk of a file. */
export const FILE_CHUNK = 8 * 1024 * 1024
/** A chunk that is one long row, with its escapes. */
export const MAX_CHUNK = 9 * 1024 * 1024
/** Bytes of a manifest as JSON; about a hundred thousand files. */
export const MAX_MANIFEST = 24 * 1024 * 1024

/** The last instant that a date can be, ms since the epoch. */
const LAST_INSTANT = 8.64e15

const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'is no SHA-256')
const bytes = z.int().nonnegative().max(MAX_CHUNK)
const keyValue = z.union([z.string(), z.number(), z.null()])

const rowsChunk = z.object({
  sha256,
  bytes,
  rows: z.int().positive(),
  after: z.array(keyValue).nullable().describe('Key of the row before its first one; null at the beginning.'),
})

const tableEntry = z.object({
  name: z.string().regex(/^[a-z][a-z0-9_]*$/, 'is no name of a table'),
  columns: z.array(z.string()),
  rows: z.int().nonnegative(),
  sha256,
  chunks: z.array(rowsChunk),
})

const fileEntry = z.object({
  path: z.string().describe('In the home; `workspace/...` wherever the workspace is.'),
  size: z.int().nonnegative(),
  sha256,
  chunks: z.array(z.object({ sha256, bytes })),
})

export const manifestSchema = z
  .object({
    format: z.literal(FORMAT),
    version: z.literal(FORMAT_VERSION, 'the transfer is from another version of the gateway'),
    created_at: z.string(),
    gateway_version: z.string(),
    schema: z.record(z.string(), z.int()).describe('Schema version of each room of the database.'),
    tables: z.array(tableEntry),
    files: z.array(fileEntry),
    clocks: z
      .array(z.object({ kind: z.string(), key: z.string(), due_at: z.number().min(0).max(LAST_INSTANT) }))
      .describe('What sleeps until when, ms since the epoch. It moves all the time, so the digest leaves it out.'),
    left_out: z
      .array(z.object({ path: z.string(), reason: z.string() }))
      .describe('Files that cannot travel, and why.'),
    digest: sha256.describe('SHA-256 over every name, count and checksum of tables and files.'),
  })
  .meta({ id: 'TransferManifest' })

export type Manifest = z.output<typeof manifestSchema>
export type TableEntry = z.output<typeof tableEntry>
export type FileEntry = z.output<typeof fileEntry>
export type RowsChunk = z.output<typeof rowsChunk>

/** Checksum of bytes, hexadecimal. */
export async function sha256Of(data: Uint8Array | string): Promise<string> {
  const bytes = typeof data === 'string' ? new TextEncoder().encode(data) : data
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>))
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** Checksum of a list of chunks. */
export function listSha256(chunks: ReadonlyArray<{ sha256: string }>): Promise<string> {
  return sha256Of(chunks.map((chunk) => chunk.sha256).join('\n'))
}

/** The digest of a manifest's content: equal for gateways that are equal. */
export function digestOf({ tables, files }: Pick<Manifest, 'tables' | 'files'>): Promise<string> {
  const lines = [
    ...tables.map(({ name, columns, rows, sha256 }) => JSON.stringify(['table', name, columns, rows, sha256])),
    ...files.map(({ path, size, sha256 }) => JSON.stringify(['file', path, size, sha256])),
  ]
  return sha256Of(lines.sort().join('\n'))
}

/** Every chunk of a manifest once: checksum to bytes. */
export function chunksOf({ tables, files }: Pick<Manifest, 'tables' | 'files'>): Map<string, number> {
  const chunks = new Map<string, number>()
  for (const entry of [...tables, ...files]) for (const { sha256, bytes } of entry.chunks) chunks.set(sha256, bytes)
  return chunks
}

/** Bytes of all rows of a manifest in the portable form. */
export function rowBytesOf({ tables }: Pick<Manifest, 'tables'>): number {
  return tables.reduce((sum, { chunks }) => chunks.reduce((all, { bytes }) => all + bytes, sum), 0)
}

/** How much a manifest holds, for people. */
export function countsOf({ tables, files }: Pick<Manifest, 'tables' | 'files'>) {
  const rows = Object.fromEntries(tables.map(({ name, rows }) => [name, rows]))
  return {
    sessions: rows.session ?? 0,
    messages: rows.message ?? 0,
    rows: tables.reduce((sum, table) => sum + table.rows, 0),
    files: files.length,
    bytes: files.reduce((sum, { size }) => sum + size, 0),
  }
}
