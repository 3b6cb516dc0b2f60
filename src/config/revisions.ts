/** The last configs that were in force, secrets included, so that an earlier one can be put back. */
import type { Migrations } from '../db/index.ts'
import type { Database } from '../platform.ts'
import type { Document } from './document.ts'

/** Tables: `config_key` (the key of the masks), `config_revision` (newest last). */
export const configMigrations: Migrations = {
  room: 'config',
  steps: [
    `
CREATE TABLE config_key (id INTEGER PRIMARY KEY, key BLOB NOT NULL);
CREATE TABLE config_revision (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  at INTEGER NOT NULL,
  source TEXT NOT NULL,
  changed TEXT NOT NULL,
  document TEXT NOT NULL
);
`,
  ],
}

/** How many revisions are kept, the one in force among them. */
const KEPT = 20

/** One config that was in force. */
export interface Revision {
  id: number
  /** When it was saved, ms since the epoch. */
  at: number
  /** Who saved it: `webui`, `watcher`, `signal`, `cli`, `start`, `rollback`, ... */
  source: string
  /** Dotted paths of what it changed. */
  changed: string[]
}

export class Revisions {
  readonly #db: Database
  constructor(db: Database) {
    this.#db = db
  }

  /** Remembers a document, unless it is the newest one already, and forgets the oldest. */
  add(document: Document, revision: Omit<Revision, 'id'>): void {
    const text = JSON.stringify(document)
    this.#db.transaction(() => {
      const [newest] = this.#db.query<{ document: string }>(
        'SELECT document FROM config_revision ORDER BY id DESC LIMIT 1',
      )
      if (newest?.document === text) return
      this.#db.query(
        'INSERT INTO config_revision (at, source, changed, document) VALUES (?, ?, ?, ?)',
        revision.at,
        revision.source,
        JSON.stringify(revision.changed),
        text,
      )
      this.#db.query(
        'DELETE FROM config_revision WHERE id NOT IN (SELECT id FROM config_revision ORDER BY id DESC LIMIT ?)',
        KEPT,
      )
    })
  }

  /** Newest first. */
  list(): Revision[] {
    return this.#db
      .query<{ id: number; at: number; source: string; changed: string }>(
        'SELECT id, at, source, changed FROM config_revision ORDER BY id DESC',
      )
      .map((row) => ({ id: row.id, at: row.at, source: row.source, changed: JSON.parse(row.changed) as string[] }))
  }

  /** The document of a revision; undefined when it is not kept. */
  get(id: number): Document | undefined {
    const [row] = this.#db.query<{ document: string }>('SELECT document FROM config_revision WHERE id = ?', id)
    return row && (JSON.parse(row.document) as Document)
  }

  /** Every kept document. */
  documents(): Document[] {
    return this.#db
      .query<{ document: string }>('SELECT document FROM config_revision')
      .map((row) => JSON.parse(row.document) as Document)
  }
}
