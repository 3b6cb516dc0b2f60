import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { nodeDatabase } from '../../adapters/node/database.ts'
import { migrate } from '../db/index.ts'
import type { Platform } from '../platform.ts'
import { Agenda, scheduleMigrations } from '../schedule/index.ts'
import { Sessions, sessionMigrations } from '../sessions/index.ts'
import { type EngineOptions, type Runner, TurnEngine } from './engine.ts'
import type { TurnEvent } from './events.ts'
import { replyOf } from './log.ts'
import type { TurnRun } from './run.ts'
import { chatMigrations, type TurnInput } from './tables.ts'
import { usageOf } from './usage.ts'

let folder: string
let db: ReturnType<typeof nodeDatabase>
const input = (text: string): TurnInput => ({ text, channel: 'cli', chat: 'direct', owner: true })

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'turns-'))
  db = nodeDatabase(join(folder, 'gateway.db'))
  migrate(db, [scheduleMigrations, sessionMigrations, chatMigrations])
})
afterEach(() => {
  db.close()
  rmSync(folder, { recursive: true })
})

/** One life of an engine over the shared database. */
function life(runner: Runner, options: EngineOptions = {}) {
  const sessions = new Sessions({ db, now: Date.now })
  const platform = {
    db,
    now: Date.now,
    background: (work: Promise<unknown>) => void work,
    alarm: { set() {} },
    log: { debug() {}, info() {}, warn() {}, error() {} },
  } as unknown as Platform
  const engine = new TurnEngine({ platform, sessions, agenda: new Agenda(platform), runner, options })
  return { engine, sessions }
}

const answer = (text: string, calls: Array<{ id: string; name: string; input: unknown }> = []) => ({
  text,
  calls,
  parts: undefined,
  reason: calls.length ? 'tool-calls' : 'stop',
  model: 'test/model',
  usage: usageOf('test/model', { input: 3, output: 2, cached: 0 }),
  contextTokens: 5,
  final: !calls.length,
})

const echo: Runner = async (run) => {
  run.text(`you said ${run.input.text}`)
  run.commitStep(answer(`you said ${run.input.text}`))
}

async function fold(events: AsyncIterable<TurnEvent[]>): Promise<{ text: string; all: TurnEvent[] }> {
  let log: TurnEvent[] = []
  for await (const batch of events) {
    for (const event of batch) {
      if (event.type !== 'rewind') log.push(event)
      else log = log.filter((kept) => kept.seq <= event.to)
    }
  }
  return { text: log.map((event) => (event.type === 'text' ? event.text : '')).join(''), all: log }
}

describe('a turn', () => {
  it('is answered once, with its text in the stream and in the history', async () => {
    const { engine, sessions } = life(echo)
    const { n } = engine.accept('main', input('hello'))
    const read = await fold(engine.read(n, 0))
    expect(read.text).toBe('you said hello')
    expect(read.all.at(-1)).toMatchObject({ type: 'end', state: 'done', usage: { input: 3, output: 2 } })
    expect(sessions.history('main').map(({ role, content }) => [role, content])).toEqual([
      ['user', 'hello'],
      ['assistant', 'you said hello'],
    ])
    expect(replyOf(db, n)).toBe('you said hello')
  })

  it('can be read from any number, also long after it ended', async () => {
    const { engine } = life(echo)
    const { n } = engine.accept('main', input('0123456789'))
    const whole = await fold(engine.read(n, 0))
    const end = whole.all.at(-1)!.seq
    for (let cursor = 1e9; cursor <= end; cursor++) {
      const rest = await fold(engine.read(n, cursor))
      expect(rest.text).toBe(whole.text.slice(Math.max(0, cursor - 1e9)))
    }
    expect((await fold(engine.read(n, end))).all).toEqual([])
    const [lost] = (await engine.read(n, end + 7).next()).value as TurnEvent[]
    expect(lost).toEqual({ type: 'rewind', seq: end + 7, to: end - 1 })
  })

  it('never cuts a code point, however the model splits its deltas', async () => {
    const { engine } = life(async (run) => {
      for (const unit of '日本😀語🦊'.split('')) run.text(unit)
      run.commitStep(answer('日本😀語🦊'))
    })
    const { n } = engine.accept('main', input('x'))
    const seen: string[] = []
    for await (const batch of engine.read(n, 0)) for (const e of batch) if (e.type === 'text') seen.push(e.text)
    expect(seen.join('')).toBe('日本😀語🦊')
    for (const text of seen) expect(text.isWellFormed()).toBe(true)
  })

  it('runs in order within a session and side by side over sessions', async () => {
    const started: string[] = []
    const gates = new Map<string, () => void>()
    const { engine } = life(async (run) => {
      started.push(run.input.text)
      await new Promise<void>((resolve) => gates.set(run.input.text, resolve))
      run.commitStep(answer('ok'))
    })
    const first = engine.accept('a', input('a1')).n
    const second = engine.accept('a', input('a2')).n
    engine.accept('b', input('b1'))
    expect(started).toEqual(['a1', 'b1'])
    gates.get('a1')!()
    await engine.ended(first)
    expect(started).toEqual(['a1', 'b1', 'a2'])
    gates.get('a2')!()
    gates.get('b1')!()
    await engine.ended(second)
  })

  it('is the same turn under the same idempotency key, and a conflict for other input', async () => {
    const { engine } = life(echo)
    const first = engine.accept('main', input('hello'), 'k')
    expect(engine.accept('main', input('hello'), 'k')).toEqual({ n: first.n, duplicate: true })
    expect(() => engine.accept('main', input('other'), 'k')).toThrow('idempotency key')
    await engine.ended(first.n)
    expect(engine.accept('main', input('hello'), 'k').duplicate).toBe(true)
    expect(db.query('SELECT n FROM turn')).toHaveLength(1)
  })

  it('is refused with 429 when the queue is full, and none that was accepted is dropped', async () => {
    let open = () => {}
    const gate = new Promise<void>((resolve) => (open = resolve))
    const { engine } = life(
      async (run) => {
        await gate
        run.commitStep(answer('ok'))
      },
      { queue: 3 },
    )
    const accepted = [1, 2, 3].map((i) => engine.accept('main', input(`${i}`)).n)
    expect(() => engine.accept('main', input('4'))).toThrow(expect.objectContaining({ status: 429 }))
    open()
    for (const n of accepted) await engine.ended(n)
    expect(db.query("SELECT n FROM turn WHERE state = 'done'")).toHaveLength(3)
  })

  it('that is stopped keeps what it showed; a queued one ends at once', async () => {
    const { engine, sessions } = life(async (run) => {
      run.text('half an ans')
      await new Promise((_, reject) => run.signal.addEventListener('abort', () => reject(run.signal.reason)))
    })
    const running = engine.accept('main', input('one')).n
    const queued = engine.accept('main', input('two')).n
    expect(engine.stop(queued)).toBe(true)
    expect(engine.turn(queued)!.state).toBe('stopped')
    expect(engine.stop(running)).toBe(true)
    await engine.ended(running)
    expect(engine.turn(running)!.state).toBe('stopped')
    expect((await fold(engine.read(running, 0))).text).toBe('half an ans')
    expect(sessions.history('main').map(({ content }) => content)).toEqual(['one', 'two', 'half an ans'])
    expect(engine.stop(running)).toBe(false)
  })

  it('that is stopped while it waits stays in the history and out of every prompt', async () => {
    const seen: string[][] = []
    const { engine, sessions } = life(async (run) => {
      await new Promise((resolve) => setTimeout(resolve))
      seen.push(sessions.working(sessions.state('main')!).map(({ content }) => content))
      run.commitStep(answer('ok'))
    })
    engine.accept('main', input('one'))
    engine.stop(engine.accept('main', input('two')).n)
    await engine.ended(engine.accept('main', input('three')).n)
    expect(seen).toEqual([['one'], ['one', 'ok', 'three']])
    expect(sessions.history('main').map(({ content }) => content)).toEqual(['one', 'two', 'ok', 'three', 'ok'])
  })

  it('that is stopped between a call and its step takes the call back from whoever saw it', async () => {
    const { engine } = life(async (run) => {
      run.text('Looking.')
      run.toolCall({ id: 'c1', name: 'exec', input: {} })
      await new Promise((_, reject) => run.signal.addEventListener('abort', () => reject(run.signal.reason)))
    })
    const { n } = engine.accept('main', input('x'))
    const follower = fold(engine.read(n, 0))
    await new Promise((resolve) => setTimeout(resolve))
    engine.stop(n)
    const followed = await follower
    expect(followed.all.map(({ type }) => type)).toEqual(['text', 'end'])
    expect(followed).toEqual(await fold(engine.read(n, 0)))
  })

  it('that fails after its text was taken back ends without it', async () => {
    const { engine } = life(
      async (run) => {
        run.text('half ')
        await new Promise((resolve) => setTimeout(resolve, 2))
        run.text('an answer')
        run.retract()
        throw new Error('the model is gone')
      },
      { checkpointMs: 1 },
    )
    const { n } = engine.accept('main', input('x'))
    await engine.ended(n)
    expect((await fold(engine.read(n, 0))).text).toBe('')
    expect(engine.turn(n)).toMatchObject({ state: 'failed', error: 'the model is gone' })
  })

  it('that fails ends once, with the cause', async () => {
    const { engine } = life(async () => {
      throw new Error('LLM call failed: no such host')
    })
    const { n } = engine.accept('main', input('x'))
    const read = await fold(engine.read(n, 0))
    expect(read.all).toEqual([
      expect.objectContaining({ type: 'end', state: 'failed', error: 'LLM call failed: no such host' }),
    ])
  })
})

describe('after a crash', () => {
  /** A life that stops in the middle: its promises never settle, as in a killed process. */
  const dies =
    (work: (run: TurnRun) => void): Runner =>
    (run) => {
      work(run)
      return new Promise(() => {})
    }

  it('goes on after the last finished step; readers are rewound to it', async () => {
    const first = life(
      dies((run) => {
        run.text('Looking. ')
        run.commitStep(answer('Looking. ', [{ id: 'c1', name: 'read_file', input: { path: 'a' } }]))
        run.toolResult({ id: 'c1', name: 'read_file', input: {} }, 'content of a', false)
        run.text('It says half')
      }),
    )
    const { n } = first.engine.accept('main', input('read a'))
    const before: TurnEvent[] = []
    for await (const batch of first.engine.read(n, 0)) {
      before.push(...batch)
      if (before.some((e) => e.type === 'text' && e.text.includes('half'))) break
    }
    const cursor = before.at(-1)!.seq

    const second = life(async (run) => {
      expect(run.steps).toBe(1)
      expect(run.pending()).toEqual([])
      run.text('It says all.')
      run.commitStep(answer('It says all.'))
    })
    second.engine.recover()
    const rest: TurnEvent[] = []
    for await (const batch of second.engine.read(n, cursor)) rest.push(...batch)
    expect(rest[0]).toMatchObject({ type: 'rewind' })
    const kept = before.filter((e) => e.seq <= (rest[0] as { to: number }).to)
    const folded = [...kept, ...rest.slice(1)].map((e) => (e.type === 'text' ? e.text : '')).join('')
    expect(folded).toBe('Looking. \n\nIt says all.')
    expect(folded).toBe((await fold(second.engine.read(n, 0))).text)
    expect(second.sessions.history('main').map(({ role }) => role)).toEqual(['user', 'assistant', 'tool', 'assistant'])
  })

  it('names the calls whose outcome is unknown', async () => {
    const first = life(
      dies((run) => {
        const calls = ['a', 'b'].map((command, i) => ({ id: `c${i + 1}`, name: 'exec', input: { command } }))
        for (const call of calls) run.toolCall(call)
        run.commitStep(answer('', calls))
        run.toolResult({ id: 'c1', name: 'exec', input: {} }, 'done', false)
      }),
    )
    first.engine.accept('main', input('x'))
    let pending: unknown
    const second = life(async (run) => {
      pending = run.pending()
      run.commitStep(answer('ok'))
    })
    second.engine.recover()
    expect(pending).toEqual([{ id: 'c2', name: 'exec', input: { command: 'b' } }])
  })

  it('honours a stop that was marked before the crash', async () => {
    const first = life(
      dies((run) => run.text('partial')),
      { checkpointMs: 0 },
    )
    const { n } = first.engine.accept('main', input('x'))
    db.query('UPDATE turn SET stop = 1 WHERE n = ?', n)
    const second = life(echo)
    second.engine.recover()
    await second.engine.ended(n)
    expect(second.engine.turn(n)!.state).toBe('stopped')
  })

  it('that gives up shows the text of an earlier life also to a reader who had to take it back', async () => {
    const first = life(
      dies((run) => {
        run.text('kept ')
      }),
      { checkpointMs: 0 },
    )
    const { n } = first.engine.accept('main', input('x'))
    const second = life(dies((run) => run.text('dropped')))
    second.engine.recover()
    const seen = (await second.engine.read(n, 0).next()).value as TurnEvent[]
    expect(seen).toEqual([{ type: 'text', seq: 2e9 + 7, text: 'dropped' }])
    db.query('UPDATE turn SET stop = 1 WHERE n = ?', n)
    const third = life(echo)
    third.engine.recover()
    const rest: TurnEvent[] = []
    for await (const batch of third.engine.read(n, 2e9 + 7)) rest.push(...batch)
    expect(rest).toMatchObject([
      { type: 'rewind', to: 0 },
      { type: 'text', text: 'kept ' },
      { type: 'end', state: 'stopped' },
    ])
  })

  it('gives up after five lives without progress, and the next message still runs', async () => {
    const { n } = life(dies(() => {})).engine.accept('main', input('poison'))
    for (let i = 0; i < 4; i++) life(dies(() => {})).engine.recover()
    const last = life(echo)
    last.engine.recover()
    await last.engine.ended(n)
    expect(last.engine.turn(n)).toMatchObject({ state: 'interrupted', attempt: 6 })
    const next = last.engine.accept('main', input('fine')).n
    await last.engine.ended(next)
    expect(last.engine.turn(next)!.state).toBe('done')
  })

  it('lets no dead life write', async () => {
    let old: TurnRun | undefined
    const first = life(
      dies((run) => {
        old = run
      }),
    )
    const { n } = first.engine.accept('main', input('x'))
    const second = life(echo)
    second.engine.recover()
    await second.engine.ended(n)
    expect(() => old!.commitStep(answer('from the grave'))).toThrow('taken over')
    expect(replyOf(db, n)).toBe('you said x')
  })
})

describe('a graceful shutdown', () => {
  it('refuses new input and leaves running turns to the next start', async () => {
    const first = life(async (run) => {
      run.text('begun')
      await new Promise((_, reject) => run.signal.addEventListener('abort', () => reject(run.signal.reason)))
    })
    const { n } = first.engine.accept('main', input('x'))
    await first.engine.drain(10)
    expect(() => first.engine.accept('main', input('y'))).toThrow(expect.objectContaining({ status: 503 }))
    expect(first.engine.turn(n)!.state).toBe('accepted')
    const second = life(echo)
    second.engine.recover()
    await second.engine.ended(n)
    expect(second.engine.turn(n)!.state).toBe('done')
  })
})
