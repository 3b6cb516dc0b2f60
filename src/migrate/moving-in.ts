/**
 * Moving in while the gateway runs: on the first start in an existing home. The start waits only for the look at the
 * session folder; the messages follow in short slices over the agenda. A session whose earlier messages are not all here
 * is held: its new messages are accepted and wait, and a session that somebody waits for is read first.
 */
import { messageOf } from '../errors.ts'
import type { Log, Platform } from '../platform.ts'
import type { Agenda } from '../schedule/index.ts'
import { hasCronJobs } from './cron-jobs.ts'
import { beginMoveIn, endMoveIn, type MoveInDeps } from './move-in.ts'
import { type OldHome, OWN_HOME } from './old-home.ts'
import { importSession } from './session-import.ts'
import { runState } from './tables.ts'

export interface MovingInDeps extends MoveInDeps {
  agenda: Agenda
  log: Log
  background: Platform['background']
  /** What is in this home from an earlier program; null: nothing. */
  source: () => OldHome | null
  /** Sessions, by row id, that hold input nobody has answered yet. */
  waiting: () => readonly number[]
  /** A session is no longer held. */
  released: () => void
}

const CLOCK = 'moving-in'
/** After the start, so that the gateway listens first. */
const FIRST_MS = 50
/** Other clocks of the agenda wait this long at most. */
const SLICE_MS = 200

export class MovingIn {
  readonly #deps: MovingInDeps
  /** Held sessions, most recently used first: row id to key. */
  readonly #held = new Map<number, string>()
  readonly #readers = new Map<number, AsyncGenerator<void>>()
  #source: OldHome | null = null
  #total = 0
  #ending = false
  #closed = false

  constructor(deps: MovingInDeps) {
    this.#deps = deps
    deps.agenda.on(CLOCK, () => this.#slice())
  }

  /** Call before anything is accepted or taken up. Once a move is complete, later starts look at nothing. */
  async open(): Promise<void> {
    const { db, agenda, log, now } = this.#deps
    const state = runState(db, OWN_HOME)
    if (state === 'done') return
    this.#source = this.#deps.source()
    if (!this.#source) return
    try {
      if (state === null && !this.#source.sessions && !(await hasCronJobs(this.#source.home))) return
      await beginMoveIn(this.#deps, this.#source)
    } catch (error) {
      // A folder that cannot be read is no reason to be down; the next start looks again.
      log.error('the earlier home could not be read', { error: messageOf(error) })
    }
    for (const { session, key } of db.query<{ session: number; key: string }>(
      `SELECT session, key FROM import_session WHERE source = ? AND state = 'pending' ORDER BY changed_at DESC, key`,
      OWN_HOME,
    )) {
      this.#held.set(session, key)
    }
    this.#total = this.#held.size
    log.info('moving in from the earlier program', { sessions: this.#total })
    agenda.at(CLOCK, '', now() + FIRST_MS)
  }

  /** Row ids of the sessions whose new messages must wait for their earlier ones. */
  held(): readonly number[] {
    return this.#held.size === 0 ? NONE : [...this.#held.keys()]
  }

  /** Stops reading; the next start goes on. */
  close(): void {
    this.#closed = true
    for (const reader of this.#readers.values()) void reader.return(undefined)
  }

  async #slice(): Promise<void> {
    const { now, agenda, released } = this.#deps
    const source = this.#source
    if (!source || this.#ending) return
    for (const until = now() + SLICE_MS; now() < until; ) {
      if (this.#closed) return
      const session = this.#next()
      if (session === undefined) return this.#end(source)
      const reader = this.#readers.get(session) ?? importSession(this.#deps, source, this.#held.get(session)!)
      this.#readers.set(session, reader)
      if ((await reader.next()).done && !this.#closed) {
        this.#readers.delete(session)
        this.#held.delete(session)
        this.#progress()
        released()
      }
    }
    agenda.at(CLOCK, '', now() + 1)
  }

  /** Who is waited for comes first, then what is begun, then the most recent. */
  #next(): number | undefined {
    for (const session of this.#deps.waiting()) if (this.#held.has(session)) return session
    return this.#readers.keys().next().value ?? this.#held.keys().next().value
  }

  #progress(): void {
    const done = this.#total - this.#held.size
    if (done % 100 === 0) this.#deps.log.info('moving in', { sessions: done, of: this.#total })
  }

  #end(source: OldHome): void {
    const { background, log } = this.#deps
    this.#ending = true
    background(
      endMoveIn(this.#deps, source).then(
        ({ receipt, receiptPath }) =>
          log.info('moved in', {
            receipt: receiptPath,
            sessions: receipt.totals.sessions,
            messages: receipt.totals.messages,
            left_out: receipt.report.length,
          }),
        (error: unknown) => log.error('the move ended without a receipt', { error: messageOf(error) }),
      ),
    )
  }
}

const NONE: readonly number[] = []
