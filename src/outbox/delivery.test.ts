import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type NodeDatabase, nodeDatabase } from '../../adapters/node/database.ts'
import { migrate } from '../db/index.ts'
import type { Platform } from '../platform.ts'
import { Agenda, scheduleMigrations } from '../schedule/index.ts'
import type { Attempt, Carrier } from './carrier.ts'
import { Delivery } from './delivery.ts'
import { NoFile } from './media.ts'
import { Outbox } from './outbox.ts'
import { outboxMigrations } from './tables.ts'

let db: NodeDatabase
let now: number
let background: Promise<unknown>[]
let sent: Array<{ chat: string; text: string; key: string; attempt: number }>
let fates: Array<Attempt | Promise<Attempt>>
const lives: Delivery[] = []

beforeEach(() => {
  db = nodeDatabase(':memory:')
  migrate(db, [scheduleMigrations, outboxMigrations])
  now = 1_000_000_000
  background = []
  sent = []
  fates = []
})
afterEach(() => {
  for (const life of lives.splice(0)) life.close()
  db.close()
})

/** One life of the outbox; its channel cuts texts at spaces and does what `fates` say. */
function life({ pauseMs = 0 } = {}) {
  const platform = {
    db,
    now: () => now,
    alarm: { set() {} },
    log: { debug() {}, info() {}, warn() {}, error() {} },
    background: (work: Promise<unknown>) => void background.push(work),
  } as unknown as Platform
  const outbox = new Outbox({ db, now: () => now })
  const agenda = new Agenda(platform)
  const carrier: Carrier = {
    pauseMs,
    parts: ({ text = '', media }) =>
      text.split(' ').map((piece) => ({ action: 'send', text: piece, ...(media && { file: true }) })),
    async send(chat, { text = '' }, { key, attempt }) {
      sent.push({ chat, text, key, attempt })
      return fates.shift() ?? { outcome: 'sent', messageId: `m${sent.length}` }
    },
  }
  const delivery = new Delivery({
    outbox,
    platform,
    agenda,
    carrier: (name) => (outbox.isConnected(name) ? carrier : null),
    file: async (media) => {
      throw new NoFile(`no file ${media}`, true)
    },
    random: () => 0.5,
  })
  lives.push(delivery)
  const put = (text: string, chat = 'c', rest: Record<string, unknown> = {}) =>
    outbox.put({ channel: 'x', chat, body: { text, ...rest } }).id
  /** Runs all that is due now, and what follows from it. */
  const settle = async () => {
    await new Promise((resolve) => setImmediate(resolve))
    while (background.length > 0) await Promise.all(background.splice(0))
  }
  const later = async (ms: number) => {
    now += ms
    await agenda.wake()
    await settle()
  }
  return { outbox, delivery, put, settle, later }
}
const texts = () => sent.map(({ text }) => text)

describe('the outbox', () => {
  it('holds messages until their channel comes, then sends them in the order of their chat', async () => {
    const { outbox, put, settle } = life()
    expect(outbox.get(put('a'))).toMatchObject({ state: 'held', reason: "no channel named 'x' is connected" })
    put('b')
    outbox.connect('x')
    put('c')
    await settle()
    expect(texts()).toEqual(['a', 'b', 'c'])
    expect(outbox.list({ limit: 9 }).map(({ state }) => state)).toEqual(['sent', 'sent', 'sent'])
  })

  it('goes on with the part that failed, under its own key, when the platform says', async () => {
    const { outbox, put, settle, later } = life()
    outbox.connect('x')
    fates.push({ outcome: 'sent', messageId: 'one' }, { outcome: 'later', reason: 'busy', retryAfterMs: 30_000 })
    const id = put('p1 p2')
    put('behind')
    await settle()
    expect(outbox.get(id)).toMatchObject({ state: 'queued', sentParts: 1, parts: 2, reason: 'busy' })
    await later(29_000)
    expect(texts()).toEqual(['p1', 'p2'])
    await later(2000)
    expect(texts()).toEqual(['p1', 'p2', 'p2', 'behind'])
    expect(sent[1]!.key).toBe(sent[2]!.key)
    expect(new Set(sent.map(({ key }) => key)).size).toBe(3)
    expect(sent.map(({ attempt }) => attempt)).toEqual([1, 1, 2, 1])
    expect(outbox.get(id)).toMatchObject({ state: 'sent', messageIds: ['one', 'm3'] })
  })

  it('lets no chat wait for another', async () => {
    const { outbox, put, settle } = life()
    outbox.connect('x')
    const slow = Promise.withResolvers<Attempt>()
    fates.push(slow.promise)
    put('slow', 'c1')
    put('fast', 'c2')
    await new Promise((resolve) => setImmediate(resolve))
    expect(texts()).toEqual(['slow', 'fast'])
    slow.resolve({ outcome: 'sent' })
    await settle()
  })

  it('gives up after 24 hours or 20 attempts, keeps the reason, and lets the next message through', async () => {
    const { outbox, put, settle, later } = life()
    outbox.connect('x')
    for (let i = 0; i < 20; i++) fates.push({ outcome: 'later', reason: 'down' })
    const id = put('a')
    put('b')
    await settle()
    for (let i = 0; i < 30 && outbox.get(id)!.state !== 'failed'; i++) await later(2 * 3600_000 * 0.6)
    expect(outbox.get(id)).toMatchObject({ state: 'failed', reason: expect.stringMatching(/given up after .*: down/) })
    expect(texts().at(-1)).toBe('b')
    fates = []
    outbox.retry(id)
    await settle()
    expect(outbox.get(id)).toMatchObject({ state: 'sent' })
  })

  it('takes an attempt that a crash cut off for one that may have arrived, and sends it again with its key', async () => {
    const first = life()
    first.outbox.connect('x')
    fates.push(new Promise<Attempt>(() => {}))
    const id = first.put('a')
    await new Promise((resolve) => setImmediate(resolve))
    expect(first.outbox.get(id)).toMatchObject({ state: 'sending' })
    background = []
    const second = life()
    second.outbox.connect('x')
    second.delivery.recover()
    expect(second.outbox.get(id)).toMatchObject({ state: 'ambiguous', ambiguousAttempts: 1 })
    await second.later(5000)
    expect(second.outbox.get(id)).toMatchObject({ state: 'sent', ambiguousAttempts: 1 })
    expect(sent.map(({ key }) => key)).toEqual([sent[0]!.key, sent[0]!.key])
  })

  it('holds a chat whose person must write first, with all that stands behind, and a login as long', async () => {
    const { outbox, put, settle } = life()
    outbox.connect('x')
    fates.push({ outcome: 'until_inbound', reason: 'window closed' })
    const ids = [put('a'), put('b')]
    await settle()
    expect(ids.map((id) => outbox.get(id)!.state)).toEqual(['held', 'held'])
    expect(outbox.get(put('c'))).toMatchObject({ state: 'held', reason: 'window closed' })
    outbox.release('x', 'inbound', 'c')
    fates.push({ outcome: 'login', reason: 'log in' })
    await settle()
    expect(outbox.get(ids[0]!)).toMatchObject({ state: 'held', reason: 'log in' })
    outbox.release('x', 'inbound', 'c')
    await settle()
    expect(outbox.get(ids[0]!)!.state).toBe('held')
    outbox.release('x', 'login')
    await settle()
    expect(texts()).toEqual(['a', 'a', 'a', 'b', 'c'])
  })

  it('fails a message whose file is not there, and does not ask the platform', async () => {
    const { outbox, put, settle } = life()
    outbox.connect('x')
    const id = put('look', 'c', { media: 'gone.png' })
    await settle()
    expect(outbox.get(id)).toMatchObject({ state: 'failed', reason: 'no file gone.png' })
    expect(sent).toEqual([])
  })

  it('takes a message once per key', async () => {
    const { outbox, settle } = life()
    outbox.connect('x')
    const put = () => outbox.put({ channel: 'x', chat: 'x:c', body: { text: 'once' }, key: 'turn:1' }).id
    expect(put()).toBe(put())
    await settle()
    expect(sent).toMatchObject([{ chat: 'c', text: 'once' }])
  })

  it('tries again what the platform refuses until its person writes, or logs in, when they just did', async () => {
    const { outbox, put, settle, later } = life()
    outbox.connect('x')
    for (const [outcome, hold] of [
      ['until_inbound', 'inbound'],
      ['login', 'login'],
    ] as const) {
      const refusal = Promise.withResolvers<Attempt>()
      fates.push(refusal.promise)
      const id = put(outcome)
      await new Promise((resolve) => setImmediate(resolve))
      outbox.release('x', hold, hold === 'inbound' ? 'c' : undefined)
      refusal.resolve({ outcome, reason: 'not now' })
      await settle()
      expect(outbox.get(id)).toMatchObject({ state: 'queued', reason: 'not now' })
      await later(3000)
      expect(outbox.get(id)).toMatchObject({ state: 'sent' })
    }
  })

  it('does not send what was dropped while the pause before it lasted', async () => {
    const { outbox, put, settle } = life({ pauseMs: 30 })
    outbox.connect('x')
    put('a')
    await new Promise((resolve) => setImmediate(resolve))
    const id = put('b')
    await new Promise((resolve) => setImmediate(resolve))
    outbox.disconnect('x')
    outbox.drop(id)
    outbox.connect('x')
    now += 30
    await settle()
    expect(texts()).toEqual(['a'])
  })

  it('gives up after 30 days what is held and never sent, and forgets it after 30 more', async () => {
    const { outbox, put, later } = life()
    const id = put('nobody is there')
    const day = 24 * 3600_000
    await later(31 * day)
    expect(outbox.get(id)).toMatchObject({ state: 'failed', reason: expect.stringContaining('waited for 30 days') })
    await later(31 * day)
    expect(outbox.get(id)).toBeNull()
  })
})
