/** Tool call ids that are told apart: some models count from `call_1` in every turn. */
import type { OldMessage } from './session-line.ts'

/**
 * Returns a function that takes a session's messages in order and gives every call an id of its own within the session.
 * A result goes to the latest call that had its id; ids that are unique already stay.
 */
export function distinctCallIds(): (message: OldMessage) => OldMessage {
  const uses = new Map<string, number>()
  const current = new Map<string, string>()
  let unnamed = 0
  return (message) => {
    if (message.calls) {
      const calls = message.calls.map((call) => {
        const given = call.id || `call_without_id_${++unnamed}`
        const before = uses.get(given) ?? 0
        uses.set(given, before + 1)
        const id = before === 0 ? given : `${given}_${before + 1}`
        current.set(given, id)
        return { ...call, id }
      })
      return { ...message, calls }
    }
    const callId = message.callId && current.get(message.callId)
    return callId ? { ...message, callId } : message
  }
}
