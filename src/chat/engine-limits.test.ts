/** What holds the engine when the store grows old, and when the store refuses. */
import { expect, it, onTestFinished } from 'vitest'
import { nodeDatabase } from '../../adapters/node/database.ts'
import { migrate } from '../db/index.ts'
import type { Database, Platform } from '../platform.ts'
import { Agenda, scheduleMigrations } from '../schedule/index.ts'
import { Sessions, sessionMigrations } from '../sessions/index.ts'
import { type Runner, TurnEngine } from './engine.ts'
import { look } from './log.ts'
import { chatMigrations, type TurnInput } from './tables.ts'

const input = (text: string): TurnInput => ({ text, channel: 'cli', chat: 'direct', owner: true })

/** An engine over a database that `query` may watch or refuse. */
function engineOver(runner: Runner, query: (db: Database, sql: string, params: unknown[]) => void) {
  const stored = nodeDatabase(':memory:')
  onTestFinished(() => stored.close())
  migrate(stored, [scheduleMigrations, sessionMigrations, chatMigrations])
  const db: Database = {
    query(sql, ...params) {
      query(stored, sql, params)
      return stored.query(sql, ...params)
    },
    transaction: (work) => stored.transaction(work),
  }
  const platform = {
    db,
    now: Date.now,
    background: (work: Promise<unknown>) => void work.catch(() => {}),
    alarm: { set() {} },
    log: { debug() {}, info() {}, warn() {}, error() {} },
  } as unknown as Platform
  const sessions = new Sessions({ db, now: Date.now })
  return new TurnEngine({ platform, sessions, agenda: new Agenda(platform), runner })
}

it('walks through no table of past turns and messages to accept, run and end a turn', async () => {
  const walks = new Set<string>()
  const engine = engineOver(
    async (run) => run.end('done', null, `you said ${run.input.text}`),
    (db, sql, params) => {
      if (!/^\s*(?:SELECT|UPDATE|DELETE)/.test(sql)) return
      for (const { detail } of db.query<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`, ...(params as string[]))) {
        // The index `turn_live` holds the turns that have not ended, and no other.
        if (/^SCAN (?:turn|message|session|step)\b(?! USING INDEX turn_live)/.test(detail))
          walks.add(`${detail}: ${sql}`)
      }
    },
  )
  const turns = ['one', 'two', 'three'].map((text) => engine.accept('main', input(text)).n)
  for (const n of turns) await engine.ended(n)
  engine.recover()
  expect(engine.turn(turns[2]!)!.state).toBe('done')
  expect([...walks]).toEqual([])
})

it('shows a reader that keeps up the new delta without looking at all before it', () => {
  const stored = Array.from({ length: 1000 }, (_, i) => ({ type: 'text' as const, seq: 4 * (i + 1), text: 'abcd' }))
  let looked = 0
  const events = new Proxy(stored, {
    get(target, key, receiver) {
      if (typeof key === 'string' && /^\d+$/.test(key)) looked++
      return Reflect.get(target, key, receiver)
    },
  })
  const seen = look({} as Database, 1, 3998, { lo: 0, pos: 4000, events })
  expect(seen.events).toEqual([{ type: 'text', seq: 4000, text: 'cd' }])
  expect(looked).toBeLessThan(5)
})

it('ends a turn whose words the store refuses, once, and goes on with the next', async () => {
  let lives = 0
  const engine = engineOver(
    async (run) => {
      lives++
      run.text(run.input.text)
      throw new Error('the model failed')
    },
    (_, sql, params) => {
      const long = params.some((value) => typeof value === 'string' && value.length > 2000)
      if (long && sql.includes('INTO step')) throw new Error('string or blob too big')
    },
  )
  const { n } = engine.accept('main', input('x'.repeat(5000)))
  const next = engine.accept('main', input('short')).n
  await engine.ended(next)
  expect(engine.turn(n)).toMatchObject({ state: 'failed', error: 'what the turn said could not be stored' })
  expect(engine.turn(next)).toMatchObject({ state: 'failed', error: 'the model failed' })
  expect(lives).toBe(2)
  const events = []
  for await (const batch of engine.read(n, 0)) events.push(...batch)
  expect(events).toMatchObject([{ type: 'end', state: 'failed' }])
})
