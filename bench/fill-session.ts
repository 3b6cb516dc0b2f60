/** A session with a past, written straight into the database; used on both runtimes, so it knows neither. */
import { migrate } from '../src/db/index.ts'
import type { Database } from '../src/platform.ts'
import { Sessions, sessionMigrations } from '../src/sessions/index.ts'

const SENTENCE = 'The quick brown fox jumps over the lazy dog while nobody looks. '

/** Appends `messages` messages of some 200 characters to the session `key`, in one transaction. */
export function fillSession(db: Database, key: string, messages: number): void {
  migrate(db, [sessionMigrations])
  const sessions = new Sessions({ db, now: () => Date.now() })
  db.transaction(() => {
    const session = sessions.open(key)
    for (let i = 0; i < messages; i++) {
      sessions.append(session, { role: i % 2 ? 'assistant' : 'user', content: `${i}: ${SENTENCE.repeat(3)}` })
    }
  })
}
