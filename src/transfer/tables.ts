/** Which tables travel, and their rows in the portable form. */
import { GatewayError } from '../errors.ts'
import type { Database, SqlRow, SqlValue } from '../platform.ts'
import { listSha256, type Manifest, ROWS_CHUNK, type RowsChunk, sha256Of, type TableEntry } from './format.ts'

/**
 * What stays where it is, in one place: what belongs to a runtime (the edge's files and logs), to a machine (the key of
 * the masks, logins that are under way; the clocks travel in the manifest), to the host (its facts, its warnings of the
 * day), to the transfer itself, and what is derived (the search index).
 */
const STAYS = new Set([
  'migration',
  'agenda',
  'file',
  'file_chunk',
  'file_trash',
  'log_chunk',
  'config_key',
  'login_code',
  'login_flow',
  'weixin_login',
  'hosted_fact',
  'limit_warning',
  'search_backlog',
  'transfer_journal',
  'transfer_done',
])
const STAYS_BY_PREFIX = ['sqlite_', '_cf_', 'transfer_stage_']

/** A table that travels. */
export interface TableShape {
  name: string
  /** In the order of their names. */
  columns: string[]
  /** What its rows are ordered by. */
  key: string[]
}

/** The tables of a database that travel, by name. */
export function portableTables(db: Database): TableShape[] {
  const all = db.query<{ name: string; sql: string }>(
    "SELECT name, sql FROM sqlite_master WHERE type = 'table' ORDER BY name",
  )
  const virtual = all.filter(({ sql }) => /^CREATE VIRTUAL/i.test(sql)).map(({ name }) => name)
  return all
    .filter(({ name }) => !STAYS.has(name) && !STAYS_BY_PREFIX.some((prefix) => name.startsWith(prefix)))
    .filter(({ name }) => !virtual.some((owner) => name === owner || name.startsWith(`${owner}_`)))
    .map(({ name }) => shapeOf(db, name))
}

function shapeOf(db: Database, name: string): TableShape {
  const columns = db.query<{ name: string; pk: number }>(`PRAGMA table_info("${name}")`)
  const key = columns
    .filter(({ pk }) => pk > 0)
    .sort((a, b) => a.pk - b.pk)
    .map((column) => column.name)
  return { name, columns: columns.map((column) => column.name).sort(), key: key.length ? key : ['rowid'] }
}

/** Schema version of each room, as `migrate` keeps it. */
export function schemaOf(db: Database): Record<string, number> {
  const rows = db.query<{ room: string; version: number }>('SELECT room, version FROM migration ORDER BY room')
  return Object.fromEntries(rows.filter(({ room }) => room !== 'files').map(({ room, version }) => [room, version]))
}

/** The clocks of a gateway, without the transfer's own. */
export function clocksOf(db: Database): Manifest['clocks'] {
  return db.query("SELECT kind, key, due_at FROM agenda WHERE kind <> 'transfer' ORDER BY kind, key")
}

/** The entry of a table in the manifest. `from` may be another table of the same shape. */
export async function tableEntry(db: Database, shape: TableShape, from = shape.name): Promise<TableEntry> {
  const chunks: RowsChunk[] = []
  let rows = 0
  for (let after: SqlValue[] | null = null; ; ) {
    const chunk = readRows(db, shape, after, Infinity, from)
    if (chunk.rows === 0) break
    rows += chunk.rows
    chunks.push({
      sha256: await sha256Of(chunk.bytes),
      bytes: chunk.bytes.length,
      rows: chunk.rows,
      after: after as RowsChunk['after'],
    })
    after = chunk.last
  }
  return { name: shape.name, columns: shape.columns, rows, sha256: await listSha256(chunks), chunks }
}

/** Rows after a key, as many as fit a chunk and at most `limit`; `last` is the key of the last one. */
export function readRows(
  db: Database,
  { name, columns, key }: TableShape,
  after: readonly SqlValue[] | null,
  limit: number,
  from = name,
): { bytes: Uint8Array; rows: number; last: SqlValue[] } {
  const keys = key.map(quoted).join(', ')
  const shown = [...columns.map(quoted), ...key.map((column, i) => `${quoted(column)} AS "key ${i}"`)].join(', ')
  const where = (has: boolean) => (has ? `WHERE (${keys}) > (${key.map(() => '?').join(', ')})` : '')
  const lines: Uint8Array[] = []
  let size = 0
  let last = after === null ? null : [...after]
  // Few rows at first: one may have 2 MB.
  for (let page = 8; lines.length < limit; page = pageSize(size, lines.length)) {
    const rows: SqlRow[] = db.query(
      `SELECT ${shown} FROM ${quoted(from)} ${where(last !== null)} ORDER BY ${keys} LIMIT ?`,
      ...(last ?? []),
      Math.min(page, limit - lines.length),
    )
    for (const row of rows) {
      const line = encoder.encode(`${JSON.stringify(columns.map((column) => portable(row[column]!)))}\n`)
      if (lines.length > 0 && size + line.length > ROWS_CHUNK)
        return { bytes: joined(lines, size), rows: lines.length, last: last! }
      lines.push(line)
      size += line.length
      last = key.map((_, i) => row[`key ${i}`]!)
    }
    if (rows.length === 0) break
  }
  return { bytes: joined(lines, size), rows: lines.length, last: last ?? [] }
}

/** The rows of a chunk; 400 when it is none of a table with `width` columns. */
export function parseRows(chunk: Uint8Array, width: number): SqlValue[][] {
  const lines = new TextDecoder().decode(chunk).split('\n')
  if (lines.pop() !== '') throw damaged()
  return lines.map((line) => {
    let row: unknown
    try {
      row = JSON.parse(line)
    } catch {
      throw damaged()
    }
    if (!Array.isArray(row) || row.length !== width) throw damaged()
    return row.map(stored)
  })
}

export const quoted = (name: string) => (name === 'rowid' ? name : `"${name.replaceAll('"', '""')}"`)

const encoder = new TextEncoder()
const damaged = () => new GatewayError(400, 'damaged', 'a chunk of rows is damaged')
const pageSize = (size: number, rows: number) =>
  Math.max(1, Math.min(500, Math.floor((ROWS_CHUNK / Math.max(1, size)) * rows)))

function portable(value: SqlValue): unknown {
  return value instanceof Uint8Array ? { b: base64(value) } : value
}

function stored(value: unknown): SqlValue {
  if (value === null || typeof value === 'string') return value
  if (typeof value === 'number' && (Number.isSafeInteger(value) || isFraction(value))) return value
  if (typeof value === 'object' && 'b' in value && typeof value.b === 'string') {
    try {
      return Uint8Array.from(atob(value.b), (c) => c.charCodeAt(0))
    } catch {
      throw damaged()
    }
  }
  throw damaged()
}

const isFraction = (value: number) => Number.isFinite(value) && !Number.isInteger(value)

function base64(bytes: Uint8Array): string {
  let text = ''
  for (let i = 0; i < bytes.length; i += 8192) text += String.fromCharCode(...bytes.subarray(i, i + 8192))
  return btoa(text)
}

function joined(lines: readonly Uint8Array[], size: number): Uint8Array {
  const bytes = new Uint8Array(size)
  let at = 0
  for (const line of lines) {
    bytes.set(line, at)
    at += line.length
  }
  return bytes
}
