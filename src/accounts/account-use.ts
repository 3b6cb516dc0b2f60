/**
 * Who was used lately. Only such accounts are kept fresh ahead of time: a gateway that nobody talks to must not wake every
 * half hour for their sake. The others get a new token when somebody needs one.
 */
import type { Database } from '../platform.ts'

const DAY_MS = 24 * 3_600_000
/** A use is written down at most this often. */
const NOTED_EVERY_MS = 3_600_000

/** When each account was last used, to the hour, over restarts. */
export class AccountUse {
  readonly #db: Database
  readonly #now: () => number
  #used: Map<string, number> | undefined

  constructor(db: Database, now: () => number) {
    this.#db = db
    this.#now = now
  }

  /** Notes a use. True when it is the first of a day: whatever rested because of that should start again. */
  touch(path: string): boolean {
    const now = this.#now()
    const idle = !this.isRecent(path)
    if (idle || now - this.#all().get(path)! >= NOTED_EVERY_MS) {
      this.#all().set(path, now)
      this.#db.query(
        'INSERT INTO account_use (path, used_at) VALUES (?, ?) ON CONFLICT DO UPDATE SET used_at = excluded.used_at',
        path,
        now,
      )
    }
    return idle
  }

  /** Used within the last day. */
  isRecent(path: string): boolean {
    const used = this.#all().get(path)
    return used !== undefined && used > this.#now() - DAY_MS
  }

  /** An account is gone. */
  forget(path: string): void {
    if (this.#all().delete(path)) this.#db.query('DELETE FROM account_use WHERE path = ?', path)
  }

  #all(): Map<string, number> {
    if (!this.#used) {
      const rows = this.#db.query<{ path: string; used_at: number }>('SELECT path, used_at FROM account_use')
      this.#used = new Map(rows.map(({ path, used_at }) => [path, used_at]))
    }
    return this.#used
  }
}
