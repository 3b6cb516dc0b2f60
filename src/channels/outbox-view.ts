/** A message of the outbox as the API shows it. */
import * as z from 'zod'
import { OUTBOX_STATES, type OutboxMessage } from '../outbox/index.ts'

export const messageSchema = z
  .object({
    id: z.int(),
    channel: z.string(),
    chat: z.string(),
    state: z.enum(OUTBOX_STATES),
    reason: z.string().nullable().describe('Why it is held or failed, or what the last attempt met.'),
    action: z.string(),
    text: z.string().describe('Its first 500 characters.'),
    media: z.string().nullable(),
    sent_parts: z.int(),
    parts: z.int().nullable().describe('Null before the first attempt.'),
    message_ids: z.array(z.string()).describe("The platform's ids of what was sent."),
    attempts: z.int().describe('At the part that is next.'),
    ambiguous_attempts: z.int().describe('Attempts of which nobody knows whether they arrived.'),
    created_at: z.int().describe('ms since the epoch'),
    ended_at: z.int().nullable(),
  })
  .meta({ id: 'OutboxMessage' })

const SHOWN_TEXT = 500

export function shownMessage(message: OutboxMessage): z.output<typeof messageSchema> {
  const { action, text, media } = message.body
  return {
    id: message.id,
    channel: message.channel,
    chat: message.chat,
    state: message.state,
    reason: message.reason,
    action: typeof action === 'string' ? action : 'send',
    text: typeof text === 'string' ? text.slice(0, SHOWN_TEXT).toWellFormed() : '',
    media: typeof media === 'string' ? media : null,
    sent_parts: message.sentParts,
    parts: message.parts,
    message_ids: message.messageIds,
    attempts: message.attempts,
    ambiguous_attempts: message.ambiguousAttempts,
    created_at: message.createdAt,
    ended_at: message.endedAt,
  }
}
