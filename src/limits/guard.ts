/** The limits of a gateway at work: each place that could go over one asks here, and is refused with what to do. */
import type { QueueState, TurnInput } from '../chat/index.ts'
import type { Database } from '../platform.ts'
import { type Ledger, NANOS } from '../usage/index.ts'
import { heldRefusals } from './held-refusals.ts'
import { LIMIT_NAMES, type LimitName, type Limits, limitReached } from './limits.ts'
import { requestRate } from './request-rate.ts'
import type { Warning, Warnings } from './warnings.ts'

export interface GuardDeps {
  db: Database
  ledger: Ledger
  warnings: Warnings
  now(): number
  /** The limits in force. */
  limits(): Limits
  /** The currency of `money_per_day`, for people. */
  currency(): string
  /** Whether a message is answered without a model: it costs nothing. */
  needsNoModel(input: TurnInput): boolean
  openSockets(): number
  turns(): { running: number; waiting: number }
  /** Bytes of all files; null while nobody has counted them. */
  fileBytes(): Promise<number | null>
}

/** One limit as it stands. */
export interface LimitReport {
  name: LimitName
  /** Null where the runtime cannot tell. */
  used: number | null
  warn: number | null
  block: number | null
  state: 'ok' | 'warn' | 'block'
  /** When it lifts by itself, ms since the epoch; null where that is no matter of time. */
  lifts_at: number | null
}

export class LimitGuard {
  readonly #deps: GuardDeps
  readonly #rate
  readonly #refusals = heldRefusals()

  constructor(deps: GuardDeps) {
    this.#deps = deps
    this.#rate = requestRate(deps.now)
  }

  /** Counts a request; 429 when the minute has had too many, after a moment for who goes on asking. */
  readonly admitRequest = (): void | Promise<void> => {
    if (!this.#deps.limits().requests_per_minute) return
    try {
      this.#check('requests_per_minute', this.#rate.count(), { over: true, lifts: this.#rate.ends })
    } catch (refusal) {
      return this.#refusals.hold(this.#rate.ends).then(() => Promise.reject(refusal))
    }
  }

  /** 429 when no further WebSocket may be opened. */
  admitSocket(): void {
    if (this.#deps.limits().open_sockets) this.#check('open_sockets', this.#deps.openSockets())
  }

  /** Whether a message may become a turn: 429 for the queue, 413 for the database, 402 for the budget. */
  readonly admitTurn = (input: TurnInput, queue: QueueState): void => {
    const limits = this.#deps.limits()
    if (limits.queued_messages && !queue.startsNow) this.#check('queued_messages', queue.waiting)
    if (limits.database_bytes) {
      const size = this.#deps.db.size?.()
      if (size !== undefined) this.#check('database_bytes', size)
    }
    if (!this.#deps.needsNoModel(input)) this.admitModelCall()
  }

  /** 402 when the tokens or the money of the day are used up. Ask before every model call. */
  readonly admitModelCall = (): void => {
    const { tokens_per_day, money_per_day } = this.#deps.limits()
    if (!tokens_per_day && !money_per_day) return
    const { input, output, cost } = this.#deps.ledger.today()
    const lifts = this.#deps.ledger.day.to
    if (tokens_per_day) this.#check('tokens_per_day', input + output, { lifts })
    if (money_per_day) this.#check('money_per_day', cost / NANOS, { lifts, unit: this.#deps.currency() })
  }

  /** Gives the warnings that the usage of the day calls for. */
  readonly watchBudget = (): void => {
    try {
      this.admitModelCall()
    } catch {
      // What is refused next says so itself; here only the warning counts.
    }
  }

  /** The most turns that may run at once; Infinity without a limit. */
  readonly capacity = (): number => {
    const limit = this.#deps.limits().turns_at_once
    if (!limit) return Infinity
    this.#warn('turns_at_once', this.#deps.turns().running)
    return limit.block ?? Infinity
  }

  /** Checks a value that would be reached: 413 when the files would take more than they may. */
  admitFileBytes(used: number): void {
    if (this.#deps.limits().file_bytes) this.#check('file_bytes', used, { over: true })
  }

  /** Checks what would take the place of all there is: 413 when its files or its rows are more than there may be. */
  readonly admitImport = (files: number, rows: number): void => {
    this.admitFileBytes(files)
    if (this.#deps.limits().database_bytes) this.#check('database_bytes', rows)
  }

  /** Every limit that is set, and how much of it is used. */
  async report(): Promise<LimitReport[]> {
    const limits = this.#deps.limits()
    const names = LIMIT_NAMES.filter((name) => limits[name])
    return Promise.all(
      names.map(async (name) => {
        const used = await this.#used(name)
        const { warn, block } = limits[name]!
        const at = (value: number | undefined) => used !== null && value !== undefined && used >= value
        return {
          name,
          used,
          warn: warn ?? null,
          block: block ?? null,
          state: at(block) ? ('block' as const) : at(warn) ? ('warn' as const) : ('ok' as const),
          lifts_at: this.#lifts(name),
        }
      }),
    )
  }

  async #used(name: LimitName): Promise<number | null> {
    const { db, ledger, openSockets, turns, fileBytes } = this.#deps
    switch (name) {
      case 'requests_per_minute':
        return this.#rate.used
      case 'open_sockets':
        return openSockets()
      case 'turns_at_once':
        return turns().running
      case 'queued_messages':
        return turns().waiting
      case 'file_bytes':
        return fileBytes()
      case 'database_bytes':
        return db.size?.() ?? null
      case 'tokens_per_day': {
        const { input, output } = ledger.today()
        return input + output
      }
      case 'money_per_day':
        return ledger.today().cost / NANOS
    }
  }

  #lifts(name: LimitName): number | null {
    if (name === 'tokens_per_day' || name === 'money_per_day') return this.#deps.ledger.day.to
    return name === 'requests_per_minute' && this.#rate.used > 0 ? this.#rate.ends : null
  }

  /** Warns, and refuses at the block; `over`: the value counts what is asked for, so reaching the block is still fine. */
  #check(
    name: LimitName,
    used: number,
    { over = false, ...more }: { over?: boolean; lifts?: number; unit?: string } = {},
  ) {
    const refused = this.#warn(name, used, over)
    const block = this.#deps.limits()[name]?.block
    if (refused && block !== undefined) throw limitReached(name, { used, block, now: this.#deps.now(), ...more })
  }

  /** Gives the warnings a value calls for; true when it is at (or over) the block. */
  #warn(name: LimitName, used: number, over = false): boolean {
    const { warn, block } = this.#deps.limits()[name] ?? {}
    const blocked = block !== undefined && (over ? used > block : used >= block)
    const give = (level: Warning['level'], threshold: number) =>
      this.#deps.warnings.give({ limit: name, level, used, threshold })
    if (warn !== undefined && used >= warn) give('warn', warn)
    if (blocked) give('block', block)
    return blocked
  }
}
