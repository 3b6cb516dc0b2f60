import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type NodeDatabase, nodeDatabase } from '../../adapters/node/database.ts'
import { migrate } from '../db/index.ts'
import { People, shownCode } from './people.ts'
import { channelMigrations } from './tables.ts'

let db: NodeDatabase
let now = 1_000_000
let people: People

beforeEach(() => {
  db = nodeDatabase(':memory:')
  migrate(db, [channelMigrations])
  people = new People({ db, now: () => now })
})
afterEach(() => db.close())

const ask = (sender: string) => people.code({ channel: 'telegram', sender, chat: sender, name: null })

describe('pairing codes', () => {
  it('are given once an hour to a stranger, and to three strangers of a channel at a time', () => {
    expect(ask('a')).toMatch(/^[A-HJ-NP-Z2-9]{8}$/)
    expect([ask('a'), ask('b'), ask('c'), ask('d')]).toEqual([null, expect.any(String), expect.any(String), null])
    now += 3_600_000
    expect([ask('a'), ask('d')]).toEqual([expect.any(String), expect.any(String)])
  })

  it('are taken once, as people type them, and not after an hour', () => {
    const code = ask('a')!
    expect(people.take(` ${shownCode(code).toLowerCase()} `)).toMatchObject({ sender: 'a', channel: 'telegram' })
    expect(() => people.take(code)).toThrow('no such pairing code')
    const late = ask('b')!
    now += 3_600_000
    expect(() => people.take(late)).toThrow('no such pairing code')
    expect(() => people.take('--')).toThrow('code required')
  })
})

it('a person has one role in a channel, and none after their removal', () => {
  people.set({ channel: 'telegram', sender: 'a', role: 'guest', name: 'Ann' })
  people.set({ channel: 'telegram', sender: 'a', role: 'owner' })
  expect(people.list()).toMatchObject([{ sender: 'a', role: 'owner', name: 'Ann' }])
  expect([people.role('telegram', 'a'), people.role('weixin', 'a')]).toEqual(['owner', null])
  expect([people.remove('telegram', 'a'), people.remove('telegram', 'a')]).toEqual([true, false])
})
