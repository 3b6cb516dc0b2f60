/** Jobs and runs in the database. */
import type { Database } from '../platform.ts'
import type { Job } from './job.ts'
import type { RunRow, RunState } from './tables.ts'

const KEEP_RUNS = 200

export class CronStore {
  readonly #db: Database
  readonly #keepRuns: number

  constructor(db: Database, keepRuns = KEEP_RUNS) {
    this.#db = db
    this.#keepRuns = keepRuns
  }

  /** In order of creation. */
  jobs(): Job[] {
    return this.#db
      .query<{ body: string }>('SELECT body FROM cron_job ORDER BY created_at, id')
      .map(({ body }) => JSON.parse(body) as Job)
  }

  job(id: string): Job | null {
    const row = this.#db.query<{ body: string }>('SELECT body FROM cron_job WHERE id = ?', id)[0]
    return row ? (JSON.parse(row.body) as Job) : null
  }

  save(job: Job): void {
    this.#db.query(
      `INSERT INTO cron_job (id, body, enabled, next_at, created_at) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET body = excluded.body, enabled = excluded.enabled, next_at = excluded.next_at`,
      job.id,
      JSON.stringify(job),
      job.enabled ? 1 : 0,
      job.state.nextRunAtMs ?? null,
      job.createdAtMs,
    )
  }

  /** True when it was there. Its runs stay. */
  delete(id: string): boolean {
    return this.#db.query('DELETE FROM cron_job WHERE id = ? RETURNING id', id).length > 0
  }

  /** Forgets the runs of a job. */
  deleteRuns(id: string): void {
    this.#db.query('DELETE FROM cron_run WHERE job = ?', id)
  }

  /** Remembers a job of an earlier home; false when it was taken over before. */
  import(id: string): boolean {
    return (
      this.#db.query('INSERT INTO cron_imported (id) VALUES (?) ON CONFLICT DO NOTHING RETURNING id', id).length > 0
    )
  }

  /** Writes a run's row for the first time; false when the slot's attempt is already there, which is another's claim. */
  claim(run: RunRow): boolean {
    return (
      this.#db.query(
        `INSERT INTO cron_run (job, slot, attempt, state, trigger, turn, slots, started_at, finished_at, error, delivered)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING slot`,
        run.job,
        run.slot,
        run.attempt,
        run.state,
        run.trigger,
        run.turn,
        run.slots,
        run.started_at,
        run.finished_at,
        run.error,
        run.delivered,
      ).length > 0
    )
  }

  /** One attempt of a slot. */
  run({ job, slot, attempt }: Pick<RunRow, 'job' | 'slot' | 'attempt'>): RunRow | null {
    return (
      this.#db.query<RunRow>(
        'SELECT * FROM cron_run WHERE job = ? AND slot = ? AND attempt = ?',
        job,
        slot,
        attempt,
      )[0] ?? null
    )
  }

  /** True when a later slot of the job was started, or waits to be. */
  overtaken(job: string, slot: number): boolean {
    const later = this.#db.query(
      `SELECT 1 FROM cron_run WHERE job = ? AND slot > ? AND trigger <> 'manual' AND state NOT IN ('skipped', 'missed')
       LIMIT 1`,
      job,
      slot,
    )
    return later.length > 0
  }

  /** How many runs have a turn that has not ended. */
  running(): number {
    return this.#db.query<{ n: number }>(
      "SELECT count(*) AS n FROM cron_run WHERE finished_at IS NULL AND state = 'running'",
    )[0]!.n
  }

  /** The waiting runs that may start, the longest waiting first; one a job, and none of a job that runs. */
  startable(): RunRow[] {
    return this.#db.query<RunRow>(
      `SELECT * FROM cron_run AS run WHERE finished_at IS NULL AND state = 'queued' AND NOT EXISTS (
         SELECT 1 FROM cron_run AS other WHERE other.job = run.job AND other.finished_at IS NULL AND (
           other.state = 'running' OR (other.slot, other.attempt) < (run.slot, run.attempt)))
       ORDER BY slot, attempt`,
    )
  }

  /** A queued run starts. */
  started(run: Pick<RunRow, 'job' | 'slot' | 'attempt'>, turn: number, at: number): void {
    this.#db.query(
      "UPDATE cron_run SET state = 'running', turn = ?, started_at = ? WHERE job = ? AND slot = ? AND attempt = ?",
      turn,
      at,
      run.job,
      run.slot,
      run.attempt,
    )
  }

  /** Says why a run is about to be stopped. */
  explain(turn: number, error: string): void {
    this.#db.query('UPDATE cron_run SET error = ? WHERE turn = ? AND finished_at IS NULL', error, turn)
  }

  /** Ends a run once; false when it had ended. */
  finish(
    run: Pick<RunRow, 'job' | 'slot' | 'attempt'>,
    end: { state: RunState; at: number; error: string | null; delivered: string | null },
  ): boolean {
    const done = this.#db.query(
      `UPDATE cron_run SET state = ?, finished_at = ?, error = ?, delivered = ?
       WHERE job = ? AND slot = ? AND attempt = ? AND finished_at IS NULL RETURNING slot`,
      end.state,
      end.at,
      end.error,
      end.delivered,
      run.job,
      run.slot,
      run.attempt,
    )
    return done.length > 0
  }

  /** Runs of a job that have not ended, oldest first. */
  open(job: string): RunRow[] {
    return this.#db.query<RunRow>(
      'SELECT * FROM cron_run WHERE job = ? AND finished_at IS NULL ORDER BY slot, attempt',
      job,
    )
  }

  /** The run a turn belongs to. */
  ofTurn(turn: number): RunRow | null {
    return this.#db.query<RunRow>('SELECT * FROM cron_run WHERE turn = ? AND finished_at IS NULL', turn)[0] ?? null
  }

  /** Every run whose turn may have ended while nobody listened. */
  allRunning(): RunRow[] {
    return this.#db.query<RunRow>('SELECT * FROM cron_run WHERE finished_at IS NULL AND turn IS NOT NULL')
  }

  /** Newest first. */
  runs(job: string, limit: number): RunRow[] {
    return this.#db.query<RunRow>(
      'SELECT * FROM cron_run WHERE job = ? ORDER BY slot DESC, attempt DESC LIMIT ?',
      job,
      limit,
    )
  }

  /** The newest runs of all jobs, those that wait or run included. */
  recentRuns(limit: number): RunRow[] {
    return this.#db.query<RunRow>(
      `SELECT * FROM cron_run ORDER BY coalesce(started_at, finished_at, slot) DESC, slot DESC, attempt DESC, job LIMIT ?`,
      limit,
    )
  }

  /** Keeps the newest runs of a job, and those that have not ended. */
  trim(job: string): void {
    this.#db.query(
      `DELETE FROM cron_run WHERE job = ?1 AND finished_at IS NOT NULL AND slot < (
         SELECT slot FROM cron_run WHERE job = ?1 ORDER BY slot DESC LIMIT 1 OFFSET ?2)`,
      job,
      this.#keepRuns,
    )
  }
}
