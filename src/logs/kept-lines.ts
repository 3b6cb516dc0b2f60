/**
 * Log lines kept in the database, where there is no disk: a ring of chunks that is bounded in rows and in characters.
 * Lines are gathered and written together, so that a request costs no row for what it says.
 */
import type { Database } from '../platform.ts'

export interface KeptLinesSettings {
  /** False keeps nothing. Default true. */
  enabled: boolean
  /** Lines are dropped after so many days, or up to one later. Default 3. */
  retentionDays: number
}

/** Characters of one chunk and of one line; 64 chunks hold a million characters. */
const CHUNK = 16_000
const CHUNKS = 64
/** How long a line may wait in memory: what a crash of the runtime can cost. An error does not wait. */
const PATIENCE_MS = 2000
/** Lines in memory are bounded too, should the database be out of order. */
const MAX_PENDING = 2000
const DAY_MS = 86_400_000

interface Head {
  /** Its number, from 1; 0 when there is none. */
  n: number
  length: number
  /** When it was begun, ms since the epoch. */
  since: number
}

export class KeptLines {
  readonly #db: Database
  readonly #now: () => number
  #settings: KeptLinesSettings = { enabled: true, retentionDays: 3 }
  #pending: string[] = []
  #timer: ReturnType<typeof setTimeout> | undefined
  #flushedAt = 0
  #prunedAt = 0
  /** The newest chunk. Undefined until the table was looked at. */
  #head: Head | undefined

  constructor(deps: { db: Database; now: () => number }) {
    this.#db = deps.db
    this.#now = deps.now
  }

  /** Takes over `logging.*` of the config. */
  follow(settings: KeptLinesSettings): void {
    this.#settings = settings
    if (!settings.enabled) this.#pending = []
  }

  /** Keeps a line (without its line end). Cheap: it is stored within two seconds, with `soon` right after this event. */
  add(line: string, soon = false): void {
    if (!this.#settings.enabled) return
    this.#pending.push(line.length < CHUNK ? line : shortened(line))
    if (this.#pending.length > MAX_PENDING) this.#pending.shift()
    // Never in the middle of what happens: it may be a transaction that is about to be rolled back.
    if (soon && this.#now() - this.#flushedAt >= PATIENCE_MS) queueMicrotask(() => this.#tryFlush())
    else this.#timer ??= setTimeout(() => this.#tryFlush(), PATIENCE_MS)
  }

  /** The newest `limit` lines, oldest first. */
  recent(limit: number): string[] {
    this.flush()
    const { n } = this.#newest()
    const oldest = this.#now() - this.#settings.retentionDays * DAY_MS
    const lines: string[] = []
    for (let at = n; at > n - CHUNKS && at > 0 && lines.length < limit; at--) {
      const chunk = this.#db.query<{ lines: string }>(
        'SELECT lines FROM log_chunk WHERE slot = ? AND n = ? AND at >= ?',
        at % CHUNKS,
        at,
        oldest,
      )[0]
      if (!chunk) break
      lines.unshift(...chunk.lines.trimEnd().split('\n'))
    }
    return lines.slice(-limit)
  }

  /** Stores what waits: one row, unless it is more than a chunk holds. */
  flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#pending.length === 0) return
    const now = this.#now()
    const lines = this.#pending
    this.#pending = []
    this.#flushedAt = now
    // Forgotten first: should the transaction fail, the table is looked at again.
    const head = this.#newest()
    this.#head = undefined
    this.#head = this.#db.transaction(() => {
      // A chunk ends after a day, so that its lines grow old together.
      const room = head.n > 0 && now - head.since < DAY_MS ? CHUNK - head.length : 0
      const [joined, ...others] = chunked(lines, room)
      let newest = joined ? this.#extend(head, joined, now) : head
      for (const text of others) newest = this.#begin(newest.n + 1, text, now)
      this.#prune(now)
      return newest
    })
  }

  #tryFlush(): void {
    try {
      this.flush()
    } catch {
      // Nobody can be told, and nothing is lost for good: the lines went to the console as well.
    }
  }

  #extend(head: Head, text: string, now: number): Head {
    this.#db.query('UPDATE log_chunk SET lines = lines || ?, at = ? WHERE slot = ?', text, now, head.n % CHUNKS)
    return { ...head, length: head.length + text.length }
  }

  #begin(n: number, text: string, now: number): Head {
    this.#db.query(
      'INSERT OR REPLACE INTO log_chunk (slot, n, since, at, lines) VALUES (?, ?, ?, ?, ?)',
      n % CHUNKS,
      n,
      now,
      now,
      text,
    )
    return { n, length: text.length, since: now }
  }

  #newest(): Head {
    if (this.#head) return this.#head
    this.#db.query(
      `CREATE TABLE IF NOT EXISTS log_chunk
       (slot INTEGER PRIMARY KEY, n INTEGER NOT NULL, since INTEGER NOT NULL, at INTEGER NOT NULL, lines TEXT NOT NULL)`,
    )
    const found = this.#db.query<{ n: number; length: number; since: number }>(
      'SELECT n, length(lines) AS length, since FROM log_chunk ORDER BY n DESC LIMIT 1',
    )[0]
    this.#head = found ?? { n: 0, length: 0, since: 0 }
    return this.#head
  }

  #prune(now: number): void {
    if (now - this.#prunedAt < DAY_MS / 24) return
    this.#prunedAt = now
    this.#db.query('DELETE FROM log_chunk WHERE at < ?', now - this.#settings.retentionDays * DAY_MS)
  }
}

/** Texts of whole lines: what fits into `room` (it may be empty), then chunks. */
function chunked(lines: readonly string[], room: number): string[] {
  const texts = ['']
  let left = room
  for (const line of lines) {
    if (line.length >= left) {
      texts.push('')
      left = CHUNK
    }
    texts[texts.length - 1] += `${line}\n`
    left -= line.length + 1
  }
  return texts
}

/** A line that would fill a chunk alone: what it is, without its fields. */
function shortened(line: string): string {
  const { time, level, msg } = JSON.parse(line) as Record<string, unknown>
  return JSON.stringify({ time, level, msg: String(msg).slice(0, 1000).toWellFormed(), cut: line.length })
}
