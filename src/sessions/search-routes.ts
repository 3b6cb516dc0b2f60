/** `GET /api/sessions/search` (api-behaviour.md section 5.9). */
import * as z from 'zod'
import { boundedInt, flag, type Route, route, text } from '../http/index.ts'
import type { SessionStore } from './types.ts'

const result = z
  .object({
    key: z.string(),
    title: z.string().optional().describe('With `titles=1`: its own title, else how its first message begins.'),
    kind: z.string(),
    updated_at: z.int().describe('ms since the epoch'),
    summary: z.string().describe('Of a compacted session; may be empty.'),
    score: z.int().describe('Matching terms in the three best messages.'),
    snippets: z.array(
      z.object({
        seq: z.int().describe('For `around` of the history.'),
        role: z.string(),
        segment: z.string().describe('Always empty.'),
        content: z.string().describe('The beginning of the message, at most 180 bytes and `...`.'),
      }),
    ),
  })
  .meta({ id: 'SessionMatch' })

/** The route over the search of a session store. */
export function sessionSearchRoute(sessions: SessionStore): Route {
  return route({
    method: 'GET',
    path: '/api/sessions/search',
    scope: ['chat', 'read'],
    tag: 'Sessions',
    summary: 'Search what was said in all sessions',
    description:
      'Words and pairs of Han characters are alternatives; the sessions that say most of them come first, then the newest. ' +
      'A blank query finds nothing.',
    query: z.object({
      query: text().describe('Words in any order.'),
      limit: boundedInt(5, 100),
      kinds: z
        .string()
        .optional()
        .describe(
          'Comma list of `main`, `cron`, `subagent`, `hook`, `other` (keys without a colon, `main` among them); may repeat.',
        ),
      kind: z.string().optional().describe('The same, where `kinds` is empty.'),
      exclude_current: z.string().optional().describe('`1`, `true` or `yes`: leave `session` out.'),
      session: text().describe('The key to leave out.'),
      titles: flag().describe('`1`: with what each is called.'),
    }),
    responses: {
      200: {
        description: 'The sessions found; `query` is missing where it was blank.',
        schema: z.object({ ok: z.literal(true), query: z.string().optional(), results: z.array(result) }),
      },
    },
    handle: ({ c, query }) => {
      if (query.query === '') return { ok: true, results: [] }
      const kinds = listed(c.req.queries('kinds') ?? [])
      const results = sessions.search(query.query, {
        limit: query.limit,
        kinds: kinds.length > 0 ? kinds : listed([query.kind ?? '']),
        ...(isOn(query.exclude_current) && query.session !== '' ? { exclude: query.session } : {}),
      })
      const shown = query.titles ? results.map((found) => ({ ...found, title: sessions.titleOf(found.key) })) : results
      return { ok: true, query: query.query, results: shown }
    },
  })
}

/** The items of comma lists, each once. */
function listed(lists: readonly string[]): string[] {
  const items = lists.flatMap((list) => list.split(',')).map((item) => item.trim().toLowerCase())
  return [...new Set(items)].filter((item) => item !== '')
}

function isOn(value: string | undefined): boolean {
  return value === '1' || value?.toLowerCase() === 'true' || value?.toLowerCase() === 'yes'
}
