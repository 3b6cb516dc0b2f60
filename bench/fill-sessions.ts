/** A store of many sessions, written straight into the database; used on both runtimes, so it knows neither. */
import { migrate } from '../src/db/index.ts'
import type { Database } from '../src/platform.ts'
import { Sessions, sessionMigrations } from '../src/sessions/index.ts'

export const MESSAGES_A_SESSION = 10
const SENTENCE = 'The quick brown fox jumps over the lazy dog while nobody looks. '

/** Makes `count` sessions, a minute apart, in one transaction. Session `n` alone speaks of `topic<n>x`. */
export function fillSessions(db: Database, count: number): void {
  migrate(db, [sessionMigrations])
  let now = Date.now() - count * 60_000
  const sessions = new Sessions({ db, now: () => now })
  db.transaction(() => {
    for (let s = 0; s < count; s++) {
      now += 60_000
      const session = sessions.open(`telegram:${s}`)
      for (let m = 0; m < MESSAGES_A_SESSION; m++) {
        const role = m % 2 ? 'assistant' : 'user'
        sessions.append(session, { role, content: `${m} on topic${s}x: ${SENTENCE.repeat(3)}` })
      }
    }
  })
}
