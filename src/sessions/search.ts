/** Search over what was said in all sessions (api-behaviour.md section 5.9, workspace-formats.md section 3.11). */
import type { Database } from '../platform.ts'
import { SPAN } from './row-id.ts'
import { asksFor } from './search-asks.ts'
import { BEST, filterValues, type Match, SESSION_FILTER, type SearchOptions } from './search-match.ts'
import { scanForText } from './search-scan.ts'
import { type QueryTerm, queryTerms } from './search-terms.ts'
import { snippet } from './snippet.ts'
import type { HistoryMessage, SessionInfo } from './types.ts'

export interface SearchSnippet {
  seq: number
  role: HistoryMessage['role']
  /** Always empty: the original names the file here in which it keeps the message. */
  segment: string
  /** The beginning of the message on one line, at most 180 bytes and `...`. */
  content: string
}

export interface SearchResult {
  key: string
  kind: SessionInfo['kind']
  /** ms since the epoch. */
  updated_at: number
  /** The summary of a compacted session; empty when there is none. */
  summary: string
  score: number
  /** The best messages, at most three. */
  snippets: SearchSnippet[]
}

/**
 * The sessions that say most of what is asked for. A message scores one for each term it has, a session the sum of its
 * three best; equal scores are ordered by the newest update, then by key. Of a word that is said all the time only the
 * newest messages count (`search-asks.ts`). Where whole words find fewer than `limit` sessions, parts of words in the
 * newest messages of other sessions count too.
 */
export function searchSessions(db: Database, query: string, options: SearchOptions = {}): SearchResult[] {
  const terms = queryTerms(query)
  if (terms.length === 0) return []
  const limit = options.limit ?? 5
  const found = indexed(db, terms, limit, options)
  if (found.length < limit) {
    const known = found.map(({ session }) => session)
    found.push(...scanForText(db, terms, known, options).slice(0, limit - found.length))
  }
  return found
    .map((match) => described(db, match))
    .sort((a, b) => b.score - a.score || b.updated_at - a.updated_at || (a.key < b.key ? -1 : 1))
}

function indexed(db: Database, terms: readonly QueryTerm[], limit: number, options: SearchOptions): Match[] {
  return db
    .query<{ session: number; score: number; best: string }>(
      `WITH hit AS (
         SELECT f.rowid AS id, f.rowid / ${SPAN} AS session, count(*) AS score
         FROM json_each(?) AS ask
         JOIN message_search AS f ON f.message_search MATCH ask.value ->> 'match'
           AND f.rowid BETWEEN ask.value ->> 'from' AND ask.value ->> 'to'
         JOIN session AS s ON s.id = f.rowid / ${SPAN}
         WHERE ${SESSION_FILTER}
         GROUP BY f.rowid),
       placed AS (
         SELECT id, session, score, row_number() OVER (PARTITION BY session ORDER BY score DESC, id DESC) AS place
         FROM hit)
       SELECT p.session, sum(p.score) AS score, json_group_array(p.id % ${SPAN} ORDER BY p.place) AS best
       FROM placed AS p JOIN session AS s ON s.id = p.session
       WHERE p.place <= ${BEST}
       GROUP BY p.session
       ORDER BY sum(p.score) DESC, s.updated_at DESC, s.key
       LIMIT ?`,
      JSON.stringify(asksFor(db, terms, options)),
      ...filterValues(options),
      limit,
    )
    .map(({ session, score, best }) => ({ session, score, best: JSON.parse(best) as number[] }))
}

function described(db: Database, { session, score, best }: Match): SearchResult {
  const info = db.query<{ key: string; kind: SessionInfo['kind']; updated_at: number; summary: string | null }>(
    'SELECT key, kind, updated_at, summary FROM session WHERE id = ?',
    session,
  )[0]!
  const rows = db.query<{ id: number; role: HistoryMessage['role']; content: string }>(
    'SELECT id, role, content FROM message WHERE id IN (SELECT value FROM json_each(?))',
    JSON.stringify(best.map((seq) => session * SPAN + seq)),
  )
  const snippets = best.flatMap((seq) => {
    const row = rows.find(({ id }) => id % SPAN === seq)
    return row ? [{ seq, role: row.role, segment: '', content: snippet(row.content) }] : []
  })
  const { key, kind, updated_at, summary } = info
  return { key, kind, updated_at, summary: summary ?? '', score, snippets }
}
