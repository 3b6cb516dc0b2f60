/**
 * The agenda: everything that sleeps (turn keep-alive, retries, cron jobs, ...) is a row `(kind, key, due_at)`; the one
 * alarm is always set to the earliest. Rows survive restarts, so nothing due is forgotten.
 */
import type { Migrations } from '../db/index.ts'
import { messageOf } from '../errors.ts'
import type { Platform } from '../platform.ts'

export const scheduleMigrations: Migrations = {
  room: 'schedule',
  steps: [
    `CREATE TABLE agenda (kind TEXT NOT NULL, key TEXT NOT NULL, due_at INTEGER NOT NULL, PRIMARY KEY (kind, key)) WITHOUT ROWID;
     CREATE INDEX agenda_due ON agenda(due_at);`,
  ],
}

/** Runs what is due for one key. It should start work and return; a throw is logged and the entry is retried in 30 s. */
export type Clock = (key: string, dueAt: number) => void | Promise<void>

const RETRY_MS = 30_000
const BATCH = 50

export class Agenda {
  readonly #platform: Pick<Platform, 'db' | 'alarm' | 'now' | 'log'>
  readonly #clocks = new Map<string, Clock>()
  #arming = false

  constructor(platform: Pick<Platform, 'db' | 'alarm' | 'now' | 'log'>) {
    this.#platform = platform
  }

  /** Names who answers for a kind. Call before the first `wake`. */
  on(kind: string, clock: Clock): void {
    this.#clocks.set(kind, clock)
  }

  /** Sets or moves an entry, ms since the epoch. */
  at(kind: string, key: string, dueAt: number): void {
    this.#platform.db.query(
      'INSERT INTO agenda (kind, key, due_at) VALUES (?, ?, ?) ON CONFLICT (kind, key) DO UPDATE SET due_at = excluded.due_at',
      kind,
      key,
      Math.ceil(dueAt),
    )
    this.#arm()
  }

  cancel(kind: string, key: string): void {
    this.#platform.db.query('DELETE FROM agenda WHERE kind = ? AND key = ?', kind, key)
    this.#arm()
  }

  /** When an entry is due; null when there is none. */
  due(kind: string, key: string): number | null {
    return (
      this.#platform.db.query<{ due_at: number }>('SELECT due_at FROM agenda WHERE kind = ? AND key = ?', kind, key)[0]
        ?.due_at ?? null
    )
  }

  /** Runs everything that is due and re-arms the alarm. What a clock throws is logged and tried again. */
  async wake(): Promise<void> {
    const { db, now, log } = this.#platform
    // Armed before anything that can fail: a crash below costs a repeat, never the alarm.
    this.#platform.alarm.set(now() + RETRY_MS)
    const due = db.query<{ kind: string; key: string; due_at: number }>(
      'SELECT kind, key, due_at FROM agenda WHERE due_at <= ? ORDER BY due_at LIMIT ?',
      now(),
      BATCH,
    )
    for (const entry of due) {
      try {
        await this.#clocks.get(entry.kind)?.(entry.key, entry.due_at)
        // Afterwards, so that a crash repeats the work instead of losing it; what the clock set anew has another time.
        db.query('DELETE FROM agenda WHERE kind = ? AND key = ? AND due_at = ?', entry.kind, entry.key, entry.due_at)
      } catch (error) {
        log.error('scheduled work failed', { kind: entry.kind, key: entry.key, error: messageOf(error) })
        this.at(entry.kind, entry.key, now() + RETRY_MS)
      }
    }
    this.#arm()
  }

  /**
   * Points the alarm at the earliest entry once the code that runs now is through: `at` and `cancel` may stand in a
   * transaction that is still rolled back, and the alarm must go by the rows that are really there.
   */
  #arm(): void {
    if (this.#arming) return
    this.#arming = true
    queueMicrotask(() => {
      this.#arming = false
      try {
        const first = this.#platform.db.query<{ due_at: number | null }>('SELECT min(due_at) AS due_at FROM agenda')[0]
        this.#platform.alarm.set(first?.due_at ?? null)
      } catch (error) {
        // The database was closed meanwhile: the next start arms anew.
        this.#platform.log.debug('the alarm was not set', { error: messageOf(error) })
      }
    })
  }
}
