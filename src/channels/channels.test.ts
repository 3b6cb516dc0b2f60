/** The room from both ends, with the real turns: what a channel is asked for, over faults and over lives. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type NodeDatabase, nodeDatabase } from '../../adapters/node/database.ts'
import { Chat, chatMigrations, TurnEngine, type TurnRun, usageOf } from '../chat/index.ts'
import { migrate } from '../db/index.ts'
import { Outbox, outboxMigrations } from '../outbox/index.ts'
import type { Platform } from '../platform.ts'
import { Agenda, scheduleMigrations } from '../schedule/index.ts'
import { Sessions, sessionMigrations } from '../sessions/index.ts'
import {
  type Channel,
  type ChannelDeps,
  type ChannelKind,
  DeliveryError,
  type InboundMessage,
  type OutgoingPart,
} from './channel.ts'
import { Channels } from './channels.ts'
import { channelMigrations } from './tables.ts'

let db: NodeDatabase
const lives: Channels[] = []

beforeEach(() => {
  vi.useFakeTimers()
  db = nodeDatabase(':memory:')
  migrate(db, [scheduleMigrations, sessionMigrations, chatMigrations, outboxMigrations, channelMigrations])
})
afterEach(async () => {
  await Promise.all(lives.splice(0).map((life) => life.close()))
  vi.useRealTimers()
  db.close()
})

const message = (id: string, text: string, more: Partial<InboundMessage> = {}): InboundMessage => ({
  ...{ id, source: '', chat: 'c', sender: 'ann', text, group: false, addressed: false },
  ...more,
})

/** One life of the room. Its only channel keeps what it is asked to send; turns do what `answer` says. */
async function life(
  channel: Partial<Channel>,
  {
    answer = async (run: TurnRun) => end(run, `You said: ${run.input.text}`),
    fault = () => {},
  }: { answer?: (run: TurnRun) => Promise<void>; fault?: (point: string) => void } = {},
) {
  const background: Promise<unknown>[] = []
  const platform = {
    runtime: 'node',
    db,
    fault,
    now: () => Date.now(),
    alarm: { set() {} },
    log: { debug() {}, info() {}, warn() {}, error() {} },
    background: (work: Promise<unknown>) => void background.push(work),
  } as unknown as Platform
  const agenda = new Agenda(platform)
  const sessions = new Sessions(platform)
  const engine = new TurnEngine({ platform, sessions, agenda, runner: answer })
  const outbox = new Outbox(platform)
  const sent: OutgoingPart[] = []
  let deps: ChannelDeps<never> | undefined
  const kind: ChannelKind = {
    name: 'x',
    problem: () => null,
    open(given) {
      deps = given
      return {
        parts: ({ action, text = '', draft, messageId }) => [
          { action, text, ...(draft && { draft }), ...(messageId && { messageId }) },
        ],
        async send(_chat, part) {
          sent.push(part)
          return {}
        },
        health: () => [{ source: '', state: 'connected' }],
        close() {},
        ...channel,
      }
    },
  }
  const channels = new Channels({
    platform,
    kinds: [kind],
    agenda,
    outbox,
    chat: new Chat({ engine, db, sessions }),
    uploads: {} as never,
    events: { publish() {} } as never,
    workspace: () => ({}) as never,
    allowPrivateHosts: () => [],
    section: () => ({ enabled: true, allow_from: ['ann'] }),
    publicUrl: () => null,
  })
  lives.push(channels)
  engine.recover()
  await channels.open()
  /** Time goes on, and the alarm rings whenever something is due. */
  const passes = async (ms: number) => {
    const until = Date.now() + ms
    while (Date.now() < until) {
      await vi.advanceTimersByTimeAsync(Math.min(500, until - Date.now()))
      await agenda.wake()
    }
    await vi.advanceTimersByTimeAsync(0)
  }
  return { channels, sent, receive: (...messages: InboundMessage[]) => deps!.receive(messages), passes }
}

/** Ends a turn; unless its text is there already, `say` writes it. */
function end(run: TurnRun, text: string, say = true): void {
  if (say) run.text(text)
  run.commitStep({
    text,
    calls: [],
    parts: undefined,
    reason: 'stop',
    model: 'm/m',
    usage: usageOf('m/m', { input: 1, output: 1, cached: 0 }),
    contextTokens: 0,
    final: true,
  })
}

/** Writes `text`, and ends when it is told to. */
function slowly(text: string) {
  const gate = Promise.withResolvers<void>()
  const answer = async (run: TurnRun) => {
    run.text(text)
    await gate.promise
    end(run, text, false)
  }
  return { answer, finish: gate.resolve }
}

const texts = (sent: readonly OutgoingPart[]) => sent.map(({ text }) => text)

describe('a growing answer', () => {
  it('becomes the finished one', async () => {
    const { answer, finish } = slowly('a long answer')
    const { sent, receive, passes } = await life({ draft: async () => 'd1' }, { answer })
    receive(message('1', 'go'))
    await passes(3000)
    finish()
    await passes(1000)
    expect(sent).toEqual([{ action: 'send', text: 'a long answer', draft: 'd1' }])
  })

  it('is not begun twice when the platform may have shown it and its name was lost', async () => {
    let drafts = 0
    const draft = async () => {
      drafts++
      throw new DeliveryError('ambiguous', 'the connection broke')
    }
    const { answer, finish } = slowly('a long answer')
    const { sent, receive, passes } = await life({ draft }, { answer })
    receive(message('1', 'go'))
    await passes(20_000)
    finish()
    await passes(1000)
    expect(drafts).toBe(1)
    expect(sent).toEqual([{ action: 'send', text: 'a long answer' }])
  })

  it('is begun again when the platform says that it was not shown', async () => {
    const fates = [() => Promise.reject(new DeliveryError('later', 'busy')), async () => 'd2']
    const { answer, finish } = slowly('a long answer')
    const { sent, receive, passes } = await life({ draft: () => fates.shift()!() }, { answer })
    receive(message('1', 'go'))
    await passes(6000)
    finish()
    await passes(1000)
    expect(sent).toEqual([{ action: 'send', text: 'a long answer', draft: 'd2' }])
  })

  it('is not begun anew after a death before its name was stored: the finished one is a message of its own', async () => {
    const first = await life({ draft: () => new Promise(() => {}) }, { answer: slowly('never finished').answer })
    first.receive(message('1', 'go'))
    await first.passes(3000)
    let drafts = 0
    const { answer, finish } = slowly('an answer')
    const draft = async () => `d${++drafts}`
    const { sent, passes } = await life({ draft }, { answer })
    await passes(5000)
    finish()
    await passes(1000)
    expect([drafts, sent]).toEqual([0, [{ action: 'send', text: 'an answer' }]])
  })
})

describe('an answer', () => {
  it('that cannot be put into the outbox at first goes out a little later, in the same life', async () => {
    let faults = 1
    const fault = (point: string) => {
      if (point === 'reply' && faults-- > 0) throw new Error('disk is full')
    }
    const { sent, receive, passes } = await life({}, { fault })
    receive(message('1', 'one'))
    await passes(1000)
    expect(sent).toEqual([])
    await passes(31_000)
    expect(texts(sent)).toEqual(['You said: one'])
  })

  it('of an earlier life that still cannot be given keeps no channel from opening', async () => {
    const broken = (point: string) => {
      if (point === 'reply') throw new Error('disk is full')
    }
    const first = await life({}, { fault: broken })
    first.receive(message('1', 'one'))
    await first.passes(1000)
    const second = await life({}, { fault: broken })
    expect(second.channels.isOpen('x')).toBe(true)
    const third = await life({})
    await third.passes(1000)
    expect(texts(third.sent)).toEqual(['You said: one'])
  })
})

describe('/stop', () => {
  it('that comes together with the message it is about stops that one, and not what comes after it', async () => {
    const { sent, receive, passes } = await life({})
    receive(
      message('1', 'a', { chat: 'g', group: true, addressed: true }),
      message('2', '/stop', { chat: 'g', group: true, addressed: true }),
      message('3', 'b', { chat: 'g', group: true, addressed: true }),
    )
    await passes(1000)
    expect(texts(sent)).toEqual(['Stopped.', 'You said: b'])
  })

  it('says so when there is nothing to stop', async () => {
    const { sent, receive, passes } = await life({})
    receive(message('1', '/stop'))
    await passes(1000)
    expect(texts(sent)).toEqual(['Nothing is running.'])
  })
})

it('gives up a message that fails for an hour, and goes on with the next of its chat', async () => {
  let broken = true
  const fault = (point: string) => {
    if (point === 'downloaded' && broken) throw new Error('a fault of ours')
  }
  const { sent, receive, passes } = await life({}, { fault })
  receive(message('1', 'one'))
  await passes(60_000)
  expect(sent).toEqual([])
  await passes(2 * 3600_000)
  expect(texts(sent)).toEqual(['I cannot answer at the moment.'])
  broken = false
  receive(message('2', 'two'))
  await passes(1000)
  expect(texts(sent).at(-1)).toBe('You said: two')
})

it('keeps no words of what is nobody’s business, and forgets a stranger after a day', async () => {
  const { receive, passes, channels } = await life({})
  receive(
    message('1', 'not to you', { group: true }),
    message('2', 'who are you?', { chat: 'z', sender: 'zoe' }),
    message('3', 'hello'),
  )
  await passes(1000)
  const kept = () => db.query<{ id: string; message: string }>('SELECT id, message FROM inbound ORDER BY n')
  expect(kept().map(({ message: said }) => JSON.parse(said).text)).toEqual([undefined, 'who are you?', 'hello'])
  vi.setSystemTime(Date.now() + 24 * 3600_000)
  await passes(1000)
  expect(JSON.stringify(kept())).not.toContain('who are you?')
  // That they came is known, so that a repeat of them is none.
  expect(kept()).toHaveLength(3)
  vi.setSystemTime(Date.now() + 31 * 24 * 3600_000)
  await passes(1000)
  expect(kept()).toEqual([])
  expect(channels.list()[0]).toMatchObject({ waiting: 0 })
})
