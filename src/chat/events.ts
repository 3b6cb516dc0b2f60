/**
 * The events of a turn's stream and their numbers (durable-turns.md section 6).
 *
 * `seq` is the position after the event: text of length L covers `seq-L+1 … seq`, anything else covers one. A number is
 * `attempt * 1e9 + position`, so what a dead life showed and never stored is never given to other content.
 */
import type { Usage } from './usage.ts'

export type TurnState = 'accepted' | 'running' | 'done' | 'failed' | 'stopped' | 'interrupted'

export type TurnEvent =
  | { type: 'text'; seq: number; text: string }
  | { type: 'reasoning'; seq: number; text: string }
  | { type: 'tool-call'; seq: number; id: string; name: string; input: unknown }
  | { type: 'tool-result'; seq: number; id: string; name: string; output: string; error: boolean }
  | { type: 'step'; seq: number; reason: string; model: string; usage: Usage }
  /** What came after `to` was never stored and is taken back: cut there and go on. `seq` is the reader's own cursor. */
  | { type: 'rewind'; seq: number; to: number }
  | { type: 'end'; seq: number; state: TurnState; error: string | null; usage: Usage | null }

/** Events a step stores. */
export type StepEvent = Extract<TurnEvent, { type: 'text' | 'reasoning' | 'tool-call' | 'step' }>

export const ATTEMPT_SPAN = 1_000_000_000

/** How many numbers an event covers. */
export function width(event: TurnEvent): number {
  return event.type === 'text' || event.type === 'reasoning' ? event.text.length : 1
}

/** The same events, numbered anew from `from` on: to whoever saw them under other numbers they are new. */
export function renumbered<E extends TurnEvent>(events: readonly E[], from: number): E[] {
  let seq = from
  return events.map((event) => {
    seq += width(event)
    return { ...event, seq }
  })
}

/** The part of an event after a cursor; null when the cursor is past it. */
export function after<E extends TurnEvent>(event: E, cursor: number): E | null {
  if (event.seq <= cursor) return null
  if (event.type !== 'text' && event.type !== 'reasoning') return event
  const start = event.seq - event.text.length
  return start >= cursor ? event : { ...event, text: event.text.slice(cursor - start) }
}

/** Joins neighbouring text (and reasoning) events; their numbers follow each other, so nothing is lost. */
export function merge<E extends TurnEvent>(events: readonly E[]): E[] {
  const merged: E[] = []
  for (const event of events) {
    const last = merged.at(-1)
    if (
      last &&
      (event.type === 'text' || event.type === 'reasoning') &&
      last.type === event.type &&
      event.seq - event.text.length === last.seq
    ) {
      merged[merged.length - 1] = { ...last, seq: event.seq, text: last.text + event.text }
    } else {
      merged.push(event)
    }
  }
  return merged
}
