import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type NodeDatabase, nodeDatabase } from '../../adapters/node/database.ts'
import { migrate } from '../db/index.ts'
import { Sessions, sessionMigrations } from './index.ts'
import { asksFor } from './search-asks.ts'

// Of 4000 places each of 32 words has 125.
const FILLERS = Array.from({ length: 30 }, (_, i) => `absent${i}`).join(' ')
const TEA_KETTLE = `tea kettle ${FILLERS}`
const SHARE = 125

let db: NodeDatabase
let sessions: Sessions

beforeAll(() => {
  db = nodeDatabase(':memory:')
  migrate(db, [sessionMigrations])
  let now = 1_000
  sessions = new Sessions({ db, now: () => now })
  const say = (key: string, ...messages: string[]) => {
    now++
    for (const content of messages) sessions.append(sessions.open(key), { role: 'user', content })
  }
  db.transaction(() => {
    say('oldest', 'the tea alone')
    say('cron:tea', 'tea at five')
    say('kettle', 'the kettle', 'tea from the kettle')
    say('long', ...Array.from({ length: 300 }, (_, i) => `tea number ${i}`))
    for (let i = 0; i < 200; i++) say(`s${i}`, 'tea')
  })
})
afterAll(() => db.close())

const keys = (query: string, options = {}) => sessions.search(query, options).map(({ key }) => key)

describe('a search for a word that is said all the time', () => {
  it('counts its newest places, and the old ones beside a rarer word', () => {
    const [best, ...others] = sessions.search(TEA_KETTLE, { limit: SHARE + 1 })
    expect(best).toMatchObject({ key: 'kettle', score: 3 })
    expect(best!.snippets.map(({ seq }) => seq)).toEqual([2, 1])
    expect(others.map(({ key }) => key)).toEqual(Array.from({ length: SHARE }, (_, i) => `s${199 - i}`))
  })

  it('asks the index for no more places than its bound, however many there are', () => {
    const terms = TEA_KETTLE.split(' ').map((text) => ({ text, prefix: false }))
    const asks = asksFor(db, terms, {})
    const places = asks.map(
      ({ match, from, to }) =>
        db.query('SELECT 1 FROM message_search WHERE message_search MATCH ? AND rowid BETWEEN ? AND ?', match, from, to)
          .length,
    )
    expect(places.reduce((sum, n) => sum + n, 0)).toBe(SHARE + 1 + 2)
  })

  it('reads all places of a word that has fewer than its share', () => {
    expect(keys('tea', { limit: 1000 })).toHaveLength(204)
    expect(keys('kettle', { limit: 1 })).toEqual(['kettle'])
  })

  it('finds it in the one session asked for, however old and long that is', () => {
    expect(keys(TEA_KETTLE, { only: 'oldest' })).toEqual(['oldest'])
    const [long] = sessions.search(TEA_KETTLE, { only: 'long' })
    expect(long!.snippets.map(({ seq }) => seq)).toEqual([300, 299, 298])
    expect(keys(TEA_KETTLE, { only: 'nobody' })).toEqual([])
  })

  it('looks further where only some sessions are asked for', () => {
    expect(keys(TEA_KETTLE, { kinds: ['cron'] })).toEqual(['cron:tea'])
    expect(keys(TEA_KETTLE, { exclude: 's199', limit: 2 })).toEqual(['kettle', 's198'])
  })
})
