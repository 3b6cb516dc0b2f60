/** The run ledger at work: requested, started when there is room, ended with its turn, retried, delivered. */
import type { TurnRow } from '../chat/index.ts'
import { GatewayError, messageOf } from '../errors.ts'
import { inputOf, type Job, sessionOf } from './job.ts'
import type { CronDeps } from './service.ts'
import type { CronStore } from './store.ts'
import type { RunRow, RunState } from './tables.ts'

/** Sends a run's reply on its way, inside the transaction that ends the run; returns where it went, or null. */
export type Delivery = (job: Job, run: RunRow, turn: TurnRow) => string | null

const RETRY = 'cron-retry'
const TIMEOUT = 'cron-timeout'
const RECOVER = 'cron-recover'
const FORGET = 'cron-forget'
/** When waiting runs are looked at again, after something was in their way. */
const LOOK_AGAIN_MS = 5000
/** How long the runs of a job that deleted itself can still be read. */
const FORGET_MS = 30 * 86_400_000

export class RunLedger {
  readonly #deps: CronDeps
  readonly #store: CronStore
  /** Runs that changed in a transaction that is not committed yet. */
  #changed: RunRow[] = []

  constructor(deps: CronDeps, store: CronStore) {
    this.#deps = deps
    this.#store = store
    deps.agenda.on(RETRY, (key) => this.#retry(key))
    deps.agenda.on(TIMEOUT, (key) => this.#timeOut(Number(key)))
    deps.agenda.on(RECOVER, () => this.recover())
    deps.agenda.on(FORGET, (id) => this.#forget(id))
    deps.engine.onEnd((turn) => this.#ended(turn))
  }

  /** Settles runs whose turns ended while nobody listened, and starts what waits. */
  recover(): void {
    for (const run of this.#store.allRunning()) this.#ended(run.turn!)
    this.transact(() => this.fill())
  }

  /** Runs `work` in one transaction; after the commit the turns may run, and the watchers hear of it. */
  transact<T>(work: () => T): T {
    const { db, engine, fault, publish, log } = this.#deps
    this.#changed = []
    const result = db.transaction(() => {
      const done = work()
      fault?.('cron-commit')
      return done
    })
    fault?.('cron-committed')
    const changed = this.#changed.splice(0)
    try {
      engine.start()
      for (const run of changed) publish(run)
    } catch (error) {
      // What is committed is started by the engine's keep-alive.
      log.error('a cron run did not start at once', { error: messageOf(error) })
    }
    return result
  }

  /** Claims a slot's attempt and starts it when there is room. Inside `transact`. */
  request(job: Job, slot: number, attempt: number, trigger: RunRow['trigger']): RunRow {
    const open = this.#store.open(job.id)
    const queue = job.policy.overlap === 'queue' && !open.some(({ state }) => state === 'queued')
    const wait = open.length === 0 || queue || trigger === 'manual'
    const run: RunRow = {
      ...{ job: job.id, slot, attempt, trigger, turn: null, slots: 1, started_at: null, delivered: null },
      state: wait ? 'queued' : 'skipped',
      finished_at: wait ? null : this.#deps.now(),
      error: wait ? null : 'the run before it had not ended',
    }
    if (this.#store.claim(run)) {
      this.#changed.push(run)
      this.fill()
    }
    return this.#store.run(run)!
  }

  /** Records slots that nobody started: the first of them, and how many in a row. Inside `transact`. */
  missed(job: Job, slot: number, slots: number, now: number): void {
    const run: RunRow = {
      ...{ job: job.id, slot, attempt: 1, state: 'missed', trigger: 'schedule', turn: null, slots },
      ...{ started_at: null, finished_at: now, error: null, delivered: null },
    }
    if (this.#store.claim(run)) this.#changed.push(run)
    this.#store.trim(job.id)
    this.#finishOneShot(job)
  }

  /** Starts waiting runs, oldest slot first, one a job and at most `max_workers` at once. Inside `transact`. */
  fill(): void {
    const { now, settings, agenda } = this.#deps
    let room = Math.max(1, settings().max_workers) - this.#store.running()
    if (room <= 0) return
    for (const next of this.#store.startable()) {
      const job = this.#store.job(next.job)
      const outcome = job ? this.#start(job, next) : { state: 'stopped' as const, error: 'the job was deleted' }
      if (outcome === 'waits') agenda.at(RECOVER, '', now() + LOOK_AGAIN_MS)
      else if (outcome === 'runs') room--
      else if ('until' in outcome) agenda.at(RECOVER, 'budget', outcome.until)
      else this.#refused(job, next, outcome)
      if (room === 0) return
    }
  }

  /** Whether it runs, could not now, or never will, and why. */
  #start(job: Job, run: RunRow): 'runs' | 'waits' | { until: number } | Refusal {
    const { db, engine, agenda, now } = this.#deps
    let turn: number
    try {
      // A transaction of its own within the other: what a refusal leaves behind goes.
      turn = db.transaction(() =>
        engine.enqueue(sessionOf(job), inputOf(job), `cron:${run.job}:${run.slot}:${run.attempt}`),
      ).n
    } catch (error) {
      // A full session, or a gateway that shuts down; its next start fills again.
      if (!(error instanceof GatewayError)) throw error
      if (error.status === 429 || error.status === 503) return 'waits'
      if (error.status !== 402) return { state: 'error', error: error.message }
      // The budget of the day is no fault of the job: the slot passes without a retry. One that has no other slot waits for
      // the budget's next day.
      const wait = Number(error.headers['retry-after'])
      if (job.schedule.kind === 'at' && run.trigger !== 'manual' && wait > 0) return { until: now() + wait * 1000 }
      return { state: 'skipped', error: error.message }
    }
    this.#store.started(run, turn, now())
    if (job.policy.timeoutSec > 0) agenda.at(TIMEOUT, String(turn), now() + job.policy.timeoutSec * 1000)
    this.#changed.push({ ...run, state: 'running', turn, started_at: now() })
    return 'runs'
  }

  /** A run that was not let in has no turn: it ends here. */
  #refused(job: Job | null, run: RunRow, { state, error }: Refusal): void {
    const at = this.#deps.now()
    if (!this.#store.finish(run, { state, at, error, delivered: null })) return
    this.#changed.push({ ...run, state, finished_at: at, error })
    if (job) this.#finishOneShot(job)
  }

  /** A turn has ended: so has its run, in one transaction with the delivery, the job's state and the retry. */
  #ended(n: number): void {
    const { engine, agenda, now, log } = this.#deps
    const run = this.#store.ofTurn(n)
    if (!run) return
    const turn = engine.turn(n)
    if (turn && turn.ended_at === null) return
    try {
      this.transact(() => {
        const job = this.#store.job(run.job)
        const state = turn ? stateOf(turn, run) : 'error'
        const error = state === 'ok' ? null : turn ? (run.error ?? turn.error) : 'its session was deleted'
        const delivered = job && turn && state === 'ok' ? this.#deps.deliver(job, run, turn) : null
        if (!this.#store.finish(run, { state, at: now(), error, delivered })) return
        agenda.cancel(TIMEOUT, String(n))
        if (job) this.#account(job, run, state, error)
        this.#store.trim(run.job)
        this.#changed.push({ ...run, state, finished_at: now(), error, delivered })
        this.fill()
      })
    } catch (error) {
      // The engine that tells of the end has its own work to go on with.
      log.error('the end of a cron run could not be recorded, and will be tried again', {
        turn: n,
        error: messageOf(error),
      })
      agenda.at(RECOVER, '', now() + LOOK_AGAIN_MS)
    }
  }

  /** The job's own counters, and whether the slot is tried again. */
  #account(job: Job, run: RunRow, state: RunState, error: string | null): void {
    const now = this.#deps.now()
    const ok = state === 'ok'
    const old = job.state
    const changed: Job = {
      ...job,
      updatedAtMs: now,
      state: {
        ...old,
        lastRunAtMs: run.started_at ?? now,
        lastStatus: ok ? 'ok' : 'error',
        lastError: ok ? '' : (error ?? state),
        lastDurationMs: now - (run.started_at ?? now),
        lastScheduleDelayMs: Math.max(0, (run.started_at ?? now) - run.slot),
        totalRuns: (old.totalRuns ?? 0) + 1,
        totalFailures: (old.totalFailures ?? 0) + (ok ? 0 : 1),
        consecutiveFailures: ok ? 0 : (old.consecutiveFailures ?? 0) + 1,
      },
    }
    this.#store.save(changed)
    const again = !ok && state !== 'stopped' && this.#scheduleRetry(changed, run)
    if (!again) this.#finishOneShot(changed)
  }

  /** True when the slot gets another attempt; not when a later slot was started, or would come first. */
  #scheduleRetry(job: Job, run: RunRow): boolean {
    const { settings, now, agenda } = this.#deps
    const { retry_backoff_base_sec, retry_backoff_max_sec, max_consecutive_failure_retries } = settings()
    if (!job.enabled || run.trigger === 'manual') return false
    if (run.attempt > (job.policy.retries ?? max_consecutive_failure_retries)) return false
    const wait = Math.min(retry_backoff_base_sec * 2 ** Math.min(run.attempt - 1, 16), retry_backoff_max_sec) * 1000
    const at = now() + wait
    if (this.#superseded(job, run.slot, at)) return false
    agenda.at(RETRY, `${run.job} ${run.slot} ${run.attempt + 1}`, at)
    return true
  }

  /** A retry that is woken late leaves the field to the slot that is due as well. */
  #retry(key: string): void {
    const [id, slot, attempt] = key.split(' ')
    this.transact(() => {
      const job = this.#store.job(id!)
      if (!job?.enabled || this.#superseded(job, Number(slot), this.#deps.now())) return
      this.request(job, Number(slot), Number(attempt), 'retry')
    })
  }

  /** Whether a retry at `at` would come too late. */
  #superseded(job: Job, slot: number, at: number): boolean {
    const next = job.state.nextRunAtMs
    return (next !== undefined && next <= at) || this.#store.overtaken(job.id, slot)
  }

  #timeOut(turn: number): void {
    const run = this.#store.ofTurn(turn)
    const job = run && this.#store.job(run.job)
    if (!run || !job) return
    this.#store.explain(turn, `timed out after ${job.policy.timeoutSec} s`)
    this.#deps.engine.stop(turn)
  }

  /** A one-time job that has had its run: gone when it says so, else kept, disabled. */
  #finishOneShot(job: Job): void {
    if (job.schedule.kind !== 'at' || job.state.nextRunAtMs !== undefined) return
    if (job.deleteAfterRun) {
      this.#store.delete(job.id)
      this.#deps.agenda.at(FORGET, job.id, this.#deps.now() + FORGET_MS)
    } else {
      this.#store.save({ ...job, enabled: false })
    }
  }

  #forget(id: string): void {
    if (!this.#store.job(id)) this.#store.deleteRuns(id)
  }
}

/** Why a run never starts. */
interface Refusal {
  state: 'error' | 'skipped' | 'stopped'
  error: string
}

function stateOf(turn: TurnRow, run: RunRow): RunState {
  if (turn.state === 'done') return 'ok'
  if (turn.state === 'stopped') return run.error ? 'timeout' : 'stopped'
  return 'error'
}
