/**
 * Logins that have begun and wait for their owner: rows that end after ten minutes, at most 50 of them. What is secret in
 * them is sealed like a credential file. Without a key of the owner only what the login itself cannot do without is
 * written down; a client secret, an API key or a proxy's password that came with the request stays in memory.
 */
import { GatewayError } from '../errors.ts'
import type { Database } from '../platform.ts'
import type { Vault } from './vault.ts'

/** What only the gateway may know of a flow. */
export interface FlowSecrets {
  state: string
  verifier: string
  device_code: string
  user_code: string
  /** Normalised; empty: none. */
  proxy: string
  /** The request's `provider_config` as a whole entry; null without one. */
  inline: InlineEntry | null
}

/** An entry of `models.providers`, as far as it may hold secrets. */
export interface InlineEntry {
  api_key: string
  oauth: { client_secret: string; network_proxy: string }
}

export interface LoginFlow extends FlowSecrets {
  /** Unguessable. */
  id: string
  /** Key of the provider's entry in the config. */
  provider: string
  /** Fingerprint of the endpoints and the client it began with. */
  settings: string
  mode: 'code' | 'device' | 'codex-device'
  interval_ms: number
  /** When the vendor may be asked again, ms since the epoch. */
  next_poll: number
  expires_at: number
  label: string
  /** Secrets of the request were only in the memory of an earlier life: it must be sent again. */
  forgotten: boolean
}

const LIFE_MS = 10 * 60_000
const MAX_FLOWS = 50
/** A request that completes a login has ended after this long, or its process has. */
const BUSY_MS = 90_000

type Row = Omit<LoginFlow, keyof FlowSecrets | 'forgotten'> & { secrets: string }

export class LoginFlows {
  readonly #db: Database
  readonly #vault: Vault
  readonly #now: () => number
  /** What is not written down, by flow. */
  readonly #kept = new Map<string, FlowSecrets>()

  constructor(db: Database, vault: Vault, now: () => number) {
    this.#db = db
    this.#vault = vault
    this.#now = now
  }

  /** Keeps a flow; a device flow may end sooner. 429 when too many wait. */
  async add(
    flow: Omit<LoginFlow, 'id' | 'expires_at' | 'forgotten'>,
    lifeMs: number = LIFE_MS,
  ): Promise<Pick<LoginFlow, 'id' | 'expires_at'>> {
    const id = newId()
    const { provider, settings, mode, label, interval_ms, next_poll, ...secrets } = flow
    const written = this.#vault.encrypts ? secrets : withoutOwners(secrets)
    const sealed = await this.#vault.seal(pathOf(id), JSON.stringify({ ...written, partial: written !== secrets }))
    for (const { id: over } of this.#db.query<{ id: string }>(
      'DELETE FROM login_flow WHERE expires_at <= ? RETURNING id',
      this.#now(),
    )) {
      this.#kept.delete(over)
    }
    const waiting = this.#db.query<{ n: number }>('SELECT count(*) AS n FROM login_flow')[0]!.n
    if (waiting >= MAX_FLOWS) {
      throw new GatewayError(429, 'too_many_logins', 'too many logins wait to be completed: try again in some minutes')
    }
    const expires_at = this.#now() + Math.min(lifeMs, LIFE_MS)
    const row: Row = { id, provider, settings, mode, label, secrets: sealed, interval_ms, next_poll, expires_at }
    const columns = Object.keys(row) as Array<keyof Row>
    this.#db.query(
      `INSERT INTO login_flow (${columns.join(', ')}, busy_until) VALUES (${columns.map(() => '?').join(', ')}, 0)`,
      ...columns.map((column) => row[column]),
    )
    if (written !== secrets) this.#kept.set(id, secrets)
    return { id, expires_at }
  }

  /**
   * A flow of the provider, held for this request until `release` or `end`. 404 `oauth flow not found` for one that is unknown,
   * over, or another provider's, or was sealed under a key that is gone; 409 when another request holds it.
   */
  async claim(id: string, provider: string): Promise<LoginFlow> {
    const now = this.#now()
    const held = this.#db.query<Row>(
      `UPDATE login_flow SET busy_until = ? WHERE id = ? AND provider = ? AND expires_at > ? AND busy_until <= ?
       RETURNING id, provider, settings, mode, label, secrets, interval_ms, next_poll, expires_at`,
      now + BUSY_MS,
      id,
      provider,
      now,
      now,
    )[0]
    if (held) return this.#opened(held)
    const exists = this.#db.query(
      'SELECT 1 FROM login_flow WHERE id = ? AND provider = ? AND expires_at > ?',
      id,
      provider,
      now,
    )
    if (exists.length > 0) throw new GatewayError(409, 'login_busy', 'this login is being completed already')
    throw unknownFlow()
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
    this.#kept.delete(id)
    this.#db.query('DELETE FROM login_flow WHERE id = ?', id)
  }

  async #opened({ secrets, ...row }: Row): Promise<LoginFlow> {
    const kept = this.#kept.get(row.id)
    if (kept) return { ...row, ...kept, forgotten: false }
    const opened = await this.#vault.open(pathOf(row.id), secrets).catch(() => null)
    if (!opened) {
      this.end(row.id)
      throw unknownFlow()
    }
    const { partial, ...written } = JSON.parse(opened.text) as FlowSecrets & { partial: boolean }
    return { ...row, ...written, forgotten: partial }
  }
}

/** The secrets without what belongs to the owner for longer than the flow lives; the same object when there is none. */
function withoutOwners(secrets: FlowSecrets): FlowSecrets {
  const { inline, proxy } = secrets
  const owners = inline ? [inline.api_key, inline.oauth.client_secret, credentialsOf(inline.oauth.network_proxy)] : []
  if (![...owners, credentialsOf(proxy)].some(Boolean)) return secrets
  return { ...secrets, proxy: credentialsOf(proxy) ? '' : proxy, inline: null }
}

function credentialsOf(proxy: string): string {
  const url = URL.parse(proxy)
  return url ? url.username + url.password : ''
}

/** What the seal names, so that one flow's secrets cannot be put into another's row. */
const pathOf = (id: string) => `login/${id}`

const unknownFlow = () => new GatewayError(404, 'not_found', 'oauth flow not found: start the login again')

/** 192 random bits. */
function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(24))
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
}
