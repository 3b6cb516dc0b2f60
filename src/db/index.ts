/** Versioned migrations over the `db` port. Each room owns its tables and lists its own steps. */
import type { Database } from '../platform.ts'

export interface Migrations {
  /** The room's name, for example `chat`. */
  readonly room: string
  /** SQL scripts in order, statements separated by `;` at a line's end. A landed step never changes: append a new one. */
  readonly steps: readonly string[]
}

/**
 * Brings the tables of every room up to date, all of it or nothing: a new home waits for the disk once. Throws when the
 * database is newer than the code.
 */
export function migrate(db: Database, rooms: readonly Migrations[]): void {
  db.transaction(() => {
    db.query('CREATE TABLE IF NOT EXISTS migration (room TEXT PRIMARY KEY, version INTEGER NOT NULL) WITHOUT ROWID')
    const rows = db.query<{ room: string; version: number }>('SELECT room, version FROM migration')
    const done = new Map(rows.map(({ room, version }) => [room, version]))
    for (const { room, steps } of rooms) {
      const version = done.get(room) ?? 0
      if (version > steps.length) {
        throw new Error(`The database is from a newer version of the gateway (${room} ${version}). Update the gateway.`)
      }
      if (version === steps.length) continue
      for (const script of steps.slice(version)) for (const sql of statements(script)) db.query(sql)
      db.query(
        'INSERT INTO migration (room, version) VALUES (?, ?) ON CONFLICT (room) DO UPDATE SET version = excluded.version',
        room,
        steps.length,
      )
    }
  })
}

/** Both runtimes run one statement a call; the scripts keep each statement's `;` at the end of a line. */
function statements(script: string): string[] {
  return script
    .split(/;[ \t]*(?:\r?\n|$)/)
    .map((sql) => sql.trim())
    .filter(Boolean)
}
