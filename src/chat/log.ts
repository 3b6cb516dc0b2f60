/**
 * Reading a turn's stream: finished steps and results from the tables, the running step from memory, in one synchronous
 * look, so there is no gap between catching up and following (durable-turns.md section 7).
 */
import type { Database } from '../platform.ts'
import { after, merge, type StepEvent, type TurnEvent, type TurnState } from './events.ts'
import type { Usage } from './usage.ts'

/** The unfinished step of a running turn. `lo` is the number before its first event. */
export interface Tail {
  readonly lo: number
  readonly pos: number
  readonly events: readonly TurnEvent[]
}

export interface Look {
  events: TurnEvent[]
  /** True when nothing more will come: the turn has ended (or never was). */
  ended: boolean
}

/** Everything a reader at `cursor` has not seen yet. */
export function look(db: Database, n: number, cursor: number, tail: Tail | undefined): Look {
  // A cursor inside the running step needs no table at all: this is the path of every delta.
  if (tail && cursor >= tail.lo && cursor <= tail.pos) return { events: cut(tail.events, cursor), ended: false }

  const turn = db.query<{
    state: TurnState
    seq: number
    error: string | null
    usage: string | null
    ended_at: number | null
  }>('SELECT state, seq, error, usage, ended_at FROM turn WHERE n = ?', n)[0]
  if (!turn) return { events: [], ended: true }
  const ended = turn.ended_at !== null
  if (ended && cursor === turn.seq) return { events: [], ended: true }

  const valid = validCursor(db, n, cursor)
  if (valid !== cursor) return { events: [{ type: 'rewind', seq: cursor, to: valid }], ended: false }

  const events = stored(db, n, cursor)
  if (tail) events.push(...cut(tail.events, cursor))
  if (ended) {
    const usage = turn.usage === null ? null : (JSON.parse(turn.usage) as Usage)
    events.push({ type: 'end', seq: turn.seq, state: turn.state, error: turn.error, usage })
  }
  return { events: merge(events), ended }
}

/** The answer of an ended turn: the text of its last step, else all it said. */
export function replyOf(db: Database, n: number): string {
  const last = db.query<{ events: string }>(
    'SELECT events FROM step WHERE turn = ? AND done = 1 ORDER BY i DESC LIMIT 1',
    n,
  )[0]
  if (!last) return ''
  return textOf(JSON.parse(last.events) as StepEvent[]).trim() || textOf(stored(db, n, 0)).trim()
}

/** The text among events. */
export function textOf(events: readonly TurnEvent[]): string {
  return events.map((event) => (event.type === 'text' ? event.text : '')).join('')
}

/** Looked through from the end: a reader that keeps up pays for the delta that came, not for all before it. */
function cut(events: readonly TurnEvent[], cursor: number): TurnEvent[] {
  const rest: TurnEvent[] = []
  for (let i = events.length - 1; i >= 0; i--) {
    const part = after(events[i]!, cursor)
    if (!part) break
    rest.push(part)
  }
  return merge(rest.reverse())
}

function stored(db: Database, n: number, cursor: number): TurnEvent[] {
  const events: TurnEvent[] = []
  for (const row of db.query<{ events: string }>(
    'SELECT events FROM step WHERE turn = ? AND done = 1 AND hi > ? ORDER BY i',
    n,
    cursor,
  )) {
    for (const event of JSON.parse(row.events) as StepEvent[]) {
      const part = after(event, cursor)
      if (part) events.push(part)
    }
  }
  for (const row of db.query<{ pos: number; call_id: string; name: string; content: string; failed: number }>(
    "SELECT pos, call_id, name, content, failed FROM message WHERE turn = ? AND role = 'tool' AND pos > ? ORDER BY pos",
    n,
    cursor,
  )) {
    events.push({
      type: 'tool-result',
      seq: row.pos,
      id: row.call_id,
      name: row.name,
      output: row.content,
      error: row.failed === 1,
    })
  }
  return events.sort((a, b) => a.seq - b.seq)
}

/** The cursor itself when it lies in stored content, else the largest stored end at or below it (0 = the beginning). */
function validCursor(db: Database, n: number, cursor: number): number {
  if (cursor <= 0) return 0
  const step = db.query<{ lo: number; hi: number }>(
    'SELECT lo, hi FROM step WHERE turn = ? AND done = 1 AND lo <= ? ORDER BY lo DESC LIMIT 1',
    n,
    cursor,
  )[0]
  if (step && cursor <= step.hi) return cursor
  const result = db.query<{ pos: number | null }>(
    "SELECT max(pos) AS pos FROM message WHERE turn = ? AND role = 'tool' AND pos <= ?",
    n,
    cursor,
  )[0]?.pos
  return Math.max(step?.hi ?? 0, result ?? 0)
}
