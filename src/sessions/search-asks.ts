/**
 * What a search asks the index. A word that is everywhere must not make it read the places of everything ever said: of
 * such a word only the newest places count, and those where a rarer word of the query stands beside it.
 */
import type { Database } from '../platform.ts'
import { SPAN } from './row-id.ts'
import { filterValues, SESSION_FILTER, type SearchOptions } from './search-match.ts'
import type { QueryTerm } from './search-terms.ts'

/** Places of all terms of a query that one search puts together; each term has its share. */
const MAX_PLACES = 4000
/** Where only some sessions are asked for: places looked at for one that counts. */
const LOOKED_AT = 5

/** Rows of the index that match, from one message's id to another's, both included. */
export interface Ask {
  match: string
  from: number
  to: number
}

/**
 * One ask for each term and stretch of ids: no message is found twice by one term. Down to where the commonest term has
 * had its share every message is judged by all terms; below that, every message that has one of the rarer terms.
 */
export function asksFor(db: Database, terms: readonly QueryTerm[], options: SearchOptions): Ask[] {
  const range = rangeOf(db, options.only)
  if (!range) return []
  const share = Math.floor(MAX_PLACES / terms.length)
  const placed = terms.map((term) => {
    const match = `"${term.text}"${term.prefix ? '*' : ''}`
    return { match, floor: range.messages <= share ? 0 : floorOf(db, match, share, range, options) }
  })
  const floor = Math.max(range.from, ...placed.map((term) => term.floor))
  const rare = placed.filter((term) => term.floor === 0).map(({ match }) => match)
  return placed.flatMap((term) => {
    if (term.floor === 0) return [{ match: term.match, from: range.from, to: range.to }]
    const newest = { match: term.match, from: floor, to: range.to }
    if (rare.length === 0) return [newest]
    return [newest, { match: `${term.match} AND (${rare.join(' OR ')})`, from: range.from, to: floor - 1 }]
  })
}

/**
 * Where a term has had `share` places in the sessions asked for, newest first, or was looked at so often that it is not
 * looked further; 0 when neither comes to pass. Reads no message.
 */
function floorOf(db: Database, match: string, share: number, range: Range, options: SearchOptions): number {
  const end = placeOf(db, match, share * LOOKED_AT, range)
  const counting = db.query<{ id: number }>(
    `SELECT f.rowid AS id FROM message_search AS f JOIN session AS s ON s.id = f.rowid / ${SPAN}
     WHERE f.message_search MATCH ? AND f.rowid BETWEEN ? AND ? AND ${SESSION_FILTER}
     ORDER BY f.rowid DESC LIMIT 1 OFFSET ?`,
    match,
    Math.max(end, range.from),
    range.to,
    ...filterValues(options),
    share - 1,
  )[0]
  return counting?.id ?? end
}

/** The `n`-th newest place of a term; 0 when it has fewer. */
function placeOf(db: Database, match: string, n: number, { from, to }: Range): number {
  return (
    db.query<{ id: number }>(
      `SELECT rowid AS id FROM message_search WHERE message_search MATCH ? AND rowid BETWEEN ? AND ?
       ORDER BY rowid DESC LIMIT 1 OFFSET ?`,
      match,
      from,
      to,
      n - 1,
    )[0]?.id ?? 0
  )
}

interface Range {
  from: number
  to: number
  /** Messages there are at most. */
  messages: number
}

/** The ids in question; null when the only session asked for is unknown. */
function rangeOf(db: Database, only: string | undefined): Range | null {
  if (only === undefined) return { from: 0, to: Number.MAX_SAFE_INTEGER, messages: Infinity }
  const session = db.query<{ id: number; last_seq: number }>('SELECT id, last_seq FROM session WHERE key = ?', only)[0]
  if (!session) return null
  return { from: session.id * SPAN, to: session.id * SPAN + SPAN - 1, messages: session.last_seq }
}
