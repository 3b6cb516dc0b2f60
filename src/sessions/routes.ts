/** `GET /api/sessions` and `GET /api/chat/history` (api-behaviour.md sections 5.3 and 5.8). */
import * as z from 'zod'
import { boundedInt, flag, type Route, route, text } from '../http/index.ts'
import { messageShape } from './message-shape.ts'
import { sessionSearchRoute } from './search-routes.ts'
import type { SessionStore } from './types.ts'

const message = z.object(messageShape).meta({ id: 'Message' })

/** Routes that read sessions. */
export function sessionRoutes(sessions: SessionStore): Route[] {
  return [
    route({
      method: 'GET',
      path: '/api/sessions',
      scope: ['chat', 'read'],
      tag: 'Sessions',
      summary: 'List session keys',
      description:
        'Newest first. Cron, heartbeat, subagent, hook and internal sessions only with `include_internal=1`. Without `limit` all ' +
        'of them; with it a page, whose `next` asks for the one after it.',
      query: z.object({
        include_internal: flag(),
        limit: boundedInt(0, 1000).describe('Sessions of a page, at most 1000. Default: all.'),
        before: text().describe('`next` of the page before.'),
        titles: flag().describe('`1`: with what each is called.'),
      }),
      responses: {
        200: {
          description: 'The sessions; an empty store shows `main`.',
          schema: z.object({
            ok: z.literal(true),
            sessions: z.array(
              z.object({
                key: z.string(),
                channel: z.string().optional(),
                kind: z.string().optional(),
                updated_at: z.int().optional().describe('ms since the epoch'),
                messages: z.int().optional(),
                title: z.string().optional().describe('Its own title, else how its first message begins.'),
              }),
            ),
            next: z.string().optional().describe('`before` of the next page; missing on the last.'),
          }),
        },
        400: { description: '`before` is no `next` of an earlier answer.' },
      },
      handle: ({ query }) => {
        const { include_internal: includeInternal, limit, before, titles } = query
        const page = sessions.page({ includeInternal, limit, before, titles })
        const found = page.sessions.map((info) => ({
          key: info.key,
          ...(info.channel === undefined ? {} : { channel: info.channel }),
          kind: info.kind,
          updated_at: info.updatedAt,
          messages: info.messages,
          ...(info.title === undefined ? {} : { title: info.title }),
        }))
        if (found.length === 0 && before === '') return { ok: true, sessions: [{ key: 'main', channel: 'main' }] }
        return { ok: true, sessions: found, ...(page.next !== undefined && { next: page.next }) }
      },
    }),
    route({
      method: 'GET',
      path: '/api/chat/history',
      scope: ['chat', 'read'],
      tag: 'Chat',
      summary: "Read a session's messages",
      description:
        'Oldest first. `around` wins over `before` and `after` (both exclusive); of a larger range the newest `limit` are kept.',
      query: z.object({
        session: z.string().optional().describe('Session key; default `main`.'),
        limit: boundedInt(200, 2000),
        around: boundedInt(0, 1_000_000),
        before: boundedInt(0, 1_000_000),
        after: boundedInt(0, 1_000_000),
      }),
      responses: {
        200: {
          description: 'The messages; none for an unknown session.',
          schema: z.object({ ok: z.literal(true), session: z.string(), messages: z.array(message) }),
        },
      },
      handle: ({ query }) => {
        const session = query.session || 'main'
        return { ok: true, session, messages: sessions.history(session, query) }
      },
    }),
    sessionSearchRoute(sessions),
  ]
}
