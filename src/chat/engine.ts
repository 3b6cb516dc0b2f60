/**
 * The turn engine: accepts input durably, runs one turn a session at a time, and gives every accepted input exactly one
 * outcome, over crashes, stops and shutdowns (durable-turns.md section 4).
 *
 *     accepted ──claim──> running ──> done | failed | stopped
 *        ^                   │  └── crash: the row still says running; the next life claims it again (attempt + 1)
 *        └── graceful stop ──┘       no progress in 5 attempts, or older than an hour ──> interrupted
 */
import { GatewayError, messageOf } from '../errors.ts'
import type { Platform } from '../platform.ts'
import type { Agenda } from '../schedule/index.ts'
import type { NewMessage, Sessions } from '../sessions/index.ts'
import { Draining, Stopped } from './abort.ts'
import type { TurnEvent } from './events.ts'
import { givenUp } from './given-up.ts'
import { look } from './log.ts'
import { Fenced, TurnRun } from './run.ts'
import type { TurnInput, TurnRow } from './tables.ts'
import {
  countUnended,
  endUnclaimed,
  insertTurn,
  markStop,
  nextClaimable,
  oldestUnended,
  recordAttempt,
  topProgress,
  turnOfKey,
  turnRow,
  waitingSessions,
} from './turn-rows.ts'
import type { UsageLedger } from './usage.ts'
import { type Waiters, waitIn, wakeAll } from './waiters.ts'

export interface EngineOptions {
  /** Unended turns a session may hold, the running one included. Default 20. */
  queue?: number
  /** Turns that run at once over all sessions. Default 64. */
  concurrency?: number
  /** While a turn lives, the alarm is never further away. Default 30 000 ms. */
  keepAliveMs?: number
  /** First checkpoint of a step's text. Default 1000 ms. */
  checkpointMs?: number
  /** An unfinished turn older than this is given up. Default one hour. */
  maxAgeMs?: number
}

export interface Accepted {
  n: number
  /** True when the idempotency key named a turn that exists. */
  duplicate: boolean
}

/** What is before a message that asks to become a turn, over all sessions. */
export interface QueueState {
  /** Messages that wait for their turn to start. */
  readonly waiting: number
  /** It would not have to wait. */
  readonly startsNow: boolean
}

/** Runs a claimed turn to its end; throwing fails it. */
export type Runner = (run: TurnRun) => Promise<void>

const KEEP_ALIVE = 'turns'

export class TurnEngine {
  readonly #platform: Platform
  readonly #sessions: Sessions
  readonly #agenda: Agenda
  readonly #runner: Runner
  readonly #options: Required<EngineOptions>
  /** The running turn of each session: being here is the claim. */
  readonly #running = new Map<number, TurnRun>()
  readonly #byTurn = new Map<number, TurnRun>()
  /** Who waits for news of a turn, and who only for its end. */
  readonly #readers: Waiters = new Map()
  readonly #enders: Waiters = new Map()
  readonly #endListeners: Array<(n: number) => void> = []
  readonly #beginListeners: Array<(turn: TurnRow) => void> = []
  readonly #held: () => readonly number[]
  readonly #admit: ((input: TurnInput, queue: QueueState) => void) | undefined
  readonly #capacity: () => number
  readonly #ledger: UsageLedger | undefined
  #draining = false
  #idle: Array<() => void> = []

  constructor(deps: {
    platform: Platform
    sessions: Sessions
    agenda: Agenda
    runner: Runner
    options?: EngineOptions
    /** Sessions, by row id, whose turns must wait for now. Call `recover` when one is free again. */
    held?: () => readonly number[]
    /** Refuses, by throwing, what must not become a turn. */
    admit?: (input: TurnInput, queue: QueueState) => void
    /** Turns that may run at once, besides `EngineOptions.concurrency`. */
    capacity?: () => number
    ledger?: UsageLedger
  }) {
    this.#platform = deps.platform
    this.#sessions = deps.sessions
    this.#agenda = deps.agenda
    this.#runner = deps.runner
    this.#held = deps.held ?? (() => [])
    this.#admit = deps.admit
    this.#capacity = deps.capacity ?? (() => Infinity)
    this.#ledger = deps.ledger
    this.#options = {
      queue: 20,
      concurrency: 64,
      keepAliveMs: 30_000,
      checkpointMs: 1000,
      maxAgeMs: 3_600_000,
      ...deps.options,
    }
    deps.agenda.on(KEEP_ALIVE, () => this.recover())
  }

  /**
   * Accepts input for a session; when this returns the turn is durable and will end. The same idempotency key and input
   * give the same turn; other input under the key is 409, a full queue 429, a gateway that shuts down 503.
   */
  accept(sessionKey: string, input: TurnInput, key?: string): Accepted {
    // A session that is free is claimed in the same transaction: one wait for the disk less before the model is asked.
    let claimed: TurnRow | null = null
    const accepted = this.#platform.db.transaction(() => {
      const result = this.enqueue(sessionKey, input, key)
      if (!result.duplicate) claimed = this.#claimIfFree(result.n)
      return result
    })
    this.#platform.fault?.('accepted')
    if (claimed) this.#begin(claimed)
    else this.start()
    return accepted
  }

  /** The durable half of `accept`, for a caller whose own rows belong into the same transaction. Then call `start`. */
  enqueue(sessionKey: string, input: TurnInput, key?: string): Accepted {
    const { db, now, fault } = this.#platform
    const body = JSON.stringify(input)
    const session = this.#sessions.open(sessionKey)
    if (key !== undefined) {
      const same = turnOfKey(db, session, key)
      if (same && same.input !== body) {
        throw new GatewayError(409, 'idempotency_conflict', 'this idempotency key was used for another message')
      }
      if (same) return { n: same.n, duplicate: true }
    }
    if (this.#draining) {
      throw new GatewayError(503, 'shutting_down', 'the gateway is shutting down', { headers: { 'retry-after': '5' } })
    }
    const live = countUnended(db, session)
    if (live >= this.#options.queue) {
      throw new GatewayError(429, 'queue_full', `too many messages are waiting in session ${sessionKey}`, {
        headers: { 'retry-after': '5' },
      })
    }
    this.#admit?.(input, this.#queueFor(session, live))
    if (input.replaces !== undefined) {
      if (live > 0) throw new GatewayError(409, 'session_busy', 'stop the answer that is being written first')
      this.#sessions.cut(session, input.replaces)
    }
    this.#keepAlive()
    const n = insertTurn(db, { session, key: key ?? null, input: body, at: now() })
    fault?.('accept')
    return { n, duplicate: false }
  }

  /** Starts what waits and may run. Outside of transactions only: what it starts must not be rolled back. */
  start(): void {
    this.#pump()
  }

  /** Runs `listener` after every end of a turn. It must not throw; after a crash it may miss ends that were recorded. */
  onEnd(listener: (n: number) => void): void {
    this.#endListeners.push(listener)
  }

  /** Runs `listener` whenever a turn begins to run, also when it is taken up again. It must not throw. */
  onBegin(listener: (turn: TurnRow) => void): void {
    this.#beginListeners.push(listener)
  }

  /** The turn's row; null when there is none by that number. */
  turn(n: number): TurnRow | null {
    return turnRow(this.#platform.db, n)
  }

  /** The oldest unended turn of a session: the running one, if any runs. */
  current(sessionKey: string): TurnRow | null {
    return oldestUnended(this.#platform.db, sessionKey)
  }

  /**
   * Stops a turn: a durable mark first, the signal second, so that a stop survives a crash. A queued turn ends at once.
   * False when it had already ended.
   */
  stop(n: number): boolean {
    if (!markStop(this.#platform.db, n)) return false
    const run = this.#byTurn.get(n)
    if (run) run.abort.abort(new Stopped())
    else this.#settleUnclaimed(n)
    return true
  }

  /**
   * Follows a turn's stream from a cursor (0 = the beginning) to its end. Slow readers get merged events; nothing queues
   * up for them. Ends at once for an unknown turn.
   */
  async *read(n: number, cursor: number, signal?: AbortSignal): AsyncGenerator<TurnEvent[]> {
    let at = cursor
    while (!signal?.aborted) {
      // Subscribed before looking, so nothing falls between.
      const changed = waitIn(this.#readers, n, signal)
      const seen = look(this.#platform.db, n, at, this.#byTurn.get(n))
      const last = seen.events.at(-1)
      if (last) {
        changed.cancel()
        yield seen.events
        at = last.type === 'rewind' ? last.to : last.seq
      }
      if (seen.ended) {
        changed.cancel()
        return
      }
      if (!last) await changed.promise
    }
  }

  /** Resolves when a turn has ended, however it does, or when `signal` gives up waiting. */
  async ended(n: number, signal?: AbortSignal): Promise<void> {
    while (!signal?.aborted) {
      const end = waitIn(this.#enders, n, signal)
      const row = this.turn(n)
      if (!row || row.ended_at !== null) return end.cancel()
      await end.promise
    }
  }

  /** Starts what a dead life left behind and keeps the alarm near while anything is unended. Never awaits a turn. */
  recover(): void {
    if (countUnended(this.#platform.db) === 0) return
    this.#keepAlive(true)
    this.#pump()
  }

  /**
   * Graceful shutdown: refuses new input, gives running turns `graceMs`, then returns them to the queue for the next
   * start.
   */
  async drain(graceMs: number): Promise<void> {
    this.#draining = true
    if (!this.#running.size) return
    const idle = new Promise<void>((resolve) => this.#idle.push(resolve))
    const timer = setTimeout(() => {
      for (const run of this.#running.values()) run.abort.abort(new Draining())
    }, graceMs)
    await idle
    clearTimeout(timer)
  }

  /** Row ids of the sessions with a turn that has not ended, the longest waiting first. */
  waiting(): number[] {
    return waitingSessions(this.#platform.db)
  }

  /** Turns in memory now, and messages that wait for theirs. */
  get load(): { running: number; waiting: number } {
    const live = countUnended(this.#platform.db)
    return { running: this.#running.size, waiting: Math.max(0, live - this.#running.size) }
  }

  #hasRoom(): boolean {
    return this.#running.size < Math.min(this.#options.concurrency, this.#capacity())
  }

  #queueFor(session: number, live: number): QueueState {
    const startsNow = live === 0 && this.#hasRoom() && !this.#held().includes(session)
    return { startsNow, waiting: startsNow ? 0 : this.load.waiting }
  }

  #keepAlive(force = false): void {
    const { now } = this.#platform
    const due = this.#agenda.due(KEEP_ALIVE, '')
    const at = now() + this.#options.keepAliveMs
    if (force || due === null || due > at) this.#agenda.at(KEEP_ALIVE, '', at)
  }

  /** Claims the oldest turn of every session that is free, up to the limit. */
  #pump(): void {
    if (this.#draining) return
    while (this.#hasRoom()) {
      const next = nextClaimable(this.#platform.db, [...this.#running.keys(), ...this.#held()])
      if (!next) return
      this.#begin(this.#platform.db.transaction(() => this.#claim(next)))
    }
  }

  /** The claim of a turn that was just accepted, when nothing is before it. */
  #claimIfFree(n: number): TurnRow | null {
    const row = this.turn(n)
    if (!row || this.#draining || !this.#hasRoom()) return null
    if (this.#running.has(row.session) || this.#held().includes(row.session)) return null
    return this.current(row.session_key)?.n === n ? this.#claim(row) : null
  }

  /** Claims a turn inside a transaction. The attempt is committed before anything runs, so a turn that kills the process pays. */
  #claim(row: TurnRow): TurnRow {
    const turn = { ...row, attempt: row.attempt + 1, state: 'running' as const }
    recordAttempt(this.#platform.db, turn.n, turn.attempt)
    if (row.attempt === 0) this.#sessions.append(row.session, userMessage(row))
    return turn
  }

  /** Takes a claimed turn into memory and runs it. */
  #begin(turn: TurnRow): void {
    const { db, fault, log } = this.#platform
    const run = new TurnRun(turn, {
      db,
      sessions: this.#sessions,
      now: this.#platform.now,
      fault,
      checkpointMs: this.#options.checkpointMs,
      ...(this.#ledger ? { ledger: this.#ledger } : {}),
      changed: () => wakeAll(this.#readers, turn.n),
    })
    this.#running.set(turn.session, run)
    this.#byTurn.set(turn.n, run)
    fault?.('claimed')
    for (const listener of this.#beginListeners) listener(turn)
    const given = givenUp(turn, {
      progress: topProgress(this.#platform.db, turn.n),
      now: this.#platform.now(),
      maxAgeMs: this.#options.maxAgeMs,
    })
    const work = (given ? Promise.resolve().then(() => run.end(given.state, given.error)) : this.#runner(run))
      .then(
        () => run.end('failed', 'the agent returned without an answer'),
        (error: unknown) => this.#settle(run, error),
      )
      .catch((error: unknown) => {
        log.error('turn could not be settled', { turn: turn.n, error: messageOf(error) })
        if (!this.#draining) run.abandon()
      })
      .finally(() => this.#release(run))
    this.#platform.background(work)
  }

  /** The outcome of a run that threw. */
  #settle(run: TurnRun, error: unknown): void {
    if (error instanceof Fenced) {
      this.#platform.log.error('turn was fenced', { turn: run.turn.n })
      return
    }
    const reason: unknown = run.signal.reason
    if (run.signal.aborted && reason instanceof Draining) run.release()
    else if (run.signal.aborted && reason instanceof Stopped) run.end('stopped', null)
    else {
      const message = messageOf(error)
      this.#platform.log.warn('turn failed', { turn: run.turn.n, session: run.turn.session_key, error: message })
      run.end('failed', message)
    }
  }

  #release(run: TurnRun): void {
    if (this.#running.get(run.turn.session) === run) this.#running.delete(run.turn.session)
    if (this.#byTurn.get(run.turn.n) === run) this.#byTurn.delete(run.turn.n)
    this.#announceEnd(run.turn.n)
    if (!this.#running.size) for (const resolve of this.#idle.splice(0)) resolve()
    this.#pump()
  }

  /** A stop of a turn that no life holds. */
  #settleUnclaimed(n: number): void {
    const row = this.turn(n)
    if (!row || row.attempt > 0) return // claimed before a crash: the next claim sees the mark
    if (this.#held().includes(row.session)) return // its message may not be stored yet: the claim sees the mark
    this.#platform.db.transaction(() => {
      endUnclaimed(this.#platform.db, n, this.#platform.now())
      // It lands among the messages of the turn that runs now, whose model must not take it for the question.
      this.#sessions.append(row.session, { ...userMessage(row), failed: true })
    })
    this.#announceEnd(n)
  }

  #announceEnd(n: number): void {
    for (const listener of this.#endListeners) listener(n)
    wakeAll(this.#readers, n)
    wakeAll(this.#enders, n)
  }
}

function userMessage(row: TurnRow): NewMessage {
  return { role: 'user', content: (JSON.parse(row.input) as TurnInput).text, turn: row.n }
}
