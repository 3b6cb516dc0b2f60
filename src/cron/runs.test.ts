import { describe, expect, it } from 'vitest'
import { nodeDatabase } from '../../adapters/node/database.ts'
import type { Runner } from '../chat/index.ts'
import { GatewayError } from '../errors.ts'
import { answers, gated, HOUR, MINUTE, openSchedule } from './schedule-for-tests.ts'

const START = Date.parse('2026-03-02T10:00:00Z')
const open = (runner?: Runner) => openSchedule(nodeDatabase(':memory:'), START, runner)
const job = (more: object = {}) => ({ message: 'look', expr: '* * * * *', tz: 'UTC', ...more })
const fails: Runner = async () => {
  throw new Error('no such model')
}

describe('a slot that comes while the job still runs', () => {
  it('is skipped, and says so', async () => {
    const { runner, waiting } = gated()
    const world = open(runner)
    const { id } = world.cron.create(job())
    await world.passes(2 * MINUTE)
    waiting[0]!()
    await world.passes(MINUTE)
    expect(world.ledger(id)).toEqual([
      [1, 1, 'ok', 1],
      [2, 1, 'skipped', 1],
      [3, 1, 'running', 1],
    ])
    expect(world.cron.runs(id, 2)[1]!.error).toBe('the run before it had not ended')
  })

  it('with overlap: queue, waits; one at a time', async () => {
    const { runner, waiting } = gated()
    const world = open(runner)
    const { id } = world.cron.create(job({ overlap: 'queue' }))
    await world.passes(3 * MINUTE)
    expect(world.ledger(id).map(([minute, , state]) => [minute, state])).toEqual([
      [1, 'running'],
      [2, 'queued'],
      [3, 'skipped'],
    ])
    waiting[0]!()
    await world.passes(0)
    expect(world.ledger(id)[1]).toEqual([2, 1, 'running', 1])
  })

  it('is no reason to refuse a run that somebody asks for', async () => {
    const { runner, waiting } = gated()
    const world = open(runner)
    const { id } = world.cron.create(job())
    await world.passes(MINUTE + 1000)
    expect(world.cron.runNow(id)).toMatchObject({ state: 'queued', trigger: 'manual' })
    waiting[0]!()
    await world.passes(0)
    expect(world.cron.runs(id, 1)).toMatchObject([{ state: 'running', trigger: 'manual' }])
  })
})

describe('a slot whose day has no budget left', () => {
  const spent = () => {
    const headers = { 'retry-after': String((8 * HOUR) / 1000) }
    throw new GatewayError(402, 'limit_tokens_per_day', 'the tokens are used up', { headers })
  }

  it('is skipped and says why: no failure of the job, and nothing is tried again', async () => {
    const world = openSchedule(nodeDatabase(':memory:'), START, fails, spent)
    const { id } = world.cron.create(job({ expr: '@hourly', retries: 3 }))
    await world.passes(HOUR + 30 * MINUTE)
    expect(world.ledger(id)).toEqual([[60, 1, 'skipped', 1]])
    expect(world.cron.runs(id, 1)).toMatchObject([{ error: 'the tokens are used up', turn: null }])
    expect(world.cron.get(id).state.consecutiveFailures).toBeUndefined()
    expect(world.cron.runNow(id)).toMatchObject({ state: 'skipped', trigger: 'manual' })
  })

  it('waits for the next day when the job has no other', async () => {
    let empty = true
    const world = openSchedule(nodeDatabase(':memory:'), START, answers, () => empty && spent())
    const { id } = world.cron.create(job({ expr: undefined, at: '2026-03-02T10:01:00Z' }))
    await world.passes(HOUR)
    expect(world.ledger(id)).toEqual([[1, 1, 'queued', 1]])
    empty = false
    await world.passes(8 * HOUR)
    expect(world.ledger(id)).toEqual([[1, 1, 'ok', 1]])
    expect(world.cron.get(id).enabled).toBe(false)
  })
})

it('a one-time job that is refused for good does not stay enabled', async () => {
  const world = openSchedule(nodeDatabase(':memory:'), START, answers, () => {
    throw new GatewayError(413, 'limit_database_bytes', 'the database is full')
  })
  const { id } = world.cron.create(job({ expr: undefined, at: '2026-03-02T10:01:00Z' }))
  await world.passes(HOUR)
  expect(world.ledger(id)).toEqual([[1, 1, 'error', 1]])
  expect(world.cron.get(id).enabled).toBe(false)
})

describe('a failed slot', () => {
  it('is tried again after 30 s, 1, 2, ... minutes, as often as the job says', async () => {
    const world = open(fails)
    const { id } = world.cron.create(job({ expr: '@hourly', retries: 3 }))
    await world.passes(HOUR + 30 * MINUTE)
    const runs = world.cron.runs(id, 10).reverse()
    expect(runs.map(({ attempt, started_at, state }) => [attempt, (started_at! - START) / 1000, state])).toEqual([
      [1, 3600, 'error'],
      [2, 3630, 'error'],
      [3, 3690, 'error'],
      [4, 3810, 'error'],
    ])
    expect(runs[0]!.error).toBe('no such model')
    expect(world.cron.get(id).state).toMatchObject({ consecutiveFailures: 4, lastError: 'no such model' })
  })

  it('is not tried again once it went well', async () => {
    let failures = 2
    const world = open(async (run) => (failures-- > 0 ? fails(run) : answers(run)))
    const { id } = world.cron.create(job({ expr: '@hourly' }))
    await world.passes(HOUR + 30 * MINUTE)
    expect(world.ledger(id).map(([, attempt, state]) => [attempt, state])).toEqual([
      [1, 'error'],
      [2, 'error'],
      [3, 'ok'],
    ])
    expect(world.cron.get(id).state).not.toHaveProperty('consecutiveFailures', 2)
  })

  it('gives way to the next slot', async () => {
    const world = open(fails)
    world.settings.retry_backoff_base_sec = 60
    const { id } = world.cron.create(job({ missed: 'run_once' }))
    await world.passes(2 * MINUTE)
    expect(world.ledger(id)).toEqual([
      [1, 1, 'error', 1],
      [2, 1, 'error', 1],
    ])
  })

  it('gives way to the next slot also when both are looked at late', async () => {
    const world = open(fails)
    const { id } = world.cron.create(job({ expr: '@hourly' }))
    await world.passes(HOUR)
    await world.sleeps(HOUR)
    expect(world.ledger(id)).toEqual([
      [60, 1, 'error', 1],
      [120, 1, 'error', 1],
    ])
  })

  it('gives way to a later one that waited for it', async () => {
    const { runner, waiting } = gated()
    const world = open(runner)
    const { id } = world.cron.create(job({ overlap: 'queue' }))
    await world.passes(2 * MINUTE + 10_000)
    waiting[0]!('broken')
    await world.passes(45_000)
    expect(world.ledger(id)).toEqual([
      [1, 1, 'error', 1],
      [2, 1, 'running', 1],
    ])
  })

  it('keeps a one-time job until its last attempt', async () => {
    const world = open(fails)
    const at = new Date(START + MINUTE).toISOString()
    const { id } = world.cron.create({ message: 'x', at, retries: 1, deleteAfterRun: true })
    await world.passes(MINUTE)
    expect(world.cron.get(id).enabled).toBe(true)
    await world.passes(MINUTE)
    expect(() => world.cron.get(id)).toThrow('job not found')
    expect(world.ledger(id).map(([, attempt, state]) => [attempt, state])).toEqual([
      [1, 'error'],
      [2, 'error'],
    ])
  })

  it('is not tried again when the job was disabled, or somebody asked for it', async () => {
    const world = open(fails)
    const { id } = world.cron.create(job({ expr: '@hourly' }))
    await world.passes(HOUR)
    world.cron.setEnabled(id, false)
    world.cron.runNow(id)
    await world.passes(HOUR)
    expect(world.cron.runs(id, 9).map(({ trigger }) => trigger)).toEqual(['manual', 'schedule'])
  })
})

describe('runs at the same time', () => {
  it('are max_workers at most; the others wait their turn', async () => {
    const { runner, waiting } = gated()
    const world = open(runner)
    world.settings.max_workers = 2
    const ids = Array.from({ length: 5 }, () => world.cron.create(job()).id)
    const states = () => ids.map((id) => world.cron.runs(id, 1)[0]!.state)
    await world.passes(MINUTE)
    expect(states()).toEqual(['running', 'running', 'queued', 'queued', 'queued'])
    waiting[1]!()
    await world.passes(0)
    expect(states()).toEqual(['running', 'ok', 'running', 'queued', 'queued'])
  })

  it('do not wait for a job whose session is full', async () => {
    const { runner } = gated()
    const world = open(runner)
    const full = world.cron.create(job())
    const other = world.cron.create(job())
    const input = { text: 'x', channel: 'cli', chat: 'direct', owner: true }
    const turns = Array.from({ length: 20 }, () => world.engine.accept(`cron:${full.id}`, input).n)
    await world.passes(MINUTE)
    expect([world.ledger(full.id)[0]![2], world.ledger(other.id)[0]![2]]).toEqual(['queued', 'running'])
    for (const turn of turns) world.engine.stop(turn)
    await world.passes(10_000)
    expect(world.ledger(full.id)).toEqual([[1, 1, 'running', 1]])
  })
})

it('a run that takes too long is stopped, and tried again', async () => {
  const { runner } = gated()
  const world = open(runner)
  const { id } = world.cron.create(job({ expr: '@hourly', timeoutSec: 60, retries: 1 }))
  await world.passes(HOUR + 61_000)
  expect(world.cron.runs(id, 1)).toMatchObject([{ state: 'timeout', error: 'timed out after 60 s' }])
  await world.passes(5 * MINUTE)
  expect(world.ledger(id).map(([, attempt, state]) => [attempt, state])).toEqual([
    [1, 'timeout'],
    [2, 'timeout'],
  ])
})

it('a run that a crash cut off is the same run in the next life', async () => {
  const { runner } = gated()
  const dead = open(runner)
  const { id } = dead.cron.create(job({ expr: '@hourly' }))
  await dead.passes(HOUR)
  expect(dead.ledger(id)).toEqual([[60, 1, 'running', 1]])
  const world = dead.restarts(answers)
  await world.passes(0)
  expect(world.ledger(id)).toEqual([[60, 1, 'ok', 1]])
  expect(world.sessions.history(`cron:${id}`).filter(({ role }) => role === 'user')).toHaveLength(1)
})

it('while the gateway shuts down, what ends is recorded, and what waits is left to the next start', async () => {
  const { runner, waiting } = gated()
  const world = open(runner)
  world.settings.max_workers = 1
  const [first, second] = [world.cron.create(job()), world.cron.create(job())]
  await world.passes(MINUTE)
  const drained = world.engine.drain(60_000)
  waiting[0]!()
  await drained
  expect([world.ledger(first.id)[0]![2], world.ledger(second.id)[0]![2]]).toEqual(['ok', 'queued'])
  const next = world.restarts(answers)
  await next.passes(0)
  expect(next.ledger(second.id)).toEqual([[1, 1, 'ok', 1]])
})
