/** Warnings of limits: one event and one log line a threshold and day, also over restarts. */
import type { Migrations } from '../db/index.ts'
import { messageOf } from '../errors.ts'
import type { Database, Log } from '../platform.ts'
import type { LimitName } from './limits.ts'

export const limitMigrations: Migrations = {
  room: 'limits',
  steps: [
    `CREATE TABLE limit_warning (
       day TEXT NOT NULL,
       name TEXT NOT NULL,
       level TEXT NOT NULL,
       used REAL NOT NULL,
       threshold REAL NOT NULL,
       at INTEGER NOT NULL,
       PRIMARY KEY (day, name, level)) WITHOUT ROWID;`,
  ],
}

export interface Warning {
  limit: LimitName
  level: 'warn' | 'block'
  used: number
  threshold: number
}

export interface WarningDeps {
  db: Database
  now(): number
  /** The name of the present day. */
  day(): string
  publish(event: { type: 'limit_warning' } & Warning): void
  log: Log
}

/** Days whose warnings are kept. */
const KEPT_DAYS = 60

export class Warnings {
  readonly #deps: WarningDeps
  /** What was given today in this life: the table need not be asked again. */
  #given = new Set<string>()
  #day = ''

  constructor(deps: WarningDeps) {
    this.#deps = deps
  }

  /** Gives a warning unless today had it. It may be called within a transaction that is rolled back: it is stored after. */
  give(warning: Warning): void {
    const day = this.#deps.day()
    if (day !== this.#day) {
      this.#day = day
      this.#given.clear()
    }
    const key = `${warning.limit} ${warning.level}`
    if (this.#given.has(key)) return
    this.#given.add(key)
    queueMicrotask(() => this.#store(day, warning))
  }

  /** Today's warnings, in the order they were given. */
  today(): Array<Warning & { at: number }> {
    return this.#deps.db.query<Warning & { at: number }>(
      'SELECT name AS "limit", level, used, threshold, at FROM limit_warning WHERE day = ? ORDER BY at, level DESC',
      this.#deps.day(),
    )
  }

  #store(day: string, warning: Warning): void {
    const { db, log, now, publish } = this.#deps
    const { limit, level, used, threshold } = warning
    try {
      const fresh = db.query(
        `INSERT INTO limit_warning (day, name, level, used, threshold, at) VALUES (?, ?, ?, ?, ?, ?)
         ON CONFLICT DO NOTHING RETURNING name`,
        day,
        limit,
        level,
        used,
        threshold,
        now(),
      )
      if (!fresh.length) return
      db.query(
        'DELETE FROM limit_warning WHERE day NOT IN (SELECT DISTINCT day FROM limit_warning ORDER BY day DESC LIMIT ?)',
        KEPT_DAYS,
      )
    } catch (error) {
      // The database was closed meanwhile: the next life warns.
      log.debug('a limit warning was not stored', { limit, error: messageOf(error) })
      return
    }
    log.warn(level === 'block' ? 'a limit is reached' : 'a limit is near', { limit, used, threshold })
    publish({ type: 'limit_warning', ...warning })
  }
}
