/** Logins that have begun and wait for their owner: rows that end after ten minutes, at most 50 of them. */
import type { Migrations } from '../db/index.ts'
import { GatewayError } from '../errors.ts'
import type { Database } from '../platform.ts'

export const accountMigrations: Migrations = {
  room: 'accounts',
  steps: [
    `CREATE TABLE login_flow (
      id TEXT PRIMARY KEY,
      provider TEXT NOT NULL,
      settings TEXT NOT NULL,
      mode TEXT NOT NULL,
      state TEXT NOT NULL,
      verifier TEXT NOT NULL,
      device_code TEXT NOT NULL,
      user_code TEXT NOT NULL,
      interval_ms INTEGER NOT NULL,
      next_poll INTEGER NOT NULL,
      expires_at INTEGER NOT NULL,
      busy_until INTEGER NOT NULL,
      label TEXT NOT NULL,
      proxy TEXT NOT NULL,
      inline TEXT
    ) WITHOUT ROWID;`,
  ],
}

export interface LoginFlow {
  /** Unguessable. */
  id: string
  /** Key of the provider's entry in the config. */
  provider: string
  /** Fingerprint of the endpoints and the client it began with. */
  settings: string
  mode: 'code' | 'device' | 'codex-device'
  state: string
  verifier: string
  device_code: string
  user_code: string
  interval_ms: number
  /** When the vendor may be asked again, ms since the epoch. */
  next_poll: number
  expires_at: number
  label: string
  proxy: string
  /** The request's `provider_config` as JSON; null without one. */
  inline: string | null
}

const LIFE_MS = 10 * 60_000
const MAX_FLOWS = 50
/** A request that completes a login has ended after this long, or its process has. */
const BUSY_MS = 90_000

export class LoginFlows {
  readonly #db: Database
  readonly #now: () => number

  constructor(db: Database, now: () => number) {
    this.#db = db
    this.#now = now
  }

  /** Keeps a flow; a device flow may end sooner. 429 when too many wait. */
  add(flow: Omit<LoginFlow, 'id' | 'expires_at'>, lifeMs: number = LIFE_MS): LoginFlow {
    this.#db.query('DELETE FROM login_flow WHERE expires_at <= ?', this.#now())
    const waiting = this.#db.query<{ n: number }>('SELECT count(*) AS n FROM login_flow')[0]!.n
    if (waiting >= MAX_FLOWS) {
      throw new GatewayError(429, 'too_many_logins', 'too many logins wait to be completed: try again in some minutes')
    }
    const added = { ...flow, id: newId(), expires_at: this.#now() + Math.min(lifeMs, LIFE_MS) }
    const columns = Object.keys(added) as Array<keyof LoginFlow>
    this.#db.query(
      `INSERT INTO login_flow (${columns.join(', ')}, busy_until) VALUES (${columns.map(() => '?').join(', ')}, 0)`,
      ...columns.map((column) => added[column]),
    )
    return added
  }

  /**
   * A flow of the provider, held for this request until `release` or `end`. 404 `oauth flow not found` for one that is unknown,
   * over, or another provider's; 409 when another request holds it.
   */
  claim(id: string, provider: string): LoginFlow {
    const now = this.#now()
    const held = this.#db.query<LoginFlow>(
      `UPDATE login_flow SET busy_until = ? WHERE id = ? AND provider = ? AND expires_at > ? AND busy_until <= ?
       RETURNING id, provider, settings, mode, state, verifier, device_code, user_code, interval_ms, next_poll, expires_at,
         label, proxy, inline`,
      now + BUSY_MS,
      id,
      provider,
      now,
      now,
    )[0]
    if (held) return held
    const exists = this.#db.query(
      'SELECT 1 FROM login_flow WHERE id = ? AND provider = ? AND expires_at > ?',
      id,
      provider,
      now,
    )
    if (exists.length > 0) throw new GatewayError(409, 'login_busy', 'this login is being completed already')
    throw new GatewayError(404, 'not_found', 'oauth flow not found: start the login again')
  }

  /** Lets others try again; `poll` sets when the vendor may be asked next, and how often. */
  release(id: string, poll?: { at: number; intervalMs: number }): void {
    this.#db.query('UPDATE login_flow SET busy_until = 0 WHERE id = ?', id)
    if (poll) {
      this.#db.query('UPDATE login_flow SET next_poll = ?, interval_ms = ? WHERE id = ?', poll.at, poll.intervalMs, id)
    }
  }

  /** A flow is over. */
  end(id: string): void {
    this.#db.query('DELETE FROM login_flow WHERE id = ?', id)
  }
}

/** 192 random bits. */
function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(24))
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
}
