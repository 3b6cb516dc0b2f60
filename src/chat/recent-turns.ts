/** `GET /api/chat/turns`: what the agent did last, over all sessions. */
import * as z from 'zod'
import { boundedInt, flag, type Route, route } from '../http/index.ts'
import type { Database } from '../platform.ts'
import type { TurnState } from './events.ts'

/** Characters of a question that are told. */
const TEXT = 200

const turn = z
  .object({
    turn: z.int(),
    session: z.string(),
    state: z.enum(['accepted', 'running', 'done', 'failed', 'stopped', 'interrupted']),
    text: z.string().describe(`What was asked, its first ${TEXT} characters.`),
    channel: z.string().describe('`cli` for the API, the console and the schedule.'),
    error: z.string().nullable(),
    accepted_at: z.int().describe('ms since the epoch.'),
    ended_at: z.int().nullable(),
  })
  .meta({ id: 'RecentTurn' })

interface Row {
  turn: number
  session: string
  state: TurnState
  text: string
  channel: string
  error: string | null
  accepted_at: number
  ended_at: number | null
}

/** The route over the turns of a database. */
export function recentTurnsRoute(db: Database): Route {
  return route({
    method: 'GET',
    path: '/api/chat/turns',
    tag: 'Chat',
    summary: 'List the latest turns of all sessions, newest first',
    query: z.object({
      limit: boundedInt(20, 200),
      failed: flag().describe('`1`: only those that failed or were interrupted.'),
    }),
    responses: {
      200: { description: 'The turns.', schema: z.object({ ok: z.literal(true), turns: z.array(turn) }) },
    },
    handle: ({ query: { limit, failed } }) => ({
      ok: true,
      turns: db.query<Row>(
        `SELECT turn.n AS turn, session.key AS session, turn.state, turn.error, turn.accepted_at, turn.ended_at,
           substr(coalesce(turn.input ->> '$.text', ''), 1, ${TEXT}) AS text,
           coalesce(turn.input ->> '$.channel', 'cli') AS channel
         FROM turn JOIN session ON session.id = turn.session
         ${failed ? "WHERE turn.state IN ('failed', 'interrupted')" : ''}
         ORDER BY turn.n DESC LIMIT ?`,
        limit,
      ),
    }),
  })
}
