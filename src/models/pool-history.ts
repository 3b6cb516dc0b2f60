/** What happened to the credentials of each provider, newest first (providers.md section 10). */
import type { Database } from '../platform.ts'
import type { ProviderSettings } from './settings.ts'

/** A step of `modelMigrations`. */
export const poolHistoryTables = `CREATE TABLE provider_event (
    id INTEGER PRIMARY KEY,
    provider TEXT NOT NULL,
    list TEXT NOT NULL,
    at INTEGER NOT NULL,
    kind TEXT NOT NULL,
    target TEXT NOT NULL,
    reason TEXT NOT NULL,
    detail TEXT NOT NULL
  );
  CREATE INDEX provider_event_of ON provider_event(provider, list, id);`

export type EventList = 'hits' | 'errors' | 'changes'

export interface ProviderEvent {
  /** ms since the epoch. */
  at: number
  /** `api_key`, `oauth`, `none`, `relay` or `scheduler`. */
  kind: string
  target: string
  reason: string
  detail: string
}

export interface ProviderHistory {
  hits: readonly ProviderEvent[]
  errors: readonly ProviderEvent[]
  changes: readonly ProviderEvent[]
  lastSuccess: ProviderEvent | null
}

const DEFAULT_MAX = 24
/** However much the config asks for: a view is read at once. */
const LARGEST_MAX = 1000

type Lists = Record<EventList, ProviderEvent[]> & { lastSuccess: ProviderEvent | null }

/** Kept in memory, and in the database for providers with `runtime_persist`. */
export class PoolHistory {
  readonly #db: Database
  readonly #settings: (provider: string) => ProviderSettings | undefined
  readonly #providers = new Map<string, Lists>()

  constructor(db: Database, settings: (provider: string) => ProviderSettings | undefined) {
    this.#db = db
    this.#settings = settings
  }

  of(provider: string): ProviderHistory {
    return this.#lists(provider)
  }

  add(provider: string, list: EventList, event: ProviderEvent): void {
    const lists = this.#lists(provider)
    const max = this.max(provider)
    lists[list].unshift(event)
    lists[list].length = Math.min(lists[list].length, max)
    if (list === 'hits') lists.lastSuccess = event
    if (!this.#settings(provider)?.runtime_persist) return
    const { at, kind, target, reason, detail } = event
    this.#db.query(
      'INSERT INTO provider_event (provider, list, at, kind, target, reason, detail) VALUES (?, ?, ?, ?, ?, ?, ?)',
      provider,
      list,
      at,
      kind,
      target,
      reason,
      detail,
    )
    this.#db.query(
      `DELETE FROM provider_event WHERE provider = ? AND list = ? AND id <=
         (SELECT id FROM provider_event WHERE provider = ? AND list = ? ORDER BY id DESC LIMIT 1 OFFSET ?)`,
      provider,
      list,
      provider,
      list,
      max,
    )
  }

  /** Takes in the history of an earlier program, list by list, where there is none yet. */
  takeIn(provider: string, { hits, errors, changes, lastSuccess }: ProviderHistory): void {
    const before = this.#lists(provider)
    const empty = { hits: before.hits.length === 0, errors: !before.errors.length, changes: !before.changes.length }
    for (const [list, events] of Object.entries({ hits, errors, changes }) as Array<[EventList, ProviderEvent[]]>) {
      if (empty[list])
        for (const event of events.slice(0, this.max(provider)).reverse()) this.add(provider, list, event)
    }
    if (empty.hits) before.lastSuccess = lastSuccess ?? before.hits[0] ?? null
  }

  /** Forgets all events and the last success. */
  clear(provider: string): void {
    this.#providers.set(provider, empty())
    this.#db.query('DELETE FROM provider_event WHERE provider = ?', provider)
  }

  #lists(provider: string): Lists {
    let lists = this.#providers.get(provider)
    if (!lists) {
      lists = empty()
      if (this.#settings(provider)?.runtime_persist) this.#load(provider, lists)
      this.#providers.set(provider, lists)
    }
    return lists
  }

  #load(provider: string, lists: Lists): void {
    const max = this.max(provider)
    for (const list of ['hits', 'errors', 'changes'] as const) {
      lists[list] = this.#db.query<ProviderEvent>(
        'SELECT at, kind, target, reason, detail FROM provider_event WHERE provider = ? AND list = ? ORDER BY id DESC LIMIT ?',
        provider,
        list,
        max,
      )
    }
    lists.lastSuccess = lists.hits[0] ?? null
  }

  /** How many events of each sort are kept. */
  max(provider: string): number {
    const max = this.#settings(provider)?.runtime_history_max ?? 0
    return Math.min(max > 0 ? max : DEFAULT_MAX, LARGEST_MAX)
  }
}

const empty = (): Lists => ({ hits: [], errors: [], changes: [], lastSuccess: null })
