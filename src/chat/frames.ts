/** The frames of `/api/chat/live` (gateway-api.md "Live Chat") and what we add to them: `turn`, `seq`, tool events. */
import { messageOf } from '../errors.ts'
import type { TurnEvent } from './events.ts'

/** What a socket asked to see. */
export interface View {
  session: string
  turn: number
  /** Tool calls, results, reasoning and steps too, not only text. */
  events: boolean
  /** The client follows sequence numbers, so text can be taken back from it. */
  resumable: boolean
}

/** The frame of one event; null for what this socket did not ask for. */
export function frameOf(event: TurnEvent, view: View): object | null {
  const base = { ok: true, session: view.session, turn: view.turn, seq: event.seq }
  switch (event.type) {
    case 'text':
      return { ...base, type: 'chat_chunk', delta: event.text }
    case 'rewind':
      // A client of the original cannot take text back; a break keeps what follows readable.
      return view.resumable
        ? { ...base, type: 'chat_rewind', to: event.to }
        : { ...base, type: 'chat_chunk', delta: '\n\n' }
    case 'end':
      if (event.state === 'done' || event.state === 'stopped') {
        return {
          ...base,
          type: 'chat_done',
          ...(event.state === 'done' ? {} : { state: event.state }),
          ...(event.usage ? { usage: event.usage } : {}),
        }
      }
      return { ...base, ok: false, type: 'chat_error', error: event.error ?? event.state, state: event.state }
    case 'reasoning':
      return view.events ? { ...base, type: 'chat_reasoning', delta: event.text } : null
    case 'tool-call':
      return view.events
        ? { ...base, type: 'chat_tool_call', id: event.id, name: event.name, input: event.input }
        : null
    case 'tool-result':
      return view.events
        ? {
            ...base,
            type: 'chat_tool_result',
            id: event.id,
            name: event.name,
            output: event.output,
            error: event.error,
          }
        : null
    case 'step':
      return view.events
        ? { ...base, type: 'chat_step', reason: event.reason, model: event.model, usage: event.usage }
        : null
  }
}

/** The frame of a message that was not accepted. */
export function errorFrame(error: unknown, session?: string): object {
  return { ok: false, type: 'chat_error', error: messageOf(error), ...(session === undefined ? {} : { session }) }
}
