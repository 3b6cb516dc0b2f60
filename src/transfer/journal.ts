/**
 * What the database remembers of imports: the journal of a commit, from the moment the tables are swapped until the last
 * file is in its place, and which import was the last, so that whoever lost its answer can ask again.
 */
import type { Migrations } from '../db/index.ts'
import type { Database } from '../platform.ts'
import type { Imported } from './importer.ts'

export const transferMigrations: Migrations = {
  room: 'transfer',
  steps: [
    `CREATE TABLE transfer_journal (
       id INTEGER PRIMARY KEY CHECK (id = 1),
       at INTEGER NOT NULL,
       workspace TEXT NOT NULL);`,
    `CREATE TABLE transfer_done (
       id INTEGER PRIMARY KEY CHECK (id = 1),
       at INTEGER NOT NULL,
       digest TEXT NOT NULL,
       held TEXT NOT NULL);`,
  ],
}

/** The workspace setting of the home whose files are being swapped; null when none are. */
export function openJournal(db: Database): string | null {
  return db.query<{ workspace: string }>('SELECT workspace FROM transfer_journal')[0]?.workspace ?? null
}

/** Within the transaction that swaps the tables: the journal begins, and the import is the last one from now on. */
export function beginJournal(db: Database, { at, workspace, imported }: JournalEntry): void {
  const { digest, ...held } = imported
  db.query('INSERT OR REPLACE INTO transfer_journal (id, at, workspace) VALUES (1, ?, ?)', at, workspace)
  db.query(
    'INSERT OR REPLACE INTO transfer_done (id, at, digest, held) VALUES (1, ?, ?, ?)',
    at,
    digest,
    JSON.stringify(held),
  )
}

export interface JournalEntry {
  /** ms since the epoch. */
  at: number
  workspace: string
  imported: Imported
}

export function endJournal(db: Database): void {
  db.query('DELETE FROM transfer_journal')
}

/** What the last import brought; null when this home has never taken one in. */
export function lastImport(db: Database): Imported | null {
  const [row] = db.query<{ digest: string; held: string }>('SELECT digest, held FROM transfer_done')
  return row ? { ...(JSON.parse(row.held) as Omit<Imported, 'digest'>), digest: row.digest } : null
}
