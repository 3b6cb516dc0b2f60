/** What both ways of searching share: which sessions are asked for, and what a match is. */

export interface SearchOptions {
  /** Sessions; default 5. */
  limit?: number
  /** Only sessions of these kinds; empty or absent: all. */
  kinds?: readonly string[]
  /** The key of a session to leave out. */
  exclude?: string
  /** The key of the only session to look into. */
  only?: string
}

/** A session that matches, and its best messages. */
export interface Match {
  /** Its row. */
  session: number
  /** The sum over the best messages. */
  score: number
  /** Sequence numbers, best first. */
  best: number[]
}

/** Messages of a session that count and are shown. */
export const BEST = 3

/** Chooses rows of `session AS s`, with the parameters of `filterValues`. */
export const SESSION_FILTER =
  '(? OR s.kind IN (SELECT value FROM json_each(?))) AND (? OR s.key <> ?) AND (? OR s.key = ?)'

/** The values of `SESSION_FILTER`. */
export function filterValues({ kinds = [], exclude, only }: SearchOptions): Array<string | number> {
  return [
    kinds.length === 0 ? 1 : 0,
    JSON.stringify(kinds),
    exclude === undefined ? 1 : 0,
    exclude ?? '',
    only === undefined ? 1 : 0,
    only ?? '',
  ]
}
