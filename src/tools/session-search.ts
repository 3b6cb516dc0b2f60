/** `session_search`: finds past conversations by what was said in them (agent.md section 9.6). */
import * as z from 'zod'
import type { SessionStore } from '../sessions/index.ts'
import { defineTool } from './tool.ts'
import { oneLine } from './truncate.ts'

const MAX_LINE = 220

const input = z.object({
  query: z.string().trim().min(1).describe('Words that were said, in the language they were said in'),
  limit: z.int().positive().max(50).default(5).describe('Sessions at most'),
  kinds: z.array(z.string()).default([]).describe('Only these: main, cron, subagent, hook or other'),
  exclude_current: z.boolean().default(true).describe('Leave this conversation out'),
  session_key: z.string().trim().default('').describe('The conversation to leave out, instead of this one'),
})

/** Callers who are not the owner find their own session only. */
export function sessionSearchTool(sessions: SessionStore) {
  return defineTool({
    name: 'session_search',
    description:
      'Search past conversations by words. Read on around a found message with sessions (action history, key, around).',
    input,
    parallel: true,
    idempotent: true,
    async run({ query, limit, kinds, exclude_current, session_key }, context) {
      const excluded = exclude_current && context.owner ? session_key || context.session : undefined
      const found = sessions.search(query, {
        limit,
        kinds: kinds.map((kind) => kind.trim().toLowerCase()).filter((kind) => kind !== ''),
        ...(excluded === undefined ? {} : { exclude: excluded }),
        ...(context.owner ? {} : { only: context.session }),
      })
      if (found.length === 0) return `No past sessions matched "${query}".`
      const lines = found.flatMap(({ key, kind, updated_at, score, summary, snippets }) => [
        `- ${key} kind=${kind} updated=${updated(updated_at)} score=${score}`,
        ...(summary === '' ? [] : [`  summary: ${oneLine(summary, MAX_LINE)}`]),
        ...snippets.map(({ seq, role, content }) => `  [#${seq}][${role}] ${oneLine(content, MAX_LINE)}`),
      ])
      return [`Session search results for "${query}":`, ...lines].join('\n')
    },
  })
}

/** `YYYY-MM-DD HH:MM:SS`, UTC. */
const updated = (at: number) => new Date(at).toISOString().slice(0, 19).replace('T', ' ')
