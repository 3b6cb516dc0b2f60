/** Who came and went, for the runtime view of the provider (relay.md section 8). */
import type { Migrations } from '../db/index.ts'
import type { Database } from '../platform.ts'

export const relayMigrations: Migrations = {
  room: 'relay',
  steps: [
    `CREATE TABLE relay_change (
       n INTEGER PRIMARY KEY,
       at INTEGER NOT NULL,
       relay TEXT NOT NULL,
       reason TEXT NOT NULL,
       detail TEXT NOT NULL);`,
  ],
}

/** One change, in the form of the runtime view's events. */
export interface RelayChange {
  /** ms since the epoch. */
  when: number
  kind: 'relay'
  /** The relay's name. */
  target: string
  reason: 'relay_connected' | 'relay_disconnected'
  detail: string
}

const KEPT = 100

/** Writes a change down; the oldest beyond 100 go. */
export function recordChange(db: Database, change: Omit<RelayChange, 'kind'>): void {
  const { when, target, reason, detail } = change
  db.query('INSERT INTO relay_change (at, relay, reason, detail) VALUES (?, ?, ?, ?)', when, target, reason, detail)
  db.query('DELETE FROM relay_change WHERE n <= (SELECT MAX(n) FROM relay_change) - ?', KEPT)
}

/** Forgets all of them. */
export function forgetChanges(db: Database): void {
  db.query('DELETE FROM relay_change')
}

/** The latest changes, newest first. */
export function changesOf(db: Database, limit: number): RelayChange[] {
  return db.query<RelayChange>(
    `SELECT at AS "when", 'relay' AS kind, relay AS target, reason, detail FROM relay_change ORDER BY n DESC LIMIT ?`,
    limit,
  )
}
