/** Logins that wait for their QR code to be scanned: rows, so that a restart or an eviction does not end them. */
import type { Migrations } from '../../db/index.ts'
import { GatewayError } from '../../errors.ts'
import type { Database } from '../../platform.ts'

export const weixinMigrations: Migrations = {
  room: 'weixin',
  steps: [
    `CREATE TABLE weixin_login (
      n INTEGER PRIMARY KEY,
      id TEXT NOT NULL UNIQUE,
      qr_code TEXT NOT NULL,
      qr_content TEXT NOT NULL,
      base_url TEXT NOT NULL,
      status TEXT NOT NULL,
      error TEXT NOT NULL DEFAULT '',
      verify_code TEXT NOT NULL DEFAULT '',
      refreshes INTEGER NOT NULL DEFAULT 0,
      asked_at INTEGER NOT NULL DEFAULT 0,
      updated_at INTEGER NOT NULL,
      expires_at INTEGER NOT NULL);`,
  ],
}

/**
 * How a login stands, in the platform's words.
 *
 *     wait ──> scaned ──> confirmed            the account is saved, and the login gone
 *      │         ├──> scaned_but_redirect ──>  goes on at another host of the platform
 *      │         ├──> need_verifycode ──>      goes on when its owner has typed the number on their phone
 *      │         └──> binded_redirect          the bot is paired already: as confirmed
 *      └──> expired, verify_code_blocked       a new QR code takes its place, three times; then it stays so
 */
export interface PendingLogin {
  readonly id: string
  readonly qr_code: string
  readonly qr_content: string
  /** Where it is asked about. */
  readonly base_url: string
  readonly status: string
  /** For people; empty when all is well. */
  readonly error: string
  /** The number on the phone, until the platform has taken it. */
  readonly verify_code: string
  /** QR codes that took the place of an expired one. */
  readonly refreshes: number
  /** When the platform was last asked, ms since the epoch. */
  readonly asked_at: number
  readonly updated_at: number
  /** When its QR code is worth nothing any more; the row goes then. */
  readonly expires_at: number
}

/** A QR code is worth five minutes. */
export const LOGIN_MS = 5 * 60_000
const MAX_LOGINS = 5

export class PendingLogins {
  readonly #db: Database
  readonly #now: () => number

  constructor(db: Database, now: () => number) {
    this.#db = db
    this.#now = now
  }

  /** Those that are not over, oldest first. */
  list(): PendingLogin[] {
    return this.#db.query<PendingLogin & Record<string, never>>(
      'SELECT * FROM weixin_login WHERE expires_at > ? ORDER BY n',
      this.#now(),
    )
  }

  get(id: string): PendingLogin | null {
    return this.list().find((login) => login.id === id) ?? null
  }

  /** 429 when as many logins wait as may: what can no longer succeed makes room. */
  checkRoom(): void {
    const waiting = this.list().filter(({ status }) => !isOver(status))
    if (waiting.length < MAX_LOGINS) return
    throw new GatewayError(429, 'too_many_logins', `${MAX_LOGINS} logins wait already: finish or cancel one first`)
  }

  /** Keeps a login, after `checkRoom`. */
  add(login: Pick<PendingLogin, 'qr_code' | 'qr_content' | 'base_url'>): PendingLogin {
    this.#db.query('DELETE FROM weixin_login WHERE expires_at <= ?', this.#now())
    const over = this.list().filter(({ status }) => isOver(status))
    if (this.list().length >= MAX_LOGINS) for (const { id } of over) this.remove(id)
    const id = `clawgo-weixin:${this.#now()}-${crypto.randomUUID().slice(0, 8)}`
    this.#db.query(
      "INSERT INTO weixin_login (id, qr_code, qr_content, base_url, status, updated_at, expires_at) VALUES (?, ?, ?, ?, 'wait', ?, ?)",
      id,
      login.qr_code,
      login.qr_content,
      login.base_url,
      this.#now(),
      this.#now() + LOGIN_MS,
    )
    return this.get(id)!
  }

  /** Writes what changed; nothing when the login is gone. */
  update(id: string, change: Partial<Omit<PendingLogin, 'id' | 'updated_at'>>): void {
    const entries = Object.entries(change)
    const sets = entries.map(([column]) => `${column} = ?`).join(', ')
    const values = entries.map(([, value]) => value)
    this.#db.query(`UPDATE weixin_login SET ${sets}, updated_at = ? WHERE id = ?`, ...values, this.#now(), id)
  }

  /** Gives a login another QR code, with the time that goes with it. */
  renew(id: string, { error, ...code }: Pick<PendingLogin, 'qr_code' | 'qr_content' | 'base_url' | 'error'>): void {
    const login = this.get(id)
    if (!login) return
    const expires_at = this.#now() + LOGIN_MS
    this.update(id, { ...code, status: 'wait', error, verify_code: '', refreshes: login.refreshes + 1, expires_at })
  }

  /** The platform is asked now. */
  asked(id: string): void {
    this.#db.query('UPDATE weixin_login SET asked_at = ? WHERE id = ?', this.#now(), id)
  }

  /** False when there was none. */
  remove(id: string): boolean {
    return this.#db.query('DELETE FROM weixin_login WHERE id = ? RETURNING id', id).length > 0
  }
}

/** States that nothing leads out of. */
export const isOver = (status: string) => status === 'expired' || status === 'verify_code_blocked'
