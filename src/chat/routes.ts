/** The chat routes (gateway-api.md "Chat", "Live Chat") and ours beside them: stop, turn, stream. */
import * as z from 'zod'
import { notFound } from '../errors.ts'
import { acceptSocket, json, type Route, route } from '../http/index.ts'
import type { Sockets } from '../platform.ts'
import { type Chat, failureOf, type Outcome, sessionKey } from './chat.ts'
import { liveRequest } from './live.ts'
import { sse } from './sse.ts'
import { usageSchema } from './usage-schema.ts'

/** The media of a message. */
const mediaField = z
  .union([z.string(), z.array(z.string()).max(20)])
  .nullish()
  .describe('Path of an uploaded file, or a list of them.')

const chatRequest = z.object({
  session: z.string().nullish().describe('Session key; defaults to the query parameter `session`, then `main`.'),
  message: z.string().nullish(),
  media: mediaField,
  model: z.string().nullish().describe('`provider/model` for this message only.'),
  wait: z.boolean().nullish().describe('`false`: answer 202 with the turn at once instead of waiting for the reply.'),
  idempotency_key: z.string().nullish().describe('Same as the header `Idempotency-Key`.'),
  replace_from: z
    .int()
    .positive()
    .nullish()
    .describe('`seq` of a user message of the session: it and all after it is taken back for this one.'),
})

const chatAnswer = z.object({
  ok: z.literal(true),
  reply: z.string(),
  session: z.string(),
  turn: z.int().optional().describe('Number of the turn; absent when none was needed.'),
  state: z.enum(['done', 'stopped']).optional(),
  usage: usageSchema.optional(),
})

const turnState = z.enum(['accepted', 'running', 'done', 'failed', 'stopped', 'interrupted'])

/** A turn's number from a query string; what is none answers as an unknown turn. */
const turnNumber = z.string().optional().describe('Number of the turn.')

export function chatRoutes(deps: { chat: Chat; sockets: Sockets }): Route[] {
  const { chat, sockets } = deps
  return [
    route({
      method: 'POST',
      path: '/api/chat',
      scope: 'chat',
      tag: 'Chat',
      summary: 'Send a message and wait for the whole reply',
      description:
        'The message is durable before anything runs. A client that leaves does not cancel its turn: `POST /api/chat/stop` does, ' +
        'and `GET /api/chat/turn` or the live socket find the answer later.',
      query: z.object({ session: z.string().optional() }),
      body: chatRequest,
      responses: {
        200: { description: 'The reply.', schema: chatAnswer },
        202: {
          description: 'Accepted (`wait: false`).',
          schema: z.object({ ok: z.literal(true), session: z.string(), turn: z.int(), duplicate: z.boolean() }),
        },
        400: { description: '`invalid json`, or a session key of more than 256 characters.' },
        409: {
          description:
            'The idempotency key was used for another message, or `replace_from` while an answer is written.',
        },
        429: { description: 'Too many messages are waiting in this session.' },
        502: { description: 'The model failed; the text says why.' },
        503: { description: 'The gateway is shutting down.' },
      },
      async handle({ c, query, body }) {
        const session = body.session || query.session || 'main'
        const submitted = chat.submit({
          session,
          message: body.message ?? '',
          media: body.media ?? undefined,
          model: body.model ?? undefined,
          idempotencyKey: c.req.header('idempotency-key') ?? body.idempotency_key ?? undefined,
          replaces: body.replace_from ?? undefined,
        })
        if ('reply' in submitted) return { ok: true, reply: submitted.reply, session }
        if (body.wait === false) {
          return json({ ok: true, session, turn: submitted.turn, duplicate: submitted.duplicate }, { status: 202 })
        }
        const outcome = await chat.finished(submitted.turn)
        const failure = failureOf(outcome)
        if (failure) throw failure
        return {
          ok: true,
          reply: outcome.reply,
          session,
          turn: outcome.turn,
          state: outcome.state,
          ...usageOf(outcome),
        }
      },
    }),
    route({
      method: 'POST',
      path: '/api/chat/stop',
      scope: 'chat',
      tag: 'Chat',
      summary: 'Stop the running turn of a session, or one turn',
      body: z.object({ session: z.string().nullish(), turn: z.int().positive().nullish() }),
      responses: {
        200: {
          description: '`stopped` is false when nothing was running.',
          schema: z.object({ ok: z.literal(true), stopped: z.boolean() }),
        },
        404: { description: 'No such turn.' },
      },
      handle({ body }) {
        if (!body.turn) return { ok: true, stopped: chat.stopSession(body.session || 'main') }
        chat.outcome(body.turn) // 404 for an unknown turn
        return { ok: true, stopped: chat.engine.stop(body.turn) }
      },
    }),
    route({
      method: 'GET',
      path: '/api/chat/turn',
      scope: ['chat', 'read'],
      tag: 'Chat',
      summary: "Read a turn's state and answer",
      query: z.object({ turn: turnNumber }),
      responses: {
        200: {
          description: 'The turn as it stands; `reply` is empty until it has ended.',
          schema: z.object({
            ok: z.literal(true),
            turn: z.int(),
            session: z.string(),
            state: turnState,
            reply: z.string(),
            error: z.string().nullable(),
            usage: usageSchema.optional(),
          }),
        },
        404: { description: 'No such turn.' },
      },
      handle({ query }) {
        const outcome = chat.outcome(numberOf(query.turn))
        const { turn, session, state, reply, error } = outcome
        return { ok: true, turn, session, state, reply, error, ...usageOf(outcome) }
      },
    }),
    route({
      method: 'GET',
      path: '/api/chat/stream',
      scope: ['chat', 'read'],
      tag: 'Chat',
      summary: "Follow a turn's events as server-sent events",
      description:
        'From `after` (a `seq`) or the header `Last-Event-ID` to the end; every event carries its `seq` as id.',
      query: z.object({ turn: turnNumber, after: z.string().optional() }),
      responses: {
        200: { description: 'Events until the turn ends.', contentType: 'text/event-stream' },
        404: { description: 'No such turn.' },
      },
      handle({ c, query }) {
        const turn = numberOf(query.turn)
        chat.outcome(turn)
        const cursor = Number(c.req.header('last-event-id') ?? query.after ?? 0)
        return sse(chat.engine, turn, Number.isSafeInteger(cursor) && cursor > 0 ? cursor : 0)
      },
    }),
    route({
      method: 'GET',
      path: '/api/chat/live',
      scope: 'chat',
      tag: 'Chat',
      summary: 'Chat over a WebSocket, with deltas as the model makes them',
      description:
        'Send one JSON message: `{"session","message","media"}`; the answer comes as `chat_chunk` frames and ends with `chat_done` or ' +
        '`chat_error`, then the socket closes unless the message said `"stay": true`. Frames carry `turn` and `seq`; after a lost ' +
        'connection send `{"turn": 7, "after": <last seq>}`. Message fields: ' +
        Object.keys(liveRequest.shape)
          .map((name) => `\`${name}\``)
          .join(', '),
      query: z.object({ session: z.string().optional() }),
      websocket: true,
      responses: {
        101: { description: 'The socket.' },
        400: { description: '`Bad Request`: not a WebSocket handshake; or a session key of more than 256 characters.' },
      },
      handle: ({ c, query }) =>
        acceptSocket(c, sockets, 'chat', { session: query.session ? sessionKey(query.session) : '' }),
    }),
  ]
}

function numberOf(value: string | undefined): number {
  const n = /^\d+$/.test(value ?? '') ? Number(value) : 0
  if (!Number.isSafeInteger(n) || n <= 0) throw notFound(`turn not found: ${value ?? ''}`)
  return n
}

const usageOf = (outcome: Outcome) => (outcome.usage ? { usage: outcome.usage } : {})
