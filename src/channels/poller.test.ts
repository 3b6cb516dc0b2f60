import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type NodeDatabase, nodeDatabase } from '../../adapters/node/database.ts'
import { migrate } from '../db/index.ts'
import type { Platform } from '../platform.ts'
import { Agenda, scheduleMigrations } from '../schedule/index.ts'
import { type Channel, LoginNeeded, type Poll } from './channel.ts'
import { Poller } from './poller.ts'
import { channelMigrations } from './tables.ts'

const MINUTE = 60_000

let db: NodeDatabase
let now: number
let polls: Array<{ source: string; waitMs: number; signal: AbortSignal }>
/** What the next polls do; without, they find nothing. */
let fates: Array<() => Promise<Poll>>
const ends: Array<() => void> = []

beforeEach(() => {
  db = nodeDatabase(':memory:')
  migrate(db, [scheduleMigrations, channelMigrations])
  now = 1_000_000_000
  polls = []
  fates = []
})
afterEach(() => {
  for (const end of ends.splice(0)) end()
  db.close()
})

/** One life of a poller whose only channel has one account; its clock goes only where a test says so. */
function life(runtime: Platform['runtime'] = 'workerd') {
  const background: Promise<unknown>[] = []
  const platform = {
    runtime,
    db,
    now: () => now,
    alarm: { set() {} },
    log: { debug() {}, info() {}, warn() {}, error() {} },
    background: (work: Promise<unknown>) => void background.push(work),
  } as unknown as Platform
  const agenda = new Agenda(platform)
  let sources = ['']
  const channel = {
    sources: () => sources,
    async poll(source: string, { waitMs, signal }: { waitMs: number; signal: AbortSignal }) {
      polls.push({ source, waitMs, signal })
      return (await fates.shift()?.()) ?? {}
    },
  } as unknown as Channel
  let controller: AbortController | null = null
  ends.push(() => controller?.abort())
  const poller = new Poller({
    platform,
    agenda,
    open: () => controller && { channel, signal: controller.signal },
    recovered() {},
  })
  const settle = async () => {
    await new Promise((resolve) => setImmediate(resolve))
    await new Promise((resolve) => setImmediate(resolve))
  }
  return {
    poller,
    open() {
      controller = new AbortController()
      poller.sync('x')
    },
    close() {
      controller?.abort()
      controller = null
      poller.stop('x')
    },
    /** The channel has these accounts now. */
    has(accounts: string[]) {
      sources = accounts
      poller.sync('x')
    },
    /** Rings as the alarm would, once whatever is due. */
    async rings() {
      await agenda.wake()
      await settle()
    },
    /** Goes to the next entry of the agenda; how long that took, ms. Null when there is none. */
    async next() {
      const due = db.query<{ at: number | null }>('SELECT min(due_at) AS at FROM agenda')[0]!.at
      if (due === null) return null
      const waited = Math.max(0, due - now)
      now += waited
      await agenda.wake()
      await settle()
      return waited
    },
    clocks: () => db.query<{ kind: string }>('SELECT kind FROM agenda').map(({ kind }) => kind),
    settle,
  }
}

describe('polling on the edge', () => {
  it('goes by the traffic: at once while something comes, then every 15, 30 and 60 seconds', async () => {
    const { open, poller, next } = life()
    open()
    expect(await next()).toBe(0)
    expect(polls.at(-1)!.waitMs).toBe(25_000)
    const paceAfter = async (quiet: number) => {
      poller.traffic('x', '')
      await next()
      now += quiet
      // The poll that is due, and then the pause behind it.
      await next()
      return [polls.at(-1)!.waitMs, await next()]
    }
    // A platform that answers at once although it has nothing gets a second.
    expect(await paceAfter(2 * MINUTE)).toEqual([25_000, 1000])
    expect(await paceAfter(5 * MINUTE)).toEqual([1000, 15_000])
    expect(await paceAfter(20 * MINUTE)).toEqual([1000, 30_000])
    expect(await paceAfter(3 * 60 * MINUTE)).toEqual([1000, 60_000])
  })

  it('polls at once in a new life, whatever the lease of the one that died in a poll', async () => {
    const first = life()
    first.open()
    fates.push(() => new Promise(() => {}))
    await first.next()
    expect(polls).toHaveLength(1)
    const second = life()
    second.open()
    expect(await second.next()).toBe(0)
    expect(polls).toHaveLength(2)
  })

  it('takes a poll up again by its lease when nothing else wakes the next life', async () => {
    const first = life()
    first.open()
    fates.push(() => new Promise(() => {}))
    await first.next()
    expect(first.clocks()).toEqual(['channel-poll'])
    const due = db.query<{ due_at: number }>('SELECT due_at FROM agenda')[0]!.due_at
    expect(due - now).toBeLessThanOrEqual(45_000)
  })

  it('polls at once when the channel was opened anew, although the last poll failed or was cut off', async () => {
    const { open, close, next, rings } = life()
    open()
    fates.push(() => new Promise(() => {}))
    await next()
    close()
    open()
    await rings()
    expect(polls).toHaveLength(2)
    now += 1000
    fates.push(() => Promise.reject(new Error('no such host')))
    await rings()
    expect(polls).toHaveLength(3)
    close()
    open()
    await rings()
    expect(polls).toHaveLength(4)
  })

  it('backs off from a source that fails, also over lives, and is back at once when it answers', async () => {
    const { open, next } = life()
    for (let i = 0; i < 4; i++) fates.push(() => Promise.reject(new Error('down')))
    open()
    const waits = [await next(), await next(), await next(), await next(), await next()]
    for (const [index, base] of [0, 2000, 4000, 8000, 16_000].entries()) {
      expect(waits[index]).toBeGreaterThanOrEqual(base * 0.8)
      expect(waits[index]).toBeLessThanOrEqual(base * 1.2)
    }
    expect(await next()).toBe(1000)
  })

  it('lets a source rest whose login is over, with no alarm, until somebody logged in', async () => {
    const { open, next, poller, clocks } = life()
    fates.push(() => Promise.reject(new LoginNeeded('log in')))
    open()
    await next()
    expect(poller.isResting('x', '')).toBe(true)
    expect(clocks()).toEqual([])
    poller.sync('x')
    expect(clocks()).toEqual([])
    poller.unrest('x', '')
    poller.sync('x')
    expect(await next()).toBe(0)
    expect(polls).toHaveLength(2)
  })

  it('sets no alarm without something to poll, and takes it back with the last account', async () => {
    const { open, has, poller, clocks, next, close } = life()
    poller.sync('x')
    expect(clocks()).toEqual([])
    open()
    await next()
    expect(clocks()).toEqual(['channel-poll'])
    has([])
    expect(clocks()).toEqual([])
    has(['a'])
    expect(clocks()).toEqual(['channel-poll'])
    close()
    poller.sync('x')
    expect([clocks(), db.query('SELECT * FROM channel_source')]).toEqual([[], []])
  })
})

describe('polling on Node', () => {
  it('asks again without the alarm, each source by itself, and ends with the channel', async () => {
    const { open, close, settle, clocks } = life('node')
    for (let i = 0; i < 3; i++) fates.push(async () => ({ more: true }))
    fates.push(() => new Promise(() => {}))
    open()
    await expect.poll(() => polls.length).toBe(4)
    expect(clocks()).toEqual([])
    close()
    expect(polls.at(-1)!.signal.aborted).toBe(true)
    await settle()
    expect(polls).toHaveLength(4)
    // The channel did not look at its signal; that keeps nobody from polling again.
    open()
    await expect.poll(() => polls.length).toBeGreaterThanOrEqual(5)
  })
})
