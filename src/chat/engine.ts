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
import { ATTEMPT_SPAN, type TurnEvent } from './events.ts'
import { look } from './log.ts'
import { Fenced, TurnRun } from './run.ts'
import { TURN_COLUMNS, type TurnInput, type TurnRow } from './tables.ts'
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

/** Runs a claimed turn to its end; throwing fails it. */
export type Runner = (run: TurnRun) => Promise<void>

const ATTEMPTS_WITHOUT_PROGRESS = 5
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
  readonly #held: () => readonly number[]
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
  }) {
    this.#platform = deps.platform
    this.#sessions = deps.sessions
    this.#agenda = deps.agenda
    this.#runner = deps.runner
    this.#held = deps.held ?? (() => [])
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
      const same = db.query<{ n: number; input: string }>(
        'SELECT n, input FROM turn WHERE session = ? AND key = ?',
        session,
        key,
      )[0]
      if (same && same.input !== body) {
        throw new GatewayError(409, 'idempotency_conflict', 'this idempotency key was used for another message')
      }
      if (same) return { n: same.n, duplicate: true }
    }
    if (this.#draining) {
      throw new GatewayError(503, 'shutting_down', 'the gateway is shutting down', { headers: { 'retry-after': '5' } })
    }
    const live = db.query<{ live: number }>(
      'SELECT count(*) AS live FROM turn WHERE session = ? AND ended_at IS NULL',
      session,
    )[0]!.live
    if (live >= this.#options.queue) {
      throw new GatewayError(429, 'queue_full', `too many messages are waiting in session ${sessionKey}`, {
        headers: { 'retry-after': '5' },
      })
    }
    this.#keepAlive()
    const { n } = db.query<{ n: number }>(
      "INSERT INTO turn (session, key, state, input, accepted_at) VALUES (?, ?, 'accepted', ?, ?) RETURNING n",
      session,
      key ?? null,
      body,
      now(),
    )[0]!
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

  /** The turn's row; null when there is none by that number. */
  turn(n: number): TurnRow | null {
    return (
      this.#platform.db.query<TurnRow>(
        `SELECT ${TURN_COLUMNS} FROM turn JOIN session ON session.id = turn.session WHERE turn.n = ?`,
        n,
      )[0] ?? null
    )
  }

  /** The oldest unended turn of a session: the running one, if any runs. */
  current(sessionKey: string): TurnRow | null {
    return (
      this.#platform.db.query<TurnRow>(
        `SELECT ${TURN_COLUMNS} FROM turn JOIN session ON session.id = turn.session
         WHERE session.key = ? AND turn.ended_at IS NULL ORDER BY turn.n LIMIT 1`,
        sessionKey,
      )[0] ?? null
    )
  }

  /**
   * Stops a turn: a durable mark first, the signal second, so that a stop survives a crash. A queued turn ends at once.
   * False when it had already ended.
   */
  stop(n: number): boolean {
    const marked = this.#platform.db.query<{ n: number }>(
      'UPDATE turn SET stop = 1 WHERE n = ? AND ended_at IS NULL RETURNING n',
      n,
    )
    if (!marked.length) return false
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
    const live = this.#platform.db.query<{ n: number }>('SELECT n FROM turn WHERE ended_at IS NULL LIMIT 1')
    if (!live.length) return
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
    return this.#platform.db
      .query<{ session: number }>('SELECT session FROM turn WHERE ended_at IS NULL GROUP BY session ORDER BY min(n)')
      .map(({ session }) => session)
  }

  /** Turns in memory now. */
  get active(): number {
    return this.#running.size
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
    while (this.#running.size < this.#options.concurrency) {
      const busy = JSON.stringify([...this.#running.keys(), ...this.#held()])
      const next = this.#platform.db.query<TurnRow>(
        `SELECT ${TURN_COLUMNS} FROM turn INDEXED BY turn_live JOIN session ON session.id = turn.session
         WHERE turn.ended_at IS NULL AND turn.session NOT IN (SELECT value FROM json_each(?))
         ORDER BY turn.n LIMIT 1`,
        busy,
      )[0]
      if (!next) return
      this.#begin(this.#platform.db.transaction(() => this.#claim(next)))
    }
  }

  /** The claim of a turn that was just accepted, when nothing is before it. */
  #claimIfFree(n: number): TurnRow | null {
    const row = this.turn(n)
    if (!row || this.#draining || this.#running.size >= this.#options.concurrency) return null
    if (this.#running.has(row.session) || this.#held().includes(row.session)) return null
    return this.current(row.session_key)?.n === n ? this.#claim(row) : null
  }

  /** Claims a turn inside a transaction. The attempt is committed before anything runs, so a turn that kills the process pays. */
  #claim(row: TurnRow): TurnRow {
    const turn = { ...row, attempt: row.attempt + 1, state: 'running' as const }
    this.#platform.db.query("UPDATE turn SET state = 'running', attempt = ? WHERE n = ?", turn.attempt, turn.n)
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
      changed: () => wakeAll(this.#readers, turn.n),
    })
    this.#running.set(turn.session, run)
    this.#byTurn.set(turn.n, run)
    fault?.('claimed')
    const given = this.#givenUp(turn)
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

  /** Why a claimed turn must not run any more; null when it may. */
  #givenUp(turn: TurnRow): { state: 'stopped' | 'interrupted'; error: string | null } | null {
    if (turn.stop) return { state: 'stopped', error: null }
    if (this.#platform.now() - turn.accepted_at > this.#options.maxAgeMs && turn.attempt > 1) {
      return { state: 'interrupted', error: 'the turn was interrupted and is too old to go on' }
    }
    const progress = this.#platform.db.query<{ top: number | null }>(
      `SELECT max(top) AS top FROM (
         SELECT max(hi) AS top FROM step WHERE turn = ?1 AND done = 1
         UNION ALL SELECT max(pos) FROM message WHERE turn = ?1 AND role = 'tool')`,
      turn.n,
    )[0]?.top
    const since = turn.attempt - Math.floor((progress ?? 0) / ATTEMPT_SPAN)
    return since > ATTEMPTS_WITHOUT_PROGRESS
      ? { state: 'interrupted', error: `the turn was interrupted ${since - 1} times without progress` }
      : null
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
      this.#platform.db.query(
        "UPDATE turn SET state = 'stopped', seq = 1, ended_at = ? WHERE n = ? AND ended_at IS NULL",
        this.#platform.now(),
        n,
      )
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
