/** The tables of an import: loaded into tables of their own, verified there, then put in the place of the old ones at once. */
import { GatewayError, messageOf } from '../errors.ts'
import type { Database, SqlValue } from '../platform.ts'
import { type Manifest, sha256Of, type TableEntry } from './format.ts'
import type { Staging } from './staging.ts'
import { parseRows, quoted, readRows, type TableShape } from './tables.ts'

const stageOf = (name: string) => `transfer_stage_${name}`

/** Makes an empty table beside the one it will replace. */
export function beginStage(db: Database, { name, key }: TableShape): void {
  const stage = quoted(stageOf(name))
  db.query(`DROP TABLE IF EXISTS ${stage}`)
  // Without its constraints, which the real table checks; a table without a key of its own keeps its order by rowid.
  db.query(`CREATE TABLE ${stage} AS SELECT * FROM ${quoted(name)} WHERE 0`)
  // Reading it back goes by the key, page by page.
  if (key[0] !== 'rowid') {
    db.query(`CREATE UNIQUE INDEX ${quoted(`${stageOf(name)}_key`)} ON ${stage} (${key.map(quoted).join(', ')})`)
  }
}

/**
 * Loads one chunk of a table and reads it back: 400 when it is not what was sent. `after` is the key of the row before it;
 * returns that of its last one.
 */
export async function stageChunk(
  db: Database,
  shape: TableShape,
  { entry, n, after }: { entry: TableEntry; n: number; after: readonly SqlValue[] | null },
  staging: Staging,
): Promise<readonly SqlValue[]> {
  const { columns, name } = entry
  const { sha256, rows: count } = entry.chunks[n]!
  const stage = stageOf(name)
  const rows = parseRows(await staging.chunk(sha256), columns.length)
  const insert = `INSERT INTO ${quoted(stage)} (${columns.map(quoted).join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`
  fitting(name, () =>
    db.transaction(() => {
      for (const row of rows) db.query(insert, ...row)
    }),
  )
  const back = readRows(db, shape, after, count, stage)
  if (rows.length !== count || back.rows !== count || (await sha256Of(back.bytes)) !== sha256) throw damaged(name)
  return back.last
}

/** Replaces the content of the real tables. Within a transaction: all of it or nothing. What the manifest does not name is empty then. */
export function swapTables(
  db: Database,
  shapes: readonly TableShape[],
  manifest: Pick<Manifest, 'tables' | 'clocks'>,
): void {
  const entries = new Map(manifest.tables.map((entry) => [entry.name, entry]))
  for (const { name, key, columns } of shapes) {
    const rows = entries.get(name)?.rows ?? 0
    const table = quoted(name)
    const names = columns.map(quoted).join(', ')
    db.query(`DELETE FROM ${table}`)
    if (rows === 0) continue
    const from = quoted(stageOf(name))
    const order = key.map(quoted).join(', ')
    fitting(name, () => db.query(`INSERT INTO ${table} (${names}) SELECT ${names} FROM ${from} ORDER BY ${order}`))
    const [counted] = db.query<{ rows: number }>(`SELECT count(*) AS rows FROM ${table}`)
    if (counted!.rows !== rows) throw damaged(name)
    db.query(`DROP TABLE ${from}`)
  }
  db.query('DELETE FROM agenda')
  for (const { kind, key, due_at } of manifest.clocks) {
    db.query('INSERT OR REPLACE INTO agenda (kind, key, due_at) VALUES (?, ?, ?)', kind, key, Math.ceil(due_at))
  }
  // The search index is derived: it is made anew from the messages, over time.
  db.query("INSERT INTO message_search (message_search) VALUES ('delete-all')")
  db.query('DELETE FROM search_backlog')
  db.query('INSERT INTO search_backlog (session, upto) SELECT id, last_seq FROM session WHERE last_seq > 0')
}

/** Drops what an import that was given up has loaded. */
export function dropStages(db: Database): void {
  const found = db.query<{ name: string }>(
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE 'transfer\\_stage\\_%' ESCAPE '\\'",
  )
  for (const { name } of found) db.query(`DROP TABLE ${quoted(name)}`)
}

/** Rows that the tables' own rules refuse came from no gateway: that is the sender's fault. */
function fitting(table: string, work: () => void): void {
  try {
    work()
  } catch (error) {
    if (/constraint|datatype mismatch|too big/i.test(messageOf(error))) throw damaged(table, error)
    throw error
  }
}

function damaged(table: string, cause?: unknown): GatewayError {
  return new GatewayError(400, 'damaged', `the table ${table} did not arrive as it was sent`, { cause })
}
