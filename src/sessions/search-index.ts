/**
 * The full-text index over messages: a contentless FTS5 table whose row id is the message's. It is written in the
 * transaction of its message (one row), so it can neither miss one nor be ahead of one.
 */
import type { Database } from '../platform.ts'
import { SPAN } from './row-id.ts'
import { documentTerms } from './search-terms.ts'

/**
 * Terms come in ready-made, so the simplest tokenizer cuts them at spaces. Messages from before the index are a backlog
 * a session: those numbered `upto` and below.
 */
export const searchMigration = `
  CREATE VIRTUAL TABLE message_search USING fts5(terms, tokenize = 'ascii', content = '', contentless_delete = 1, detail = none);
  CREATE TABLE search_backlog (session INTEGER PRIMARY KEY, upto INTEGER NOT NULL);
  INSERT INTO search_backlog (session, upto) SELECT id, last_seq FROM session WHERE last_seq > 0;`

/** Makes a message findable. Call inside the transaction that stores it. */
export function indexMessage(db: Database, id: number, content: string): void {
  const terms = documentTerms(content)
  if (terms.size > 0) db.query('INSERT INTO message_search (rowid, terms) VALUES (?, ?)', id, [...terms].join(' '))
}

/** Messages of one transaction: short enough that nobody notices it. */
const BATCH = 200

/**
 * Indexes some of the messages from before the index, newest first; true while there are more. A crash between two
 * calls costs nothing: the mark moves with the rows.
 */
export function indexBacklog(db: Database, limit = BATCH): boolean {
  const next = db.query<{ session: number; upto: number }>(
    'SELECT session, upto FROM search_backlog ORDER BY session DESC LIMIT 1',
  )[0]
  if (!next) return false
  const first = next.session * SPAN
  const rows = db.query<{ id: number; content: string }>(
    'SELECT id, content FROM message WHERE id BETWEEN ? AND ? ORDER BY id DESC LIMIT ?',
    first + 1,
    first + next.upto,
    limit,
  )
  db.transaction(() => {
    for (const { id, content } of rows) indexMessage(db, id, content)
    if (rows.length < limit) db.query('DELETE FROM search_backlog WHERE session = ?', next.session)
    else db.query('UPDATE search_backlog SET upto = ? WHERE session = ?', rows.at(-1)!.id - first - 1, next.session)
  })
  return db.query('SELECT 1 FROM search_backlog LIMIT 1').length > 0
}
