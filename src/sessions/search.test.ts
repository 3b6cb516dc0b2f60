import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type NodeDatabase, nodeDatabase } from '../../adapters/node/database.ts'
import { migrate } from '../db/index.ts'
import { Agenda, scheduleMigrations } from '../schedule/index.ts'
import { indexOverTime, Sessions, sessionMigrations } from './index.ts'
import { snippet } from './snippet.ts'

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

function say(key: string, ...messages: string[]) {
  now += 1_000
  for (const content of messages) {
    db.transaction(() => sessions.append(sessions.open(key), { role: 'user', content }))
  }
}

const keys = (query: string, options = {}) => sessions.search(query, options).map(({ key }) => key)
const scores = (query: string) => sessions.search(query).map(({ key, score }) => `${key}=${score}`)

describe('session search', () => {
  it('answers key, kind, update, summary, score and the best messages', () => {
    say('telegram:42', 'Deploy the\nserver ', 'nothing here', 'deploy the server to production')
    const state = sessions.state('telegram:42')!
    sessions.compact(state, 1, 'They deploy.')
    expect(sessions.search('production deploy')).toEqual([
      {
        key: 'telegram:42',
        kind: 'main',
        updated_at: 2_000,
        summary: 'They deploy.',
        score: 3,
        snippets: [
          { seq: 3, role: 'user', segment: '', content: 'deploy the server to production' },
          { seq: 1, role: 'user', segment: '', content: 'Deploy the server' },
        ],
      },
    ])
  })

  it('scores one for each term of a message, and counts the best three messages only', () => {
    say('a', 'tea', 'tea', 'tea', 'tea', 'tea')
    say('b', 'green tea with milk', 'tea')
    say('c', 'tea tea tea')
    expect(scores('green tea milk')).toEqual(['b=4', 'a=3', 'c=1'])
    expect(sessions.search('tea')[0]!.snippets.map(({ seq }) => seq)).toEqual([5, 4, 3])
  })

  it('puts the newest first among equals, then goes by key', () => {
    say('old', 'tea')
    say('new', 'tea')
    now -= 1_000
    say('alike', 'tea')
    expect(keys('tea')).toEqual(['alike', 'new', 'old'])
  })

  it('finds Chinese by pairs and by one character, also the last of a run', () => {
    say('zh', '我们明天部署服务器')
    say('other', '今天天气很好')
    expect(scores('服务器')).toEqual(['zh=2'])
    expect(keys('部署')).toEqual(['zh'])
    expect(keys('好')).toEqual(['other'])
    expect(keys('明')).toEqual(['zh'])
    expect(keys('器署')).toEqual([])
  })

  it('finds parts of words where whole words found too little, also inside Korean and Thai', () => {
    say('ko', '학교에서 안녕하세요')
    say('th', 'สวัสดีครับ')
    say('en', 'it was redeployed')
    expect(keys('안녕')).toEqual(['ko'])
    expect(keys('ครับ')).toEqual(['th'])
    expect(scores('deploy')).toEqual(['en=1'])
    say('exact', 'deploy')
    expect(keys('deploy', { limit: 1 })).toEqual(['exact'])
    expect(keys('deploy')).toEqual(['exact', 'en'])
  })

  it('keeps to kinds, leaves one session out, or looks into one only', () => {
    for (const key of ['main', 'telegram:1', 'cron:1', 'subagent:a:1', 'hook:1']) say(key, 'tea and redeployed')
    for (const query of ['tea', 'deploy']) {
      expect(keys(query, { kinds: ['main'] })).toEqual(['telegram:1'])
      expect(keys(query, { kinds: ['other', 'hook'] })).toEqual(['hook:1', 'main'])
      expect(keys(query, { exclude: 'hook:1', limit: 2 })).toEqual(['subagent:a:1', 'cron:1'])
      expect(keys(query, { only: 'main' })).toEqual(['main'])
      expect(keys(query, { kinds: ['queen'] })).toEqual([])
    }
  })

  it('forgets what was rolled back with its message', () => {
    say('main', 'kept')
    expect(() =>
      db.transaction(() => {
        sessions.append(sessions.open('main'), { role: 'user', content: 'xylophone' })
        throw new Error('crash')
      }),
    ).toThrow('crash')
    expect(keys('xylophone')).toEqual([])
    say('main', 'after')
    expect(keys('after')).toEqual(['main'])
  })

  it('takes any query for what it is: words', () => {
    say('main', 'tea')
    for (const query of ['"', '*', 'tea"', 'tea OR', 'NEAR(', 'terms:tea', '-tea', "'", '\u0000', '\ud800', '^tea']) {
      expect(() => sessions.search(query)).not.toThrow()
    }
    expect(keys('terms:tea')).toEqual(['main'])
    expect(keys('')).toEqual([])
  })

  it('stores one row of the index a message, whatever its length', () => {
    const rows = () => db.query<{ n: number }>('SELECT count(*) AS n FROM message_search_docsize')[0]!.n
    say('main', Array.from({ length: 5_000 }, (_, i) => `word${i}`).join(' '))
    expect(rows()).toBe(1)
    say('main', '?')
    expect(rows()).toBe(1)
  })
})

describe('messages from before the index', () => {
  /** The database as an earlier version left it. */
  function earlier(messages: number) {
    const old = nodeDatabase(':memory:')
    migrate(old, [{ room: 'sessions', steps: sessionMigrations.steps.slice(0, 1) }])
    for (const [id, key] of ['main', 'telegram:1'].entries()) {
      old.query(
        'INSERT INTO session (id, key, kind, last_seq, created_at, updated_at) VALUES (?, ?, ?, ?, 1, 1)',
        id + 1,
        key,
        'main',
        messages,
      )
      for (let seq = 1; seq <= messages; seq++) {
        old.query(
          "INSERT INTO message (id, role, content, at) VALUES (?, 'user', ?, 1)",
          (id + 1) * 1e9 + seq,
          seq === 1 ? `oldest${id}` : `filler ${seq}`,
        )
      }
    }
    migrate(old, [sessionMigrations])
    return { old, store: new Sessions({ db: old, now: () => 2 }) }
  }

  it('are indexed in batches, while new ones come in, each once', () => {
    const { old, store } = earlier(450)
    expect(store.search('oldest1')).toEqual([])
    let batches = 1
    for (; store.indexBacklog(); batches++)
      store.append(store.open('main'), { role: 'user', content: `newest${batches}` })
    expect(batches).toBe(6)
    for (const query of ['oldest0', 'oldest1', 'newest1', 'newest5']) expect(store.search(query)).toHaveLength(1)
    const indexed = old.query<{ n: number }>('SELECT count(*) AS n FROM message_search_docsize')[0]!.n
    expect(indexed).toBe(900 + 5)
    expect(store.indexBacklog()).toBe(false)
    old.close()
  })

  it('are indexed by the agenda, batch after batch, until there is nothing more to wake up for', async () => {
    const { old, store } = earlier(450)
    migrate(old, [scheduleMigrations])
    let clock = 5_000
    let alarm: number | null = null
    const agenda = new Agenda({
      db: old,
      now: () => clock,
      alarm: {
        set(at) {
          alarm = at
        },
      },
      log: { debug() {}, info() {}, warn() {}, error() {} },
    })
    indexOverTime(store, agenda, () => clock)
    await Promise.resolve() // the alarm is set in a microtask
    let wakes = 0
    for (; alarm !== null && wakes < 50; wakes++) {
      clock = alarm
      await agenda.wake()
    }
    expect(wakes).toBe(5)
    for (const query of ['oldest0', 'oldest1']) expect(store.search(query)).toHaveLength(1)
    old.close()
  })

  it('are none in a new home', () => {
    expect(sessions.indexBacklog()).toBe(false)
  })
})

describe('a snippet', () => {
  it('is one trimmed line of at most 180 bytes, cut between code points', () => {
    expect(snippet('  a\r\nb\n\nc \n')).toBe('a b c')
    expect(snippet('x'.repeat(180))).toBe('x'.repeat(180))
    expect(snippet('x'.repeat(181))).toBe(`${'x'.repeat(180)}...`)
    expect(snippet('器'.repeat(61))).toBe(`${'器'.repeat(60)}...`)
    expect(snippet(`x${'😀'.repeat(50)}`)).toBe(`x${'😀'.repeat(44)}...`)
  })
})
