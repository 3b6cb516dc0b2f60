import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type NodeDatabase, nodeDatabase } from '../../adapters/node/database.ts'
import { KeptLines } from './index.ts'

const DAY = 86_400_000
let db: NodeDatabase
let now: number
let writes: number

beforeEach(() => {
  vi.useFakeTimers()
  db = nodeDatabase(':memory:')
  now = 10 * DAY
  writes = 0
})
afterEach(() => {
  db.close()
  vi.useRealTimers()
})

/** Counts what it writes. */
function keeper() {
  return new KeptLines({
    db: {
      query(sql, ...params) {
        if (/^(INSERT|UPDATE|DELETE)/.test(sql)) writes++
        return db.query(sql, ...params)
      },
      transaction: (work) => db.transaction(work),
    },
    now: () => now,
  })
}
const line = (n: number | string) => JSON.stringify({ time: 't', level: 'INFO', msg: `line ${n}` })
const messages = (lines: string[]) => lines.map((text) => JSON.parse(text).msg)
const stored = () =>
  db.query<{ n: number; size: number }>('SELECT count(*) n, sum(length(lines)) size FROM log_chunk')[0]!

describe('kept log lines', () => {
  it('cost one row for all that is said in two seconds', () => {
    const kept = keeper()
    for (let n = 0; n < 100; n++) kept.add(line(n))
    expect(writes).toBe(0)
    vi.advanceTimersByTime(2000)
    const first = writes
    for (let n = 100; n < 200; n++) kept.add(line(n))
    vi.advanceTimersByTime(2000)
    expect(writes - first).toBe(1)
    expect(stored().n).toBe(1)
    expect(messages(kept.recent(3))).toEqual(['line 197', 'line 198', 'line 199'])
  })

  it('are stored right after the event when one is an error, but not for every error of a storm', async () => {
    const kept = keeper()
    db.transaction(() => kept.add(line('bad'), true))
    await Promise.resolve()
    expect(stored().n).toBe(1)
    const first = writes
    for (let n = 0; n < 50; n++) kept.add(line(n), true)
    await Promise.resolve()
    expect(writes).toBe(first)
    vi.advanceTimersByTime(2000)
    expect(writes).toBe(first + 1)
  })

  it('are there after a restart, and can be read before they are stored', () => {
    const first = keeper()
    first.add(line(1))
    expect(messages(first.recent(10))).toEqual(['line 1'])
    const second = keeper()
    second.add(line(2))
    expect(messages(second.recent(10))).toEqual(['line 1', 'line 2'])
  })

  it('are bounded in rows and size, the newest win, and `recent` reads over chunk borders', () => {
    const kept = keeper()
    const long = 'x'.repeat(5000)
    for (let n = 0; n < 1000; n++) {
      kept.add(JSON.stringify({ msg: `line ${n}`, long }))
      if (n % 10 === 0) kept.flush()
    }
    expect(messages(kept.recent(200))).toEqual(Array.from({ length: 190 }, (_, i) => `line ${810 + i}`))
    expect(stored().n).toBe(64)
    expect(stored().size).toBeLessThanOrEqual(64 * 16_000)
  })

  it('are shortened when one would fill a chunk alone', () => {
    const kept = keeper()
    kept.add(JSON.stringify({ time: 't', level: 'WARN', msg: 'big', body: 'x'.repeat(100_000) }))
    expect(JSON.parse(kept.recent(1)[0]!)).toEqual({ time: 't', level: 'WARN', msg: 'big', cut: 100_049 })
  })

  it('go when they are older than the config says', () => {
    const kept = keeper()
    kept.follow({ enabled: true, retentionDays: 2 })
    kept.add(line('old'))
    kept.flush()
    now += 2 * DAY + 1
    expect(kept.recent(10)).toEqual([])
    kept.add(line('new'))
    expect(messages(kept.recent(10))).toEqual(['line new'])
  })

  it('are none while the log is switched off', () => {
    const kept = keeper()
    kept.follow({ enabled: false, retentionDays: 3 })
    kept.add(line(1), true)
    vi.advanceTimersByTime(10_000)
    expect(writes).toBe(0)
    kept.follow({ enabled: true, retentionDays: 3 })
    kept.add(line(2))
    expect(messages(kept.recent(10))).toEqual(['line 2'])
  })
})
