/**
 * The second look of a search: parts of words. An index of words does not know that `deploy` is in `redeployed`, nor a
 * Korean or Thai word inside a longer run.
 */
import type { Database } from '../platform.ts'
import { SPAN } from './row-id.ts'
import { BEST, filterValues, type Match, SESSION_FILTER, type SearchOptions } from './search-match.ts'
import { folded, type QueryTerm } from './search-terms.ts'

// What one search may read: the newest messages of the newest sessions, so that it costs the same in a home of years.
const MAX_SESSIONS = 50
const MAX_MESSAGES = 200
const MAX_MESSAGE_LENGTH = 10_000
const MAX_CHARACTERS = 4_000_000

/** Sessions other than `known` whose newest messages contain a term anywhere; best first, then the newest. */
export function scanForText(
  db: Database,
  terms: readonly QueryTerm[],
  known: readonly number[],
  options: SearchOptions,
): Match[] {
  const sessions = db.query<{ id: number }>(
    `SELECT s.id FROM session AS s
     WHERE s.last_seq > 0 AND s.id NOT IN (SELECT value FROM json_each(?)) AND ${SESSION_FILTER}
     ORDER BY s.updated_at DESC, s.key LIMIT ${MAX_SESSIONS}`,
    JSON.stringify(known),
    ...filterValues(options),
  )
  const found: Match[] = []
  let budget = MAX_CHARACTERS
  for (const { id } of sessions) {
    if (budget <= 0) break
    const messages = db.query<{ seq: number; content: string }>(
      `SELECT id % ${SPAN} AS seq, substr(content, 1, ${MAX_MESSAGE_LENGTH}) AS content
       FROM message WHERE id BETWEEN ? AND ? ORDER BY id DESC LIMIT ${MAX_MESSAGES}`,
      id * SPAN,
      id * SPAN + SPAN - 1,
    )
    for (const { content } of messages) budget -= content.length
    const match = best(id, messages, terms)
    if (match) found.push(match)
  }
  // Stable: equal scores keep the order of the sessions above.
  return found.sort((a, b) => b.score - a.score)
}

function best(
  session: number,
  messages: ReadonlyArray<{ seq: number; content: string }>,
  terms: readonly QueryTerm[],
): Match | null {
  const hits = messages
    .map(({ seq, content }) => {
      const text = folded(content)
      return { seq, score: terms.filter((term) => text.includes(term.text)).length }
    })
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score || b.seq - a.seq)
    .slice(0, BEST)
  if (hits.length === 0) return null
  return { session, score: hits.reduce((sum, { score }) => sum + score, 0), best: hits.map(({ seq }) => seq) }
}
