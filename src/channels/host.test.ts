import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type NodeDatabase, nodeDatabase } from '../../adapters/node/database.ts'
import { migrate } from '../db/index.ts'
import { Outbox, outboxMigrations } from '../outbox/index.ts'
import type { Platform } from '../platform.ts'
import { Agenda, scheduleMigrations } from '../schedule/index.ts'
import { type Channel, type ChannelDeps, type ChannelHealth, type ChannelKind, LoginNeeded } from './channel.ts'
import { ChannelHost } from './host.ts'
import { channelMigrations } from './tables.ts'

let db: NodeDatabase
const hosts: ChannelHost[] = []

beforeEach(() => {
  // The pauses of the loop are the real ones; only nobody waits for them.
  vi.useFakeTimers()
  db = nodeDatabase(':memory:')
  migrate(db, [scheduleMigrations, outboxMigrations, channelMigrations])
})
afterEach(async () => {
  const closed = hosts.splice(0).map((host) => host.close())
  await vi.advanceTimersByTimeAsync(6000)
  await Promise.all(closed)
  vi.useRealTimers()
  db.close()
})

type Section = Record<string, unknown> | undefined

/** A host whose only kind is `x`, with what a test gives its channels. */
function hostOf(channel: Partial<Channel>, runtime: Platform['runtime'] = 'node') {
  const logged: string[] = []
  const line = (message: string) => void logged.push(message)
  const platform = {
    runtime,
    db,
    now: () => Date.now(),
    alarm: { set() {} },
    log: { debug: line, info: line, warn: line, error: line },
    background() {},
  } as unknown as Platform
  const agenda = new Agenda(platform)
  const outbox = new Outbox(platform)
  const opened: ChannelDeps<never>[] = []
  let state: ChannelHealth['state'] = 'connecting'
  const kind: ChannelKind = {
    name: 'x',
    problem: () => null,
    open(deps) {
      opened.push(deps)
      return {
        parts: () => [],
        send: async () => ({}),
        health: () => [{ source: '', state }],
        close() {},
        ...channel,
      }
    },
  }
  let section: () => Section = () => ({ enabled: true })
  const host = new ChannelHost({
    platform,
    kinds: [kind],
    agenda,
    outbox,
    section: () => section(),
    publicUrl: () => null,
    receive() {},
    opened() {},
    healthChanged() {},
  })
  hosts.push(host)
  return {
    host,
    outbox,
    agenda,
    opened,
    logged,
    async configured(next: Section | (() => Section)) {
      section = typeof next === 'function' ? next : () => next
      const synced = host.sync()
      await vi.advanceTimersByTimeAsync(0)
      return synced
    },
    async became(next: ChannelHealth['state']) {
      state = next
      opened.at(-1)!.changed()
      await vi.advanceTimersByTimeAsync(0)
    },
  }
}

describe('a held connection', () => {
  /** A channel that counts its connections and ends each as a test says. */
  function connecting() {
    const ends: Array<PromiseWithResolvers<void>> = []
    let open = 0
    const connect = async (signal: AbortSignal) => {
      const end = Promise.withResolvers<void>()
      ends.push(end)
      open++
      signal.addEventListener('abort', () => end.resolve(), { once: true })
      await end.promise.finally(() => open--)
    }
    return { connect, ends, open: () => open }
  }

  it('is made again when it broke, after 2 seconds at first and later and later, never twice at once', async () => {
    const { connect, ends, open } = connecting()
    const { configured } = hostOf({ connect })
    await configured({ enabled: true })
    expect(ends).toHaveLength(1)
    for (const wait of [2000, 4000, 8000]) {
      const made = ends.length
      ends.at(-1)!.reject(new Error('cut'))
      await vi.advanceTimersByTimeAsync(wait * 0.75)
      expect(ends).toHaveLength(made)
      await vi.advanceTimersByTimeAsync(wait * 0.5)
      expect([ends.length, open()]).toEqual([made + 1, 1])
    }
    // One that held for a while was a good one: the next failure counts as the first.
    await vi.advanceTimersByTimeAsync(61_000)
    ends.at(-1)!.resolve()
    await vi.advanceTimersByTimeAsync(2500)
    expect(ends).toHaveLength(5)
  })

  it('rests while a login is needed, and is made again when the channel says that it is well', async () => {
    const { connect, ends } = connecting()
    const { configured, became } = hostOf({ connect })
    await configured({ enabled: true })
    await became('login_needed')
    ends[0]!.reject(new LoginNeeded('log in'))
    await vi.advanceTimersByTimeAsync(3600_000)
    expect(ends).toHaveLength(1)
    await became('connected')
    await vi.advanceTimersByTimeAsync(2500)
    expect(ends).toHaveLength(2)
  })

  it('ends with its channel and is made with the new settings, and not at all on the edge', async () => {
    const { connect, ends, open } = connecting()
    const { configured, host } = hostOf({ connect })
    await configured({ enabled: true })
    await configured({ enabled: true, other: 1 })
    expect([ends.length, open()]).toEqual([2, 1])
    await configured({ enabled: false })
    expect([ends.length, open(), host.names()]).toEqual([2, 0, []])
    const edge = connecting()
    await hostOf({ connect: edge.connect }, 'workerd').configured({ enabled: true })
    expect(edge.ends).toEqual([])
  })
})

describe('starting a channel', () => {
  it('is tried again by the next life when this one does not see its end', async () => {
    const { configured, agenda } = hostOf({ start: () => new Promise(() => {}) }, 'workerd')
    await configured({ enabled: true })
    expect(agenda.due('channel-start', 'x')).toBe(Date.now() + 65_000)
  })

  it('leaves no alarm behind when it went well, nor when a login is needed', async () => {
    for (const start of [async () => {}, () => Promise.reject(new LoginNeeded('log in'))]) {
      const { configured, agenda } = hostOf({ start }, 'workerd')
      await configured({ enabled: true })
      expect(agenda.due('channel-start', 'x')).toBeNull()
    }
  })

  it('that throws keeps nobody from being polled', async () => {
    const polled: string[] = []
    const poll = async () => {
      polled.push('x')
      return new Promise<never>(() => {})
    }
    const start = () => {
      throw new Error('no')
    }
    await hostOf({ start, sources: () => [''], poll }).configured({ enabled: true })
    expect(polled).toHaveLength(1)
  })
})

it('opens channels again after a config that could not be read', async () => {
  const { configured, host } = hostOf({})
  await configured(() => {
    throw new Error('the config is broken')
  })
  expect(host.names()).toEqual([])
  await configured({ enabled: true })
  expect(host.names()).toEqual(['x'])
})
