import { expect, it } from 'vitest'
import { nodeDatabase } from '../../adapters/node/database.ts'
import type { Runner } from '../chat/index.ts'
import { gated, HOUR, MINUTE, openSchedule } from './schedule-for-tests.ts'

const START = Date.parse('2026-03-02T10:00:00Z')
const open = (runner?: Runner) => openSchedule(nodeDatabase(':memory:'), START, runner)
const job = (more: object = {}) => ({ message: 'look', expr: '* * * * *', tz: 'UTC', ...more })

it('runs a job at each of its times, in its own session, with one message each', async () => {
  const world = open()
  const { id } = world.cron.create(job())
  await world.passes(3 * MINUTE)
  expect(world.ledger(id)).toEqual([
    [1, 1, 'ok', 1],
    [2, 1, 'ok', 1],
    [3, 1, 'ok', 1],
  ])
  const said = world.sessions.history(`cron:${id}`).filter(({ role }) => role === 'user')
  expect(said.map(({ content, at }) => [content, at - START])).toEqual([
    ['[System: cron] look', MINUTE],
    ['[System: cron] look', 2 * MINUTE],
    ['[System: cron] look', 3 * MINUTE],
  ])
  expect(world.cron.get(id).state).toMatchObject({ totalRuns: 3, lastStatus: 'ok', nextRunAtMs: START + 4 * MINUTE })
})

it('runs the last of the times it slept through, and says how many it missed', async () => {
  const world = open()
  const { id } = world.cron.create(job())
  await world.sleeps(5 * HOUR + 30_000)
  expect(world.ledger(id)).toEqual([
    [1, 1, 'missed', 299],
    [300, 1, 'ok', 1],
  ])
  expect(world.cron.get(id).state.nextRunAtMs).toBe(START + 301 * MINUTE)
})

it('with missed: skip, runs only what is at most a minute and a half late', async () => {
  const world = open()
  const minutes = world.cron.create(job({ missed: 'skip' }))
  const hourly = world.cron.create(job({ expr: '@hourly', missed: 'skip' }))
  await world.sleeps(2 * HOUR + 91_000)
  expect(world.ledger(hourly.id)).toEqual([
    [60, 1, 'missed', 1],
    [120, 1, 'missed', 1],
  ])
  expect(world.ledger(minutes.id)).toEqual([
    [1, 1, 'missed', 120],
    [121, 1, 'ok', 1],
  ])
})

it('counts an interval that was slept through exactly, however long that was', async () => {
  const world = open()
  const { id } = world.cron.create(job({ expr: '@every 1s' }))
  await world.sleeps(72 * HOUR)
  expect(world.cron.runs(id, 5).map(({ slot, slots, state }) => [(slot - START) / 1000, slots, state])).toEqual([
    [72 * 3600, 1, 'ok'],
    [1, 72 * 3600 - 1, 'missed'],
  ])
})

it('loses no time when the clock is set back while the alarm rings', async () => {
  const world = open()
  const { id } = world.cron.create(job())
  world.moves(MINUTE)
  const woken = world.agenda.wake()
  world.moves(-10)
  await woken
  await world.passes(10)
  expect(world.ledger(id)).toEqual([[1, 1, 'ok', 1]])
  expect(world.agenda.due('cron', id)).toBe(START + 2 * MINUTE)
})

it.each([
  ['update', { message: 'later' }],
  ['disable', null],
])('%s does not lose the slot that is due this very moment', async (_, request) => {
  const world = open()
  const { id } = world.cron.create(job({ expr: '@hourly' }))
  world.moves(HOUR + 5)
  if (request) world.cron.update(id, request)
  else world.cron.setEnabled(id, false)
  await world.passes(0)
  expect(world.ledger(id)).toEqual([[60, 1, 'ok', 1]])
})

it('a moment comes once: the job is disabled then, or gone when it says so, and its run can still be read', async () => {
  const world = open()
  const at = new Date(START + MINUTE).toISOString()
  const kept = world.cron.create({ message: 'x', at })
  const gone = world.cron.create({ message: 'x', at, deleteAfterRun: true })
  await world.passes(2 * MINUTE)
  expect(world.cron.list().map(({ id, enabled }) => [id, enabled])).toEqual([[kept.id, false]])
  expect(world.ledger(gone.id)).toEqual([[1, 1, 'ok', 1]])
  await world.passes(31 * 24 * HOUR)
  expect(() => world.cron.runs(gone.id, 5)).toThrow('job not found')
})

it('a moment that passed while nobody was there still comes, or is recorded as missed', async () => {
  const world = open()
  const at = new Date(START + MINUTE).toISOString()
  const once = world.cron.create({ message: 'x', at })
  const never = world.cron.create({ message: 'x', at, missed: 'skip', deleteAfterRun: true })
  await world.sleeps(3 * HOUR)
  expect([world.ledger(once.id), world.ledger(never.id)]).toEqual([[[1, 1, 'ok', 1]], [[1, 1, 'missed', 1]]])
  expect(world.cron.list().map(({ id, enabled }) => [id, enabled])).toEqual([[once.id, false]])
})

it('delivers the reply of a run that went well, once', async () => {
  const world = open()
  const { id } = world.cron.create(job({ deliver: true, channel: 'telegram', to: '42' }))
  await world.passes(MINUTE)
  expect(world.cron.runs(id, 5).map(({ delivered }) => delivered)).toEqual([`sent ${START + MINUTE}`])
})

it('deleting a job that runs makes room for those that wait', async () => {
  const { runner, waiting } = gated()
  const world = open(runner)
  world.settings.max_workers = 1
  const first = world.cron.create(job())
  const second = world.cron.create(job())
  await world.passes(MINUTE)
  expect(waiting).toHaveLength(1)
  world.cron.delete(first.id)
  expect(world.ledger(second.id)).toEqual([[1, 1, 'running', 1]])
})

it('takes jobs of an earlier home over once, and not again after they were deleted', async () => {
  const world = open()
  const old = { ...world.cron.create(job()), id: '17', name: 'old' }
  expect([world.cron.import([old]), world.cron.import([old])]).toEqual([1, 0])
  expect(world.cron.get('17').state.nextRunAtMs).toBe(START + MINUTE)
  world.cron.delete('17')
  expect(world.cron.import([old])).toBe(0)
  expect(() => world.cron.get('17')).toThrow('job not found: 17')
})
