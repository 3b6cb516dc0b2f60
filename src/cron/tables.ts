/**
 * Jobs and their run ledger. A slot is `(job, scheduled time)`; its row in `cron_run` is the claim, so it starts at most
 * once. Attempts after the first are retries of the same slot.
 */
import type { Migrations } from '../db/index.ts'

export const cronMigrations: Migrations = {
  room: 'cron',
  steps: [
    `CREATE TABLE cron_job (
       id TEXT PRIMARY KEY,
       body TEXT NOT NULL,
       enabled INTEGER NOT NULL,
       next_at INTEGER,
       created_at INTEGER NOT NULL) WITHOUT ROWID;
     CREATE TABLE cron_run (
       job TEXT NOT NULL,
       slot INTEGER NOT NULL,
       attempt INTEGER NOT NULL,
       state TEXT NOT NULL,
       trigger TEXT NOT NULL,
       turn INTEGER,
       slots INTEGER NOT NULL DEFAULT 1,
       started_at INTEGER,
       finished_at INTEGER,
       error TEXT,
       delivered TEXT,
       PRIMARY KEY (job, slot, attempt)) WITHOUT ROWID;
     CREATE INDEX cron_run_open ON cron_run(job, slot) WHERE finished_at IS NULL;
     CREATE INDEX cron_run_turn ON cron_run(turn) WHERE finished_at IS NULL;`,
    // Jobs of an earlier home that were taken over: one that its owner deleted here does not come back.
    'CREATE TABLE cron_imported (id TEXT PRIMARY KEY) WITHOUT ROWID',
  ],
}

/** How a slot came to an end; `queued` and `running` have not. */
export type RunState =
  /** Waits for the job's own earlier run (`overlap: queue`). */
  | 'queued'
  | 'running'
  | 'ok'
  | 'error'
  | 'timeout'
  | 'stopped'
  /** Not started, because the job's earlier run had not ended (`overlap: skip`), or the budget of the day was used up; `error` says which. */
  | 'skipped'
  /** Not started, because its time passed while nobody could run it; `slots` says how many such times in a row. */
  | 'missed'

export interface RunRow {
  job: string
  /** Scheduled time, ms since the epoch. */
  slot: number
  attempt: number
  state: RunState
  trigger: 'schedule' | 'retry' | 'manual'
  turn: number | null
  slots: number
  started_at: number | null
  finished_at: number | null
  error: string | null
  /** Where the reply went: `outbox <id>`, or null. */
  delivered: string | null
}
