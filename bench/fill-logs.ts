/** Log lines as the gateway writes them; used on both runtimes, so it knows neither. */
import { KeptLines } from '../src/logs/index.ts'
import type { Database } from '../src/platform.ts'

/** Fewer than wait in memory at most. */
const BATCH = 500

/** A line of some 200 characters, without its line end. */
export function logLine(n: number): string {
  const time = new Date(1_700_000_000_000 + n).toISOString()
  const request = `req-${String(n).padStart(12, '0')}`
  return JSON.stringify({
    time,
    level: 'INFO',
    msg: 'request',
    request,
    method: 'POST',
    path: '/api/chat',
    status: 200,
  })
}

/** Puts `lines` lines into the table of kept lines. */
export function fillKeptLines(db: Database, lines: number): void {
  const kept = new KeptLines({ db, now: Date.now })
  for (let n = 0; n < lines; n++) {
    kept.add(logLine(n))
    if (n % BATCH === 0) kept.flush()
  }
  kept.flush()
}
