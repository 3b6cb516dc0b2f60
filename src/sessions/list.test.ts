import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type NodeDatabase, nodeDatabase } from '../../adapters/node/database.ts'
import { migrate } from '../db/index.ts'
import type { Database } from '../platform.ts'
import { isInternal, Sessions, sessionMigrations } from './index.ts'

let db: NodeDatabase
let now: number
let sessions: Sessions

beforeEach(() => {
  db = nodeDatabase(':memory:')
  migrate(db, [sessionMigrations])
  now = 1_000
  sessions = new Sessions({ db, now: () => now })
})
afterEach(() => db.close())

const say = (key: string) => db.transaction(() => sessions.append(sessions.open(key), { role: 'user', content: 'x' }))
const keys = (options = {}) => sessions.page(options).sessions.map(({ key }) => key)

/** All pages of `limit`, the first one first. */
function pages(limit: number, options = {}): string[][] {
  const found: string[][] = []
  let before: string | undefined = ''
  while (before !== undefined) {
    const page = sessions.page({ ...options, limit, before })
    found.push(page.sessions.map(({ key }) => key))
    before = page.next
  }
  return found
}

describe('a page of sessions', () => {
  it('begins with the newest, and its `next` asks for those after it, to the last', () => {
    for (const key of ['a', 'b', 'c', 'd', 'e']) {
      now++
      say(key)
    }
    expect(pages(2)).toEqual([['e', 'd'], ['c', 'b'], ['a']])
    expect(pages(5)).toEqual([['e', 'd', 'c', 'b', 'a']])
    expect(sessions.page()).toEqual({ sessions: sessions.list() })
    expect(keys({ before: sessions.page({ limit: 2 }).next })).toEqual(['c', 'b', 'a'])
  })

  it('shows each session once where many were used in the same millisecond', () => {
    for (const key of ['a', 'b', 'c', 'd', 'e', 'f', 'g']) say(key)
    expect(pages(3)).toEqual([['g', 'f', 'e'], ['d', 'c', 'b'], ['a']])
  })

  it('repeats nothing when a session is used between two pages', () => {
    for (const key of ['a', 'b', 'c', 'd']) {
      now++
      say(key)
    }
    const { next = '' } = sessions.page({ limit: 2 })
    now++
    say('c')
    expect(keys({ limit: 2, before: next })).toEqual(['b', 'a'])
  })

  it('is full also where internal sessions lie between, and knows them as `isInternal` does', () => {
    const hidden = ['cron:1', 'CRON:2', ' Heartbeat:x', 'subagent:y', 'internal:z', 'hook:h', '\tcron:3', '  ']
    const shown = ['main', 'telegram:1', 'cron', 'my cron:1', 'cron_1', 'hooks:1']
    for (const [i, key] of [...shown, ...hidden].entries()) {
      now = 1000 + ((i * 5) % 14)
      say(key)
    }
    expect(hidden.map(isInternal)).toEqual(hidden.map(() => true))
    expect(keys().sort()).toEqual([...shown].sort())
    expect(pages(3).map((page) => page.length)).toEqual([3, 3])
    expect(keys({ includeInternal: true }).length).toBe(14)
    expect(pages(5, { includeInternal: true }).flat()).toEqual(keys({ includeInternal: true }))
  })

  it('refuses a cursor that is none', () => {
    for (const before of ['main', '1', '1-', '-1-2', '1-2-3', `1-${'9'.repeat(20)}`]) {
      expect(() => sessions.page({ before })).toThrow('invalid before: give the `next` of an earlier answer')
    }
  })

  it('is read along the index, without sorting what is not shown', () => {
    for (const includeInternal of [false, true]) {
      const asked: string[] = []
      const watched: Database = {
        query(sql, ...params) {
          asked.push(sql)
          return db.query(sql, ...params)
        },
        transaction: (work) => db.transaction(work),
      }
      new Sessions({ db: watched, now: () => now }).page({ includeInternal, limit: 2, before: '1000-5' })
      const plan = db.query<{ detail: string }>(`EXPLAIN QUERY PLAN ${asked.join()}`, 1000, 5, 3)
      expect(plan.map(({ detail }) => detail)).toEqual(['SEARCH session USING INDEX session_recent (updated_at<?)'])
    }
  })
})
