/**
 * Rests for models that failed (providers.md section 5.4). A refused key or an empty account rests the whole provider, anything else the one
 * model. Kept in the database, so that a restart does not run into the same wall.
 */
import type { Migrations } from '../db/index.ts'
import type { Database } from '../platform.ts'
import { poolHistoryTables } from './pool-history.ts'
import { poolStateTables } from './pool-state.ts'
import type { FailureKind, ModelFailure } from './types.ts'

/** Tables of the models room. */
export const modelMigrations: Migrations = {
  room: 'models',
  steps: [
    `CREATE TABLE model_cooldown (
      scope TEXT PRIMARY KEY,
      until INTEGER NOT NULL,
      failures INTEGER NOT NULL,
      kind TEXT NOT NULL,
      message TEXT NOT NULL
    ) WITHOUT ROWID;`,
    `${poolStateTables}
     ${poolHistoryTables}`,
  ],
}

const MINUTE = 60_000

/** How long a first failure rests; repeated ones double it up to the limit. */
const REST: Readonly<Partial<Record<FailureKind, { first: number; limit: number }>>> = {
  rate_limit: { first: MINUTE / 2, limit: 15 * MINUTE },
  quota: { first: 60 * MINUTE, limit: 60 * MINUTE },
  auth: { first: 30 * MINUTE, limit: 30 * MINUTE },
  timeout: { first: MINUTE / 2, limit: 5 * MINUTE },
  network: { first: MINUTE / 6, limit: 5 * MINUTE },
  server: { first: MINUTE / 6, limit: 5 * MINUTE },
  missing: { first: 10 * MINUTE, limit: 10 * MINUTE },
}
const LONGEST = 24 * 60 * MINUTE
/** Failures further apart than this are not a series. */
const SERIES = 15 * MINUTE

export interface Cooldown {
  /** `provider/model`, or `provider/*` for all of a provider. */
  scope: string
  /** ms since the epoch. */
  until: number
  failures: number
  kind: FailureKind
  /** Why, without secrets. */
  message: string
}

interface Named {
  readonly ref: string
  readonly provider: string
}

/** The rests of all models, in memory and in the database. */
export class Cooldowns {
  readonly #db: Database
  readonly #now: () => number
  #rests: Map<string, Cooldown> | undefined

  constructor(db: Database, now: () => number) {
    this.#db = db
    this.#now = now
  }

  /** When the model may be asked again, ms since the epoch; 0 when it may be asked now. */
  until(model: Named): number {
    const latest = Math.max(...scopesOf(model).map((scope) => this.#all().get(scope)?.until ?? 0))
    return latest > this.#now() ? latest : 0
  }

  /** The rests that last now, for people. */
  active(): Cooldown[] {
    return [...this.#all().values()].filter((rest) => rest.until > this.#now())
  }

  /** Starts or lengthens a rest where the failure calls for one; returns it. */
  failed(model: Named, failure: ModelFailure): Cooldown | undefined {
    const rest = REST[failure.kind]
    if (!rest) return undefined
    const whole = failure.kind === 'auth' || failure.kind === 'quota'
    const scope = whole ? `${model.provider}/*` : model.ref
    const before = this.#all().get(scope)
    const failures = before && this.#now() - before.until < SERIES ? before.failures + 1 : 1
    const length = failure.retryAfterMs ?? Math.min(rest.first * 2 ** (failures - 1), rest.limit)
    const until = Math.round(this.#now() + Math.min(length, LONGEST))
    const { kind, message } = failure
    const cooldown = { scope, until, failures, kind, message }
    this.#all().set(scope, cooldown)
    this.#db.query(
      `INSERT INTO model_cooldown (scope, until, failures, kind, message) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (scope) DO UPDATE SET until = excluded.until, failures = excluded.failures, kind = excluded.kind, message = excluded.message`,
      scope,
      until,
      failures,
      kind,
      message,
    )
    return cooldown
  }

  /** Forgets the rests of a model that has answered. */
  succeeded(model: Named): void {
    for (const scope of scopesOf(model)) this.#forget(scope)
  }

  /**
   * Forgets what a new configuration, or a new credential of `provider`, may have put right: refused keys, empty accounts,
   * models that were not there.
   */
  reconsider(provider?: string): void {
    for (const { scope, kind } of [...this.#all().values()]) {
      if (provider !== undefined && !scope.startsWith(`${provider}/`)) continue
      if (provider !== undefined && kind === 'rate_limit') this.#forget(scope)
      if (kind === 'auth' || kind === 'quota' || kind === 'missing') this.#forget(scope)
    }
  }

  #forget(scope: string): void {
    if (this.#all().delete(scope)) this.#db.query('DELETE FROM model_cooldown WHERE scope = ?', scope)
  }

  #all(): Map<string, Cooldown> {
    if (!this.#rests) {
      this.#db.query('DELETE FROM model_cooldown WHERE until < ?', this.#now() - SERIES)
      const rows = this.#db.query<Cooldown>('SELECT scope, until, failures, kind, message FROM model_cooldown')
      this.#rests = new Map(rows.map((row) => [row.scope, row]))
    }
    return this.#rests
  }
}

const scopesOf = ({ ref, provider }: Named) => [ref, `${provider}/*`]
