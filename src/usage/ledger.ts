/** The usage of a gateway by day, model and session: written with each model call, read without looking at a turn. */
import type { Usage, UsageLedger } from '../chat/index.ts'
import type { Database } from '../platform.ts'
import { calendar, type Day, dayBefore } from './day.ts'
import { costOf, type Price } from './price.ts'
import { type Counted, SUMS } from './tables.ts'

export interface LedgerDeps {
  db: Database
  now(): number
  /** The time zone of the days: an IANA name. */
  zone(): string
  /** The price of a model reference; undefined when nobody knows it. */
  price(ref: string): Price | undefined
}

export class Ledger implements UsageLedger {
  readonly #deps: LedgerDeps
  readonly #today: () => Day

  constructor(deps: LedgerDeps) {
    this.#deps = deps
    this.#today = calendar(deps.now, deps.zone)
  }

  /** The present day. */
  get day(): Day {
    return this.#today()
  }

  /** Counts what one model call used. Call it in the transaction that stores the call's outcome. */
  record(session: number, usage: Usage, turns: 0 | 1): void {
    const { db, price } = this.#deps
    let first = turns
    for (const [model, used] of Object.entries(usage.models)) {
      const known = price(model)
      const values = [
        used.input,
        used.output,
        used.cached,
        known ? costOf(used, known) : 0,
        known ? 0 : used.input + used.output,
        first,
      ]
      db.query(sql('usage_day', 'day, model'), this.day.name, model, ...values)
      db.query(sql('usage_session', 'session, model'), session, model, ...values)
      db.query(sql('usage_session_day', 'day, session'), this.day.name, session, ...values)
      first = 0
    }
  }

  /** What today has used so far. */
  today(): Counted {
    return this.#deps.db.query<Counted>(`SELECT ${SUMS} FROM usage_day WHERE day = ?`, this.day.name)[0]!
  }

  /** The last `count` days, today first; days without usage are left out. */
  days(count: number): Array<Counted & { day: string }> {
    return this.#deps.db.query<Counted & { day: string }>(
      `SELECT day, ${SUMS} FROM usage_day WHERE day >= ? GROUP BY day ORDER BY day DESC`,
      this.#since(count),
    )
  }

  /** The models of the last `count` days, the most used first. */
  models(count: number): Array<Counted & { model: string }> {
    return this.#deps.db.query<Counted & { model: string }>(
      `SELECT model, ${SUMS} FROM usage_day WHERE day >= ? GROUP BY model ORDER BY sum(input + output) DESC, model`,
      this.#since(count),
    )
  }

  /** The sum of the last `count` days. */
  total(count: number): Counted {
    return this.#deps.db.query<Counted>(`SELECT ${SUMS} FROM usage_day WHERE day >= ?`, this.#since(count))[0]!
  }

  /** The sessions that used most, over all time. */
  sessions(limit: number): Array<Counted & { session: string }> {
    return this.#deps.db.query<Counted & { session: string }>(
      `SELECT session.key AS session, ${SUMS} FROM usage_session JOIN session ON session.id = usage_session.session
       GROUP BY session.id ORDER BY sum(input + output) DESC, session.key LIMIT ?`,
      limit,
    )
  }

  /** What each model used on each of the last `count` days, oldest first. */
  modelsByDay(count: number): Array<Counted & { day: string; model: string }> {
    return this.#deps.db.query<Counted & { day: string; model: string }>(
      `SELECT day, model, ${SUMS} FROM usage_day WHERE day >= ? GROUP BY day, model ORDER BY day, model`,
      this.#since(count),
    )
  }

  /** The same for sessions: the `limit` that used most in these days. */
  sessionsByDay(count: number, limit: number): Array<Counted & { day: string; session: string }> {
    const since = this.#since(count)
    return this.#deps.db.query<Counted & { day: string; session: string }>(
      `SELECT day, session.key AS session, ${SUMS} FROM usage_session_day AS used
       JOIN session ON session.id = used.session
       WHERE day >= ?1 AND used.session IN (
         SELECT top.session FROM usage_session_day AS top JOIN session ON session.id = top.session
         WHERE top.day >= ?1 GROUP BY top.session ORDER BY sum(top.input + top.output) DESC LIMIT ?2)
       GROUP BY day, session.id ORDER BY day, session.key`,
      since,
      limit,
    )
  }

  #since(count: number): string {
    return dayBefore(this.day.name, count - 1)
  }
}

function sql(table: string, key: string): string {
  return `INSERT INTO ${table} (${key}, input, output, cached, cost, unpriced, turns) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (${key}) DO UPDATE SET input = input + excluded.input, output = output + excluded.output,
      cached = cached + excluded.cached, cost = cost + excluded.cost, unpriced = unpriced + excluded.unpriced,
      turns = turns + excluded.turns`
}
