/**
 * Taking messages back, at their owner's explicit wish. The rows go, out of the search as well; what a model was told of
 * them in a summary goes with them. A session's row stays: its number must never belong to another.
 */
import type { Migrations } from '../db/index.ts'
import { badRequest } from '../errors.ts'
import type { Database } from '../platform.ts'
import { SPAN } from './row-id.ts'

/** `title`: what its owner calls it. `generation`: grows whenever messages are taken back, so that work on the old ones is dropped. */
export const removalMigration: Migrations['steps'][number] = `
  ALTER TABLE session ADD COLUMN title TEXT;
  ALTER TABLE session ADD COLUMN generation INTEGER NOT NULL DEFAULT 0;`

/**
 * Removes the user's message `from` and all after it. The next message gets its number. 400 when there is no such message
 * or it is nobody's question. Call inside a transaction, while no turn of the session is unended.
 */
export function cutSession(db: Database, session: number, from: number): void {
  const first = db.query<{ role: string }>('SELECT role FROM message WHERE id = ?', session * SPAN + from)[0]
  if (first?.role !== 'user') throw badRequest(`message ${from} of this session is no user message that is still there`)
  removeMessages(db, session, from)
  db.query(
    `UPDATE session SET last_seq = ?1 - 1, context_tokens = 0, generation = generation + 1,
       summary = CASE WHEN compacted_to >= ?1 THEN NULL ELSE summary END,
       compacted_to = CASE WHEN compacted_to >= ?1 THEN 0 ELSE compacted_to END
     WHERE id = ?2`,
    from,
    session,
  )
}

/** Empties a session: it is as if it had never been used. Call inside a transaction. */
export function clearSession(db: Database, session: number): void {
  removeMessages(db, session, 1)
  db.query(
    `UPDATE session SET last_seq = 0, summary = NULL, compacted_to = 0, compactions = 0, context_tokens = 0, model = NULL,
       title = NULL, generation = generation + 1 WHERE id = ?`,
    session,
  )
}

function removeMessages(db: Database, session: number, from: number): void {
  const range = [session * SPAN + from, session * SPAN + SPAN - 1] as const
  db.query('DELETE FROM message_search WHERE rowid BETWEEN ? AND ?', ...range)
  db.query('DELETE FROM message WHERE id BETWEEN ? AND ?', ...range)
  db.query('UPDATE search_backlog SET upto = min(upto, ?) WHERE session = ?', from - 1, session)
}
