/**
 * How each credential of the pool fares: its health, and for how long it rests, as a whole or for one model. Kept in the
 * database, so that a restart does not run into the same wall.
 */
import type { Database } from '../platform.ts'
import type { Effect } from './pool-effects.ts'

/** A step of `modelMigrations`. */
export const poolStateTables = `CREATE TABLE credential_state (
    provider TEXT NOT NULL,
    credential TEXT NOT NULL,
    health INTEGER NOT NULL,
    failures INTEGER NOT NULL,
    last_failure TEXT NOT NULL,
    PRIMARY KEY (provider, credential)
  ) WITHOUT ROWID;
  CREATE TABLE credential_rest (
    provider TEXT NOT NULL,
    credential TEXT NOT NULL,
    model TEXT NOT NULL,
    since INTEGER NOT NULL,
    until INTEGER NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (provider, credential, model)
  ) WITHOUT ROWID;`

export interface Rest {
  /** `*` for all models. */
  model: string
  /** ms since the epoch. */
  since: number
  until: number
  reason: string
}

export interface Health {
  /** 1 to 100. */
  health: number
  failures: number
  last_failure: string
}

const WELL: Health = { health: 100, failures: 0, last_failure: '' }
const ALL = '*'
const GAIN = 3

interface Entry extends Health {
  rests: Map<string, Rest>
}

/** The state of every credential; a credential nobody failed with is well. */
export class CredentialStates {
  readonly #db: Database
  readonly #now: () => number
  #entries: Map<string, Entry> | undefined

  constructor(db: Database, now: () => number) {
    this.#db = db
    this.#now = now
  }

  health(provider: string, credential: string): Health {
    return this.#entry(provider, credential) ?? WELL
  }

  /** The rest that keeps the credential from this model now, the longest where there are several. Without `model`: any. */
  rest(provider: string, credential: string, model?: string): Rest | undefined {
    const rests = [...(this.#entry(provider, credential)?.rests.values() ?? [])]
    return rests
      .filter((rest) => rest.until > this.#now() && (model === undefined || rest.model === ALL || rest.model === model))
      .toSorted((a, b) => b.until - a.until)[0]
  }

  /** Notes a failure: health down, and a rest that never gets shorter by it. Returns the rest. */
  failed(provider: string, credential: string, model: string, effect: Effect): Rest {
    const entry = this.#entry(provider, credential) ?? { ...WELL, rests: new Map() }
    entry.health = Math.max(1, entry.health - effect.penalty)
    entry.failures++
    entry.last_failure = effect.reason
    const scope = effect.oneModel ? model : ALL
    const now = this.#now()
    const until = Math.max(Math.round(now + effect.restMs), entry.rests.get(scope)?.until ?? 0)
    const rest = { model: scope, since: now, until, reason: effect.reason }
    entry.rests.set(scope, rest)
    this.#all().set(idOf(provider, credential), entry)
    this.#db.transaction(() => {
      this.#saveHealth(provider, credential, entry)
      this.#db.query(
        `INSERT INTO credential_rest (provider, credential, model, since, until, reason) VALUES (?, ?, ?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET since = excluded.since, until = excluded.until, reason = excluded.reason`,
        provider,
        credential,
        scope,
        rest.since,
        rest.until,
        rest.reason,
      )
    })
    return rest
  }

  /**
   * Notes an answer to a call that began at `startedAt`: health up, rests that are older than the call over. A rest that began
   * meanwhile stays: the call says nothing about what came after it. True when a rest ended by it.
   */
  succeeded(provider: string, credential: string, model: string, startedAt: number): boolean {
    const entry = this.#entry(provider, credential)
    if (!entry || (entry.health === 100 && entry.rests.size === 0 && entry.failures === 0)) return false
    entry.health = Math.min(100, entry.health + GAIN)
    const over = [...entry.rests.values()].filter(
      (rest) => (rest.model === ALL || rest.model === model) && rest.since < startedAt,
    )
    for (const rest of over) this.#end(provider, credential, entry, rest)
    if (entry.rests.size === 0) entry.failures = 0
    this.#saveHealth(provider, credential, entry)
    return over.length > 0
  }

  /** Ends every rest of a credential; failures and health stay. */
  clear(provider: string, credential: string): void {
    const entry = this.#entry(provider, credential)
    for (const rest of [...(entry?.rests.values() ?? [])]) this.#end(provider, credential, entry!, rest)
  }

  /** After a credential was renewed: what was wrong with the old one counts no more. */
  renewed(provider: string, credential: string): void {
    const entry = this.#entry(provider, credential)
    if (!entry) return
    entry.health = Math.min(100, entry.health + 5)
    for (const rest of [...entry.rests.values()]) {
      if (rest.reason === 'unauthorized') this.#end(provider, credential, entry, rest)
    }
    this.#saveHealth(provider, credential, entry)
  }

  /** Forgets a credential that is gone. */
  forget(provider: string, credential: string): void {
    this.#all().delete(idOf(provider, credential))
    for (const table of ['credential_state', 'credential_rest']) {
      this.#db.query(`DELETE FROM ${table} WHERE provider = ? AND credential = ?`, provider, credential)
    }
  }

  #end(provider: string, credential: string, entry: Entry, { model }: Rest): void {
    entry.rests.delete(model)
    this.#db.query(
      'DELETE FROM credential_rest WHERE provider = ? AND credential = ? AND model = ?',
      provider,
      credential,
      model,
    )
  }

  #saveHealth(provider: string, credential: string, { health, failures, last_failure }: Health): void {
    this.#db.query(
      `INSERT INTO credential_state (provider, credential, health, failures, last_failure) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET health = excluded.health, failures = excluded.failures, last_failure = excluded.last_failure`,
      provider,
      credential,
      health,
      failures,
      last_failure,
    )
  }

  #entry(provider: string, credential: string): Entry | undefined {
    return this.#all().get(idOf(provider, credential))
  }

  #all(): Map<string, Entry> {
    if (!this.#entries) {
      this.#entries = new Map()
      this.#db.query('DELETE FROM credential_rest WHERE until < ?', this.#now())
      type Named = { provider: string; credential: string }
      for (const { provider, credential, ...health } of this.#db.query<Named & Health>(
        'SELECT provider, credential, health, failures, last_failure FROM credential_state',
      )) {
        this.#entries.set(idOf(provider, credential), { ...health, rests: new Map() })
      }
      for (const { provider, credential, ...rest } of this.#db.query<Named & Rest>(
        'SELECT provider, credential, model, since, until, reason FROM credential_rest',
      )) {
        this.#entries.get(idOf(provider, credential))?.rests.set(rest.model, rest)
      }
    }
    return this.#entries
  }
}

const idOf = (provider: string, credential: string) => JSON.stringify([provider, credential])
