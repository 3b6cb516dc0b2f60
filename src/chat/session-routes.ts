/** Sessions as a page shows and steers them: the transcript, a session's title and model, and its removal. */
import * as z from 'zod'
import { boundedInt, type Route, route, text } from '../http/index.ts'
import type { Database } from '../platform.ts'
import { messageShape, type Sessions } from '../sessions/index.ts'
import { type Chat, sessionKey } from './chat.ts'
import { transcriptOf } from './transcript.ts'
import { usageSchema } from './usage-schema.ts'

const MAX_TITLE = 200

const message = z
  .object({
    ...messageShape,
    turn: z.int().nullable().describe('Null for messages of an earlier home.'),
    name: z.string().nullable().describe('The tool of a result.'),
    failed: z.boolean().describe('The tool failed; or the message was withdrawn before a model read it.'),
    reasoning: z.string().describe('What the model thought before it said this; often empty.'),
  })
  .meta({ id: 'TranscriptMessage' })

const turn = z
  .object({
    turn: z.int(),
    state: z.enum(['accepted', 'running', 'done', 'failed', 'stopped', 'interrupted']),
    text: z.string().describe('What was asked.'),
    media: z.array(z.string()).describe('Paths of the files that came with it.'),
    model: z.string().nullable().describe('The model that the message asked for, if it did.'),
    error: z.string().nullable(),
    usage: usageSchema.nullable(),
    accepted_at: z.int(),
    ended_at: z.int().nullable(),
  })
  .meta({ id: 'TranscriptTurn' })

export interface SessionRouteDeps {
  chat: Chat
  sessions: Sessions
  db: Database
  /** Tells watchers that the list of sessions has changed. */
  changed(session: string): void
}

export function sessionSteeringRoutes({ chat, sessions, db, changed }: SessionRouteDeps): Route[] {
  return [
    route({
      method: 'GET',
      path: '/api/chat/transcript',
      scope: ['chat', 'read'],
      tag: 'Chat',
      summary: "Read a session's messages with their turns",
      description:
        'The window is that of `/api/chat/history`. A turn that has not ended is followed with `GET /api/chat/stream`, from the ' +
        'beginning: its messages here are the part of it that is stored already.',
      query: z.object({
        session: z.string().optional().describe('Session key; default `main`.'),
        limit: boundedInt(60, 500),
        around: boundedInt(0, 1_000_000_000),
        before: boundedInt(0, 1_000_000_000),
        after: boundedInt(0, 1_000_000_000),
      }),
      responses: {
        200: {
          description: 'The window; empty for a session that was never used.',
          schema: z.object({
            ok: z.literal(true),
            session: z.string(),
            title: z.string().describe('Its own title, else how its first message begins.'),
            model: z.string().nullable().describe('The model chosen for this session.'),
            messages: z.array(message),
            turns: z.array(turn).describe('Those of the messages, and all that have not ended; oldest first.'),
            earlier: z.boolean().describe('There are messages before these.'),
            later: z.boolean().describe('There are messages after these.'),
          }),
        },
      },
      handle({ query }) {
        const session = sessionKey(query.session)
        const { turns, messages, ...rest } = transcriptOf({ db, sessions }, session, query)
        return {
          ok: true,
          session,
          ...rest,
          messages: messages.map(({ parts: _, step: __, ...shown }) => shown),
          turns: turns.map(({ acceptedAt, endedAt, ...shown }) => ({
            ...shown,
            accepted_at: acceptedAt,
            ended_at: endedAt,
          })),
        }
      },
    }),
    route({
      method: 'POST',
      path: '/api/sessions',
      scope: 'chat',
      tag: 'Sessions',
      summary: 'Name a session, or choose its model',
      description:
        'What is left out stays. A session that was never used is made, and listed from its first message on.',
      body: z.object({
        session: z.string().min(1),
        title: z.string().max(MAX_TITLE).nullish().describe('Empty: back to how it began.'),
        model: z.string().max(300).nullish().describe('`provider/model`; empty: back to the configured one.'),
      }),
      responses: {
        200: {
          description: 'As it is now.',
          schema: z.object({
            ok: z.literal(true),
            session: z.string(),
            title: z.string(),
            model: z.string().nullable(),
          }),
        },
        400: { description: 'A field is missing or too long.' },
      },
      handle({ body }) {
        const session = sessionKey(body.session)
        const id = db.transaction(() => {
          const opened = sessions.open(session)
          if (typeof body.title === 'string') sessions.setTitle(opened, body.title.trim() || null)
          if (typeof body.model === 'string') sessions.setModel(opened, body.model.trim() || null)
          return opened
        })
        changed(session)
        return { ok: true, session, title: sessions.title(id), model: sessions.state(session)!.model }
      },
    }),
    route({
      method: 'DELETE',
      path: '/api/sessions',
      scope: 'chat',
      tag: 'Sessions',
      summary: 'Delete a session with everything said in it',
      query: z.object({ session: text().describe('Session key.') }),
      responses: {
        200: { description: 'Deleted.', schema: z.object({ ok: z.literal(true), session: z.string() }) },
        404: { description: 'No such session.' },
        409: { description: 'An answer is being written in it: stop that first.' },
      },
      handle({ query }) {
        const session = query.session.trim()
        chat.forget(session)
        changed(session)
        return { ok: true, session }
      },
    }),
  ]
}
