import { beforeEach, describe, expect, it } from 'vitest'
import { nodeDatabase } from '../../adapters/node/database.ts'
import { chatMigrations, usageOf } from '../chat/index.ts'
import { migrate } from '../db/index.ts'
import { sessionMigrations } from '../sessions/index.ts'
import { calendar, dayAt, dayBefore } from './day.ts'
import { Ledger } from './ledger.ts'
import { costOf, NANOS, type Price, priceOf } from './price.ts'
import { usageMigrations } from './tables.ts'

const NOON = Date.parse('2026-11-23T12:00:00Z')
let now = NOON
let db = nodeDatabase(':memory:')
const prices: Record<string, Price> = { 'a/paid': { input: 2, output: 10, cached: 0.5 } }
const ledger = (zone = 'UTC') =>
  new Ledger({ db, now: () => now, zone: () => zone, price: (ref) => priceOf(prices, ref) })
const used = (ref: string, input: number, output: number, cached = 0) => usageOf(ref, { input, output, cached })

beforeEach(() => {
  now = NOON
  db = nodeDatabase(':memory:')
  migrate(db, [sessionMigrations, chatMigrations, usageMigrations])
  db.query("INSERT INTO session (key, kind, created_at, updated_at) VALUES ('main', 'main', 0, 0)")
})

describe('the ledger', () => {
  it('sums by day, model and session, and counts a turn once', () => {
    const book = ledger()
    book.record(1, used('a/paid', 100, 10), 1)
    book.record(1, used('b/other', 50, 5), 0)
    now += 24 * 3600_000
    book.record(1, used('b/other', 1, 1), 1)
    expect(book.total(30)).toMatchObject({ input: 151, output: 16, turns: 2 })
    expect(book.days(30).map(({ day, input, turns }) => [day, input, turns])).toEqual([
      ['2026-11-24', 1, 1],
      ['2026-11-23', 150, 1],
    ])
    expect(book.days(1)).toHaveLength(1)
    expect(book.models(30).map(({ model, turns }) => [model, turns])).toEqual([
      ['a/paid', 1],
      ['b/other', 1],
    ])
    expect(book.sessions(5)).toMatchObject([{ session: 'main', input: 151 }])
    expect(book.modelsByDay(30).map(({ day, model, input }) => [day, model, input])).toEqual([
      ['2026-11-23', 'a/paid', 100],
      ['2026-11-23', 'b/other', 50],
      ['2026-11-24', 'b/other', 1],
    ])
    expect(book.sessionsByDay(30, 5).map(({ day, session, input }) => [day, session, input])).toEqual([
      ['2026-11-23', 'main', 150],
      ['2026-11-24', 'main', 1],
    ])
    expect(book.sessionsByDay(30, 0)).toEqual([])
    expect(book.today()).toMatchObject({ input: 1, output: 1 })
  })

  it('takes the price of the moment, the cheaper one for cached input, and says what has none', () => {
    const book = ledger()
    book.record(1, used('a/paid', 1_000_000, 100_000, 400_000), 1)
    book.record(1, used('free/unknown', 7, 3), 0)
    const { cost, unpriced } = book.today()
    expect(cost / NANOS).toBeCloseTo(0.6 * 2 + 0.4 * 0.5 + 0.1 * 10, 9)
    expect(unpriced).toBe(10)
  })

  it('is rolled back with the transaction it is part of', () => {
    const book = ledger()
    expect(() =>
      db.transaction(() => {
        book.record(1, used('a/paid', 5, 5), 1)
        throw new Error('no')
      }),
    ).toThrow('no')
    expect(book.today().input).toBe(0)
  })

  it.each([
    ['Africa/Cairo', '2026-04-23T20:00:00Z'], // 00:00 becomes 01:00
    ['Africa/Cairo', '2026-10-29T19:00:00Z'], // 24:00 becomes 23:00
    ['America/Havana', '2026-11-01T02:00:00Z'], // 01:00 becomes 00:00
    ['Atlantic/Azores', '2026-10-24T22:00:00Z'],
    ['Asia/Kathmandu', '2026-11-22T16:00:00Z'],
  ])('has each instant on one day, the one its clock shows, when %s changes its clocks at midnight', (zone, from) => {
    const shown = new Intl.DateTimeFormat('sv-SE', { timeZone: zone })
    const day = calendar(
      () => now,
      () => zone,
    )
    for (now = Date.parse(from); now < Date.parse(from) + 10 * 3600_000; now += 7 * 60_000) {
      expect(day().name).toBe(shown.format(now))
      expect(day().from).toBeLessThanOrEqual(now)
      expect(day().to).toBeGreaterThan(now)
    }
  })

  it('begins days at midnight of its time zone', () => {
    now = Date.parse('2026-11-23T23:30:00Z')
    expect(ledger('Europe/Rome').day.name).toBe('2026-11-24')
    expect(ledger('America/New_York').day.name).toBe('2026-11-23')
    const long = dayAt(Date.parse('2026-10-25T12:00:00Z'), 'Europe/Rome')
    expect((long.to - long.from) / 3600_000).toBe(25)
    expect(dayBefore('2026-03-01', 1)).toBe('2026-02-28')
  })
})

it('counts what was used before the tables once, from the turns', () => {
  db = nodeDatabase(':memory:')
  migrate(db, [sessionMigrations, chatMigrations])
  const usage = JSON.stringify({
    input: 30,
    output: 3,
    cached: 1,
    models: { 'a/x': { input: 10, output: 1, cached: 1 }, 'b/y': { input: 20, output: 2, cached: 0 } },
  })
  for (const at of [NOON, NOON + 24 * 3600_000]) {
    db.query(
      "INSERT INTO turn (session, state, input, usage, accepted_at, ended_at) VALUES (1, 'done', '{}', ?, ?, ?)",
      usage,
      at,
      at,
    )
  }
  db.query("INSERT INTO turn (session, state, input, accepted_at) VALUES (1, 'accepted', '{}', 1)")
  migrate(db, [sessionMigrations, chatMigrations, usageMigrations])
  migrate(db, [sessionMigrations, chatMigrations, usageMigrations])
  expect(db.query('SELECT day, model, input, unpriced, turns FROM usage_day ORDER BY day, model')).toEqual([
    { day: '2026-11-23', model: 'a/x', input: 10, unpriced: 11, turns: 1 },
    { day: '2026-11-23', model: 'b/y', input: 20, unpriced: 22, turns: 0 },
    { day: '2026-11-24', model: 'a/x', input: 10, unpriced: 11, turns: 1 },
    { day: '2026-11-24', model: 'b/y', input: 20, unpriced: 22, turns: 0 },
  ])
  expect(db.query('SELECT sum(input) AS input, sum(turns) AS turns FROM usage_session')).toEqual([
    { input: 60, turns: 2 },
  ])
  expect(db.query('SELECT day, session, input, turns FROM usage_session_day ORDER BY day')).toEqual([
    { day: '2026-11-23', session: 1, input: 30, turns: 1 },
    { day: '2026-11-24', session: 1, input: 30, turns: 1 },
  ])
})

describe('prices', () => {
  it('are found by reference, else by the name of the model; nobody knows the others', () => {
    const table = { 'x/gpt': { input: 1, output: 1 }, gpt: { input: 2, output: 2 } }
    expect(priceOf(table, 'x/gpt')?.input).toBe(1)
    expect(priceOf(table, 'y/gpt')?.input).toBe(2)
    expect(priceOf(table, 'y/other')).toBeUndefined()
    expect(priceOf(table, 'y/toString')).toBeUndefined()
    expect(priceOf({}, 'offline/echo')).toEqual({ input: 0, output: 0 })
  })

  it('count cached input as input where they name no price for it', () => {
    expect(costOf({ input: 10, output: 0, cached: 10 }, { input: 3, output: 0 })).toBe(30_000)
  })
})
