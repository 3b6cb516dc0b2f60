/**
 * What a turn has said so far, built from the events of its stream. Events carry the position after them, so what comes
 * twice is left out, and what the gateway takes back (`rewind`) is cut exactly.
 */
import type { Schemas } from '../../api/schema.d.ts'

export type TurnState = Schemas['TranscriptTurn']['state']
export type Usage = Schemas['Usage']

export interface TextPart {
  kind: 'text' | 'reasoning'
  text: string
  /** The position after it. */
  to: number
}

export interface ToolPart {
  kind: 'tool'
  id: string
  name: string
  input: unknown
  to: number
  /** Missing as long as the tool runs. */
  result?: { output: string; failed: boolean; to: number }
}

export type Part = TextPart | ToolPart

export interface TurnView {
  parts: readonly Part[]
  /** The cursor to go on from; 0 at the beginning. */
  seq: number
  state: TurnState
  error: string | null
  usage: Usage | null
  /** The model of the last finished step. */
  model: string | null
}

export type TurnEvent =
  | { type: 'text' | 'reasoning'; seq: number; text: string }
  | { type: 'tool-call'; seq: number; id: string; name: string; input: unknown }
  | { type: 'tool-result'; seq: number; id: string; name: string; output: string; error: boolean }
  | { type: 'step'; seq: number; model: string }
  | { type: 'rewind'; seq: number; to: number }
  | { type: 'end'; seq: number; state: TurnState; error: string | null; usage: Usage | null }

/** Every type of event, as the stream names them. */
export const TURN_EVENTS: ReadonlyArray<TurnEvent['type']> = [
  'text',
  'reasoning',
  'tool-call',
  'tool-result',
  'step',
  'rewind',
  'end',
]

/** A turn of which nothing was seen yet. */
export const UNSEEN: TurnView = { parts: [], seq: 0, state: 'accepted', error: null, usage: null, model: null }

/** Whether nothing more will come. */
export function hasEnded(state: TurnState): boolean {
  return state !== 'accepted' && state !== 'running'
}

/** The view after an event. Parts that did not change stay the same objects. */
export function after(view: TurnView, event: TurnEvent): TurnView {
  if (event.type === 'rewind') return { ...view, parts: cut(view.parts, event.to), seq: event.to }
  if (event.seq <= view.seq) return view
  const next: TurnView = { ...view, seq: event.seq, state: hasEnded(view.state) ? view.state : 'running' }
  switch (event.type) {
    case 'text':
    case 'reasoning':
      return { ...next, parts: withText(view, event.type, event.text, event.seq) }
    case 'tool-call': {
      const { id, name, input, seq } = event
      return { ...next, parts: [...view.parts, { kind: 'tool', id, name, input, to: seq }] }
    }
    case 'tool-result': {
      const result = { output: event.output, failed: event.error, to: event.seq }
      const at = view.parts.findLastIndex((part) => part.kind === 'tool' && part.id === event.id)
      if (at === -1) return next
      return { ...next, parts: view.parts.with(at, { ...(view.parts[at] as ToolPart), result }) }
    }
    case 'step':
      return { ...next, model: event.model }
    case 'end':
      return { ...next, state: event.state, error: event.error, usage: event.usage }
  }
}

/** The text of a turn, without thoughts and tools. */
export function textOf(parts: readonly Part[]): string {
  return parts
    .map((part) => (part.kind === 'text' ? part.text : ''))
    .join('')
    .trim()
}

function withText(view: TurnView, kind: TextPart['kind'], text: string, to: number): readonly Part[] {
  const start = to - text.length
  const fresh = start < view.seq ? text.slice(view.seq - start) : text
  const last = view.parts.at(-1)
  if (last?.kind === kind && last.to === to - fresh.length) {
    return view.parts.with(-1, { kind, text: last.text + fresh, to })
  }
  return [...view.parts, { kind, text: fresh, to }]
}

function cut(parts: readonly Part[], to: number): Part[] {
  return parts.flatMap((part): Part[] => {
    if (part.to <= to) {
      if (part.kind !== 'tool' || !part.result || part.result.to <= to) return [part]
      const { result: _, ...running } = part
      return [running]
    }
    if (part.kind === 'tool') return []
    const text = part.text.slice(0, Math.max(0, part.text.length - (part.to - to)))
    return text ? [{ ...part, text, to }] : []
  })
}
