/** What a session is called: its owner's words, else how it began. */
import type { Database } from '../platform.ts'
import { SPAN } from './row-id.ts'

const MAX_TITLE = 80
/** Of a first message that begins with a pasted page only so much is looked at. */
const LOOKED_AT = 400

/** The titles of sessions by row id; none for a session without a user's message. */
export function titlesOf(db: Database, sessions: readonly number[]): Map<number, string> {
  const rows = db.query<{ id: number; title: string | null; first: string | null }>(
    `SELECT id, title, (SELECT substr(content, 1, ${LOOKED_AT}) FROM message
       WHERE message.id BETWEEN session.id * ${SPAN} AND session.id * ${SPAN} + ${SPAN - 1}
         AND role = 'user' AND content NOT LIKE '/%' ORDER BY message.id LIMIT 1) AS first
     FROM session WHERE id IN (SELECT value FROM json_each(?))`,
    JSON.stringify(sessions),
  )
  const titles = rows.map(({ id, title, first }) => [id, title ?? beginning(first ?? '')] as const)
  return new Map(titles.filter(([, title]) => title !== ''))
}

/** The first line with words in it, without the marks of files, cut between characters. */
function beginning(text: string): string {
  const line =
    text
      .replace(/\[file: [^\]\n]*\]?/g, '')
      .split('\n')
      .map((part) => part.trim())
      .find((part) => part !== '') ?? ''
  const characters = Array.from(line)
  return characters.length > MAX_TITLE ? `${characters.slice(0, MAX_TITLE - 1).join('')}…` : line
}
