/**
 * The schedule's jobs. A slot is claimed by its ledger row, written together with the turn it starts and the job's next
 * time: in one transaction, so a crash can neither lose a slot nor start it twice. The turn's end is the run's end.
 */
import type { TurnEngine } from '../chat/index.ts'
import { badRequest, notFound } from '../errors.ts'
import type { Database, Log, Platform } from '../platform.ts'
import type { Agenda } from '../schedule/index.ts'
import { DEFAULT_POLICY, type Job } from './job.ts'
import { type CronRequest, requestedSchedule, withRequest } from './request.ts'
import { type Delivery, RunLedger } from './runs.ts'
import { checkSchedule, nextTime, passedSlots, type Schedule } from './schedule.ts'
import { CronStore } from './store.ts'
import type { RunRow } from './tables.ts'

/** The `cron` section of the config, as far as it is lived by; the sleep limits have no meaning with exact alarms. */
export interface CronSettings {
  retry_backoff_base_sec: number
  retry_backoff_max_sec: number
  max_consecutive_failure_retries: number
  max_workers: number
}

export interface CronDeps {
  db: Database
  agenda: Agenda
  engine: TurnEngine
  deliver: Delivery
  settings: () => CronSettings
  /** Tells live watchers of a run that began or ended. */
  publish: (run: RunRow) => void
  now: () => number
  log: Log
  fault?: Platform['fault']
  /** Runs kept of a job. Default 200. */
  keepRuns?: number
}

const CLOCK = 'cron'
/** A slot that is later than this was missed: the policy decides, not the wake-up's own delay. */
const GRACE_MS = 90_000

export class CronService {
  readonly #deps: CronDeps
  readonly #store: CronStore
  readonly #runs: RunLedger
  #lastId = 0

  constructor(deps: CronDeps) {
    this.#deps = deps
    this.#store = new CronStore(deps.db, deps.keepRuns)
    this.#runs = new RunLedger(deps, this.#store)
    deps.agenda.on(CLOCK, (id, dueAt) => this.#due(id, dueAt))
  }

  /** After a start: settles runs whose turns ended while nobody listened, and starts what waits. */
  recover(): void {
    this.#runs.recover()
  }

  list(): Job[] {
    return this.#store.jobs()
  }

  /** 404 for an unknown one. */
  get(id: string): Job {
    const job = id ? this.#store.job(id) : null
    if (!id) throw badRequest('id required')
    if (!job) throw notFound(`job not found: ${id}`)
    return job
  }

  /** Creates an enabled job. 400 without a message or schedule. */
  create(request: CronRequest, special: Partial<Job['payload']> = {}): Job {
    const now = this.#deps.now()
    if (!request.message?.trim()) throw badRequest('message required')
    const schedule = requestedSchedule(request, now)
    if (!schedule) throw badRequest('expr required')
    const blank: Job = {
      id: this.#newId(now),
      name: 'webui-cron',
      enabled: true,
      schedule,
      payload: { kind: 'agent_turn', message: '', deliver: false, ...special },
      policy: DEFAULT_POLICY,
      state: {},
      anchorMs: now,
      createdAtMs: now,
      updatedAtMs: now,
      deleteAfterRun: false,
    }
    return this.#put(withRequest(blank, request), now)
  }

  /** Changes what the request names, all or nothing. */
  update(id: string, request: CronRequest): Job {
    const now = this.#deps.now()
    const job = this.#settled(id)
    const asked = requestedSchedule(request, now)
    const zone = request.tz === undefined || asked ? null : this.#inZone(job.schedule, request.tz, now)
    const schedule = asked ?? zone ?? job.schedule
    const changed: Job = {
      ...withRequest(job, request),
      schedule,
      enabled: request.enabled ?? job.enabled,
      ...(asked ? { anchorMs: now } : {}),
      updatedAtMs: now,
    }
    return this.#put(changed, now)
  }

  setEnabled(id: string, enabled: boolean): Job {
    const now = this.#deps.now()
    return this.#put({ ...this.#settled(id), enabled, anchorMs: now, updatedAtMs: now }, now)
  }

  /** True when there was one. Its runs go with it; the turn of one in progress goes on. */
  delete(id: string): boolean {
    return this.#runs.transact(() => {
      this.#deps.agenda.cancel(CLOCK, id)
      this.#store.deleteRuns(id)
      const deleted = this.#store.delete(id)
      this.#runs.fill()
      return deleted
    })
  }

  /** Starts a run now, beside the schedule. */
  runNow(id: string): RunRow {
    const job = this.get(id)
    // A slot of its own: neither one that was, nor the next of the schedule.
    let slot = this.#deps.now()
    while (slot === job.state.nextRunAtMs || this.#store.run({ job: id, slot, attempt: 1 })) slot++
    return this.#runs.transact(() => this.#runs.request(job, slot, 1, 'manual'))
  }

  /** The runs of a job, newest first; of a job that deleted itself for 30 days. 404 when there is neither. Without `id` of all. */
  runs(id: string, limit: number): RunRow[] {
    if (!id) return this.#store.recentRuns(limit)
    const runs = this.#store.runs(id, limit)
    if (!runs.length) this.get(id)
    return runs
  }

  /**
   * Takes jobs of an earlier home over, each id once and for all: one that is here stays as it is, one that was deleted
   * here stays away. Returns how many were new.
   */
  import(jobs: readonly Job[]): number {
    const now = this.#deps.now()
    return this.#deps.db.transaction(() => {
      const fresh = jobs.filter(({ id }) => this.#store.import(id) && !this.#store.job(id))
      for (const job of fresh) this.#put(job, now)
      return fresh.length
    })
  }

  /** The next times of a schedule. */
  preview(schedule: Schedule, n: number): number[] {
    const now = this.#deps.now()
    const checked = checkSchedule(schedule, now)
    const times: number[] = []
    for (let at: number | null = now; times.length < n; ) {
      at = nextTime(checked, at, now)
      if (at === null) break
      times.push(at)
    }
    return times
  }

  /** Stores a job with its next time, and puts it on the agenda. */
  #put(job: Job, now: number): Job {
    const { nextRunAtMs: _old, ...state } = job.state
    const next = job.enabled ? nextTime(job.schedule, now, job.anchorMs) : null
    const stored: Job = { ...job, state: next === null ? state : { ...state, nextRunAtMs: next } }
    this.#deps.db.transaction(() => {
      this.#store.save(stored)
      if (next === null) this.#deps.agenda.cancel(CLOCK, job.id)
      else this.#deps.agenda.at(CLOCK, job.id, next)
    })
    return stored
  }

  /** The job as it is once a slot that is due this very moment has been claimed: a change must not lose it. */
  #settled(id: string): Job {
    const { enabled, state } = this.get(id)
    const slot = state.nextRunAtMs
    if (enabled && slot !== undefined && slot <= this.#deps.now()) this.#due(id, slot)
    return this.get(id)
  }

  /** A job's time has come: claims its slot, accounts for those that passed, and sets the next time. */
  #due(id: string, dueAt: number): void {
    const { agenda, now } = this.#deps
    // A clock that was set back since does not undo the alarm.
    const at = Math.max(now(), dueAt)
    this.#runs.transact(() => {
      const job = this.#store.job(id)
      const slot = job?.state.nextRunAtMs
      if (!job?.enabled || slot === undefined) return
      if (slot > at) {
        agenda.at(CLOCK, id, slot)
        return
      }
      const { last, before, next } = passedSlots(job.schedule, slot, at, job.anchorMs)
      if (before > 0) this.#runs.missed(job, slot, before, at)
      const { nextRunAtMs: _done, ...state } = job.state
      const moved: Job = { ...job, state: next === null ? state : { ...state, nextRunAtMs: next } }
      this.#store.save(moved)
      if (next !== null) agenda.at(CLOCK, id, next)
      if (at - last > GRACE_MS && job.policy.missed === 'skip') this.#runs.missed(moved, last, 1, at)
      else this.#runs.request(moved, last, 1, 'schedule')
    })
  }

  #inZone(schedule: Schedule, tz: string | null, now: number): Schedule {
    if (schedule.kind === 'at') return schedule
    const { tz: _old, ...rest } = schedule
    return checkSchedule(tz?.trim() ? { ...rest, tz } : rest, now)
  }

  /** Decimal nanoseconds, as the original's ids are; never twice. */
  #newId(now: number): string {
    this.#lastId = Math.max(this.#lastId + 1, now * 1000)
    return `${this.#lastId}000`
  }
}
