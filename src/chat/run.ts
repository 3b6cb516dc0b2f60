/**
 * One life of a running turn: what the agent loop writes through. Finished steps and results are committed before any
 * reader sees what follows from them; the running step lives in memory with one overwritten checkpoint.
 */
import type { Database, Platform } from '../platform.ts'
import type { Sessions, ToolCallRecord } from '../sessions/index.ts'
import { ATTEMPT_SPAN, merge, renumbered, type StepEvent, type TurnEvent, type TurnState, width } from './events.ts'
import { type Tail, textOf } from './log.ts'
import type { TurnInput, TurnRow } from './tables.ts'
import { addUsage, noUsage, type Usage, type UsageLedger } from './usage.ts'

/** A tool call the last finished step asked for. */
export interface PendingCall {
  id: string
  name: string
  input: unknown
}

export interface StepResult {
  /** The step's text as the history shows it. */
  text: string
  calls: PendingCall[]
  /** The model's own content parts (`ModelMessage['content']`). */
  parts: unknown
  /** Why the model stopped, in its own words. */
  reason: string
  model: string
  usage: Usage
  /** Tokens of the whole context at this call. */
  contextTokens: number
  /** The turn's answer: no tool calls follow. The step and the outcome are one commit. */
  final: boolean
}

/** A row may have 2 MB on the edge; characters take up to three bytes. */
const STEP_LIMIT = 400_000

/** Thrown when another life of the turn has taken over; nothing was written. */
export class Fenced extends Error {}

export interface RunDeps {
  db: Database
  sessions: Sessions
  now: () => number
  fault: Platform['fault']
  /** First checkpoint of a step's text after this many ms; later ones grow to five times as much. */
  checkpointMs: number
  ledger?: UsageLedger
  changed: () => void
}

export class TurnRun implements Tail {
  readonly turn: TurnRow
  readonly input: TurnInput
  readonly abort = new AbortController()
  readonly #deps: RunDeps
  #lo: number
  #pos: number
  #events: TurnEvent[] = []
  #step: number
  #usage: Usage
  #spoke: boolean
  #spokeThisStep = false
  #carry = ''
  #checkpointAt = 0
  #checkpointGap: number
  #ended = false
  #size = 0

  constructor(turn: TurnRow, deps: RunDeps) {
    this.turn = turn
    this.input = JSON.parse(turn.input) as TurnInput
    this.#deps = deps
    this.#checkpointGap = deps.checkpointMs
    this.#lo = turn.attempt * ATTEMPT_SPAN
    this.#pos = this.#lo
    const done = deps.db.query<{ steps: number }>(
      'SELECT count(*) AS steps FROM step WHERE turn = ? AND done = 1',
      turn.n,
    )[0]!
    this.#step = done.steps
    this.#usage = turn.usage === null ? noUsage() : (JSON.parse(turn.usage) as Usage)
    this.#spoke = done.steps > 0
  }

  get lo(): number {
    return this.#lo
  }
  get pos(): number {
    return this.#pos
  }
  get events(): readonly TurnEvent[] {
    return this.#events
  }
  get signal(): AbortSignal {
    return this.abort.signal
  }
  /** Steps finished so far, over all lives. */
  get steps(): number {
    return this.#step
  }
  get usage(): Usage {
    return this.#usage
  }
  get ended(): boolean {
    return this.#ended
  }

  /** Calls of the last finished step that have no result yet; after a crash their outcome is unknown. */
  pending(): PendingCall[] {
    const { db } = this.#deps
    const last = db.query<{ events: string }>(
      'SELECT events FROM step WHERE turn = ? AND i = ? AND done = 1',
      this.turn.n,
      this.#step - 1,
    )[0]
    if (!last) return []
    const answered = new Set(
      db
        .query<{ call_id: string }>(
          "SELECT call_id FROM message WHERE turn = ? AND role = 'tool' AND step = ?",
          this.turn.n,
          this.#step - 1,
        )
        .map((row) => row.call_id),
    )
    return (JSON.parse(last.events) as StepEvent[])
      .filter((event) => event.type === 'tool-call')
      .filter((event) => !answered.has(event.id))
      .map(({ id, name, input }) => ({ id, name, input }))
  }

  /** Streams text of the running step. Never splits a code point: half a surrogate pair waits for its other half. */
  text(delta: string): void {
    let text = this.#carry + delta
    this.#carry = ''
    const end = text.charCodeAt(text.length - 1)
    if (end >= 0xd800 && end <= 0xdbff) {
      this.#carry = text.slice(-1)
      text = text.slice(0, -1)
    }
    if (!text) return
    // Text of a later step starts a paragraph of its own.
    if (!this.#spokeThisStep && this.#spoke) text = `\n\n${text}`
    this.#spokeThisStep = true
    this.#emit({ type: 'text', seq: this.#pos + text.length, text })
    this.#deps.fault?.('delta')
  }

  reasoning(text: string): void {
    if (text) this.#emit({ type: 'reasoning', seq: this.#pos + text.length, text })
  }

  toolCall(call: PendingCall): void {
    this.#emit({ type: 'tool-call', seq: this.#pos + 1, ...call })
  }

  /** Takes back what the running step has shown, to try it again. One number is burnt, so the old end is no valid cursor. */
  retract(): void {
    this.#carry = ''
    this.#spokeThisStep = false
    this.#size = 0
    if (!this.#events.length) return
    this.#pos += 1
    this.#lo = this.#pos
    this.#events = []
    // Else a turn that fails now would end with the text that was taken back.
    this.#deps.db.query('DELETE FROM step WHERE turn = ? AND i = ? AND done = 0', this.turn.n, this.#step)
    this.#deps.changed()
  }

  /** Counts a model call whose answer is not used: it was made all the same. */
  spent(used: Usage): void {
    const { db, ledger } = this.#deps
    const usage = addUsage(this.#usage, used)
    db.transaction(() => {
      this.#fence()
      db.query('UPDATE turn SET usage = ? WHERE n = ?', JSON.stringify(usage), this.turn.n)
      ledger?.record(this.turn.session, used, 0)
    })
    this.#usage = usage
  }

  /** Makes the step immutable: its events, its message in the session and, when final, the turn's outcome. */
  commitStep(result: StepResult): void {
    const { db, fault } = this.#deps
    const usage = addUsage(this.#usage, result.usage)
    const step: TurnEvent = {
      type: 'step',
      seq: this.#pos + 1,
      reason: result.reason,
      model: result.model,
      usage: result.usage,
    }
    const events = merge([...this.#events, step])
    db.transaction(() => {
      this.#fence()
      this.#writeStep(events, step.seq)
      this.#writeMessage(result)
      this.#deps.sessions.setContextTokens(this.turn.session, result.contextTokens)
      fault?.('step-commit')
      if (result.final) this.#writeEnd('done', step.seq + 1, null, usage)
      else db.query('UPDATE turn SET usage = ? WHERE n = ?', JSON.stringify(usage), this.turn.n)
      this.#deps.ledger?.record(this.turn.session, result.usage, this.#step === 0 ? 1 : 0)
    })
    this.#usage = usage
    this.#step += 1
    this.#spoke ||= this.#spokeThisStep
    this.#spokeThisStep = false
    this.#size = 0
    this.#pos = result.final ? step.seq + 1 : step.seq
    this.#lo = this.#pos
    this.#events = []
    this.#ended = result.final
    this.#checkpointAt = 0
    this.#checkpointGap = this.#deps.checkpointMs
    fault?.('step-done')
    this.#deps.changed()
  }

  /** Records a tool's outcome: the row first, readers second. A late result of an aborted turn is not written. */
  toolResult(call: PendingCall, output: string, error: boolean): void {
    if (this.signal.aborted) return
    const seq = this.#pos + 1
    this.#deps.db.transaction(() => {
      this.#fence()
      this.#deps.sessions.append(this.turn.session, {
        role: 'tool',
        content: output,
        callId: call.id,
        name: call.name,
        failed: error,
        turn: this.turn.n,
        step: this.#step - 1,
        pos: seq,
      })
    })
    this.#pos = seq
    this.#lo = seq
    this.#events = []
    this.#deps.fault?.('tool-result')
    this.#deps.changed()
  }

  /** Writes the running step's text if its time has come; a crash after it loses less of what readers saw. */
  checkpoint(): void {
    const now = this.#deps.now()
    if (!this.#checkpointAt) this.#checkpointAt = now + this.#checkpointGap
    if (now < this.#checkpointAt || !this.#events.length) return
    this.#deps.db.query(
      `INSERT INTO step (turn, i, lo, hi, done, events) VALUES (?, ?, ?, ?, 0, ?)
       ON CONFLICT (turn, i) DO UPDATE SET lo = excluded.lo, hi = excluded.hi, events = excluded.events WHERE done = 0`,
      this.turn.n,
      this.#step,
      this.#lo,
      this.#pos,
      JSON.stringify(merge(this.#events)),
    )
    this.#deps.fault?.('checkpoint')
    this.#checkpointGap = Math.min(this.#checkpointGap * 1.5, this.#deps.checkpointMs * 5)
    this.#checkpointAt = now + this.#checkpointGap
  }

  /** Ends the turn. Text of a step that did not finish stays in the stream and the history. */
  end(state: Exclude<TurnState, 'accepted' | 'running'>, error: string | null, answer?: string): void {
    if (this.#ended) return
    if (answer) this.text(answer)
    const { events, lo, hi } = this.#shown()
    this.#deps.db.transaction(() => {
      this.#fence()
      if (events.length) {
        this.#writeStep(events, hi, lo)
        const text = textOf(events).trimStart()
        if (text) this.#writeMessage({ text, calls: [], parts: undefined })
      }
      this.#writeEnd(state, hi + 1, error, this.#usage)
    })
    this.#pos = hi + 1
    this.#lo = this.#pos
    this.#events = []
    this.#ended = true
    this.#deps.changed()
  }

  /** Gives the turn back to the queue for the next start: a graceful shutdown is not a failure. */
  release(): void {
    this.#checkpointAt = 1
    this.checkpoint()
    this.#deps.db.query(
      "UPDATE turn SET state = 'accepted' WHERE n = ? AND attempt = ? AND ended_at IS NULL",
      this.turn.n,
      this.turn.attempt,
    )
  }

  /** The last resort when even the end cannot be stored: an outcome without content, or the turn would run for ever. */
  abandon(): void {
    if (this.#ended) return
    this.#deps.db.query(
      "UPDATE turn SET state = 'failed', seq = ?, error = ?, ended_at = ? WHERE n = ? AND attempt = ? AND ended_at IS NULL",
      this.#pos + 2,
      'what the turn said could not be stored',
      this.#deps.now(),
      this.turn.n,
      this.turn.attempt,
    )
    this.#events = []
    this.#ended = true
  }

  #emit(event: TurnEvent): void {
    this.#size += event.type === 'tool-call' ? JSON.stringify(event.input ?? null).length : width(event)
    if (this.#size > STEP_LIMIT) throw new Error(`the model's answer is longer than ${STEP_LIMIT} characters`)
    this.#pos += width(event)
    this.#events.push(event)
    this.checkpoint()
    this.#deps.changed()
  }

  /** Every write of a life checks that no other life has begun. */
  #fence(): void {
    const row = this.#deps.db.query<{ attempt: number; ended_at: number | null }>(
      'SELECT attempt, ended_at FROM turn WHERE n = ?',
      this.turn.n,
    )[0]
    if (!row || row.attempt !== this.turn.attempt || row.ended_at !== null)
      throw new Fenced(`turn ${this.turn.n} was taken over`)
  }

  /**
   * What the unfinished step has shown: in this life, else what an earlier one left in its checkpoint. Calls that will
   * never run are left out. Where that differs from what a reader may hold it gets fresh numbers, so that a reader
   * anywhere in the old ones is rewound; else one that had taken back an earlier life's text would never get it again.
   */
  #shown(): { events: TurnEvent[]; lo: number; hi: number } {
    const kept = this.#events.filter((event) => event.type !== 'tool-call')
    if (this.#events.length && kept.length === this.#events.length) {
      return { events: merge(kept), lo: this.#lo, hi: this.#pos }
    }
    const lo = this.#events.length ? this.#pos + 1 : this.#pos
    const events = renumbered(this.#events.length ? merge(kept) : this.#checkpointed(), lo)
    return { events, lo, hi: events.at(-1)?.seq ?? lo }
  }

  #checkpointed(): TurnEvent[] {
    const left = this.#deps.db.query<{ events: string }>(
      'SELECT events FROM step WHERE turn = ? AND i = ? AND done = 0',
      this.turn.n,
      this.#step,
    )[0]
    const events = left ? (JSON.parse(left.events) as TurnEvent[]) : []
    return events.filter((event) => event.type !== 'tool-call')
  }

  #writeStep(events: TurnEvent[], hi: number, lo = this.#lo): void {
    this.#deps.db.query(
      `INSERT INTO step (turn, i, lo, hi, done, events) VALUES (?, ?, ?, ?, 1, ?)
       ON CONFLICT (turn, i) DO UPDATE SET lo = excluded.lo, hi = excluded.hi, done = 1, events = excluded.events`,
      this.turn.n,
      this.#step,
      lo,
      hi,
      JSON.stringify(events),
    )
  }

  #writeMessage(result: Pick<StepResult, 'text' | 'calls' | 'parts'>): void {
    this.#deps.sessions.append(this.turn.session, {
      role: 'assistant',
      content: result.text,
      calls: result.calls.map(
        ({ id, name, input }): ToolCallRecord => ({
          id,
          type: 'function',
          function: { name, arguments: JSON.stringify(input ?? {}) },
        }),
      ),
      parts: result.parts,
      turn: this.turn.n,
      step: this.#step,
    })
  }

  #writeEnd(state: TurnState, seq: number, error: string | null, usage: Usage): void {
    this.#deps.db.query(
      'UPDATE turn SET state = ?, seq = ?, error = ?, usage = ?, ended_at = ? WHERE n = ?',
      state,
      seq,
      error,
      JSON.stringify(usage),
      this.#deps.now(),
      this.turn.n,
    )
  }
}
