/** `/api/channels/outbox`: what is on its way to chats, and what did not arrive. */
import * as z from 'zod'
import { badRequest } from '../errors.ts'
import { boundedInt, type Route, route, text } from '../http/index.ts'
import { OUTBOX_STATES, type Outbox, type OutboxState } from '../outbox/index.ts'
import { messageSchema, shownMessage } from './outbox-view.ts'

export function outboxRoutes(outbox: Outbox): Route[] {
  return [
    route({
      method: 'GET',
      path: '/api/channels/outbox',
      tag: 'Channels',
      summary: 'List messages on their way out',
      description: 'Newest first, of one channel and in one state if asked. What ended is kept for 30 days.',
      query: z.object({
        channel: text().describe('Default: all.'),
        state: text().describe(`One of ${OUTBOX_STATES.join(', ')}. Default: all.`),
        limit: boundedInt(50, 500),
      }),
      responses: {
        200: {
          description: 'The messages.',
          schema: z.object({ ok: z.literal(true), messages: z.array(messageSchema) }),
        },
        400: { description: 'No such state.' },
      },
      handle: ({ query: { channel, state, limit } }) => ({
        ok: true,
        messages: outbox.list({ channel: channel.toLowerCase(), state: stateOf(state), limit }).map(shownMessage),
      }),
    }),
    route({
      method: 'POST',
      path: '/api/channels/outbox',
      tag: 'Channels',
      summary: 'Send a failed message again, or forget it',
      description: '`retry` goes on with the part that failed. `drop` forgets a failed or a held message.',
      body: z.object({
        id: z.int(),
        action: z.enum(['retry', 'drop'], { error: 'action must be retry or drop' }),
      }),
      responses: {
        200: {
          description: 'Done; with `retry` the message as it is now.',
          schema: z.object({ ok: z.literal(true), message: messageSchema.optional() }),
        },
        400: { description: 'The message has not failed.' },
        404: { description: 'No such message.' },
      },
      handle: ({ body: { id, action } }) => {
        if (action === 'retry') return { ok: true, message: shownMessage(outbox.retry(id)) }
        outbox.drop(id)
        return { ok: true }
      },
    }),
  ]
}

function stateOf(given: string): OutboxState | undefined {
  if (given === '') return undefined
  const state = OUTBOX_STATES.find((each) => each === given.toLowerCase())
  if (!state) throw badRequest(`state must be one of: ${OUTBOX_STATES.join(', ')}`)
  return state
}
