/** What is asked of the turn table, and how a turn's row changes before and while it runs. `TurnRun` writes its end. */
import type { Database } from '../platform.ts'
import { TURN_COLUMNS, type TurnRow } from './tables.ts'

/** The turn's row; null when there is none by that number. */
export function turnRow(db: Database, n: number): TurnRow | null {
  return (
    db.query<TurnRow>(
      `SELECT ${TURN_COLUMNS} FROM turn JOIN session ON session.id = turn.session WHERE turn.n = ?`,
      n,
    )[0] ?? null
  )
}

/** The oldest unended turn of a session: the running one, if any runs. */
export function oldestUnended(db: Database, sessionKey: string): TurnRow | null {
  return (
    db.query<TurnRow>(
      `SELECT ${TURN_COLUMNS} FROM turn JOIN session ON session.id = turn.session
       WHERE session.key = ? AND turn.ended_at IS NULL ORDER BY turn.n LIMIT 1`,
      sessionKey,
    )[0] ?? null
  )
}

/** The oldest unended turn of a session that is not among `busy` (row ids). */
export function nextClaimable(db: Database, busy: readonly number[]): TurnRow | null {
  return (
    db.query<TurnRow>(
      `SELECT ${TURN_COLUMNS} FROM turn INDEXED BY turn_live JOIN session ON session.id = turn.session
       WHERE turn.ended_at IS NULL AND turn.session NOT IN (SELECT value FROM json_each(?))
       ORDER BY turn.n LIMIT 1`,
      JSON.stringify(busy),
    )[0] ?? null
  )
}

/** The turn that an idempotency key of a session named. */
export function turnOfKey(db: Database, session: number, key: string): { n: number; input: string } | undefined {
  return db.query<{ n: number; input: string }>(
    'SELECT n, input FROM turn WHERE session = ? AND key = ?',
    session,
    key,
  )[0]
}

/** Unended turns of a session, by row id, or of all. */
export function countUnended(db: Database, session?: number): number {
  const rows =
    session === undefined
      ? db.query<{ live: number }>('SELECT count(*) AS live FROM turn INDEXED BY turn_live WHERE ended_at IS NULL')
      : db.query<{ live: number }>('SELECT count(*) AS live FROM turn WHERE session = ? AND ended_at IS NULL', session)
  return rows[0]!.live
}

/** Row ids of the sessions with a turn that has not ended, the longest waiting first. */
export function waitingSessions(db: Database): number[] {
  return db
    .query<{ session: number }>('SELECT session FROM turn WHERE ended_at IS NULL GROUP BY session ORDER BY min(n)')
    .map(({ session }) => session)
}

/** Adds an accepted turn; `at` in ms. */
export function insertTurn(
  db: Database,
  turn: { session: number; key: string | null; input: string; at: number },
): number {
  return db.query<{ n: number }>(
    "INSERT INTO turn (session, key, state, input, accepted_at) VALUES (?, ?, 'accepted', ?, ?) RETURNING n",
    turn.session,
    turn.key,
    turn.input,
    turn.at,
  )[0]!.n
}

export function recordAttempt(db: Database, n: number, attempt: number): void {
  db.query("UPDATE turn SET state = 'running', attempt = ? WHERE n = ?", attempt, n)
}

/** Leaves the mark that an unended turn is to stop; false when it had ended. */
export function markStop(db: Database, n: number): boolean {
  return db.query('UPDATE turn SET stop = 1 WHERE n = ? AND ended_at IS NULL RETURNING n', n).length > 0
}

/** Ends a turn that never ran; `at` in ms. */
export function endUnclaimed(db: Database, n: number, at: number): void {
  db.query("UPDATE turn SET state = 'stopped', seq = 1, ended_at = ? WHERE n = ? AND ended_at IS NULL", at, n)
}

/** The highest place in a turn's stream that a finished step or a tool's result reached; 0 for none. */
export function topProgress(db: Database, n: number): number {
  return (
    db.query<{ top: number | null }>(
      `SELECT max(top) AS top FROM (
         SELECT max(hi) AS top FROM step WHERE turn = ?1 AND done = 1
         UNION ALL SELECT max(pos) FROM message WHERE turn = ?1 AND role = 'tool')`,
      n,
    )[0]?.top ?? 0
  )
}
