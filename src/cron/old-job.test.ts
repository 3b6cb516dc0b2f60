import { expect, it } from 'vitest'
import { jobFromOldHome } from './old-job.ts'

const NOW = Date.parse('2026-03-02T10:00:00Z')
const old = (more: object) =>
  JSON.stringify({
    id: '1770000000123456789',
    name: 'morning',
    enabled: true,
    schedule: { kind: 'cron', expr: '0 9 * * 1-5', tz: 'Europe/Rome' },
    payload: { kind: 'agent_turn', message: 'Summarize my inbox', deliver: false },
    state: { nextRunAtMs: 5, lastRunAtMs: 7, lastStatus: 'ok', totalRuns: 7 },
    createdAtMs: 1,
    updatedAtMs: 2,
    deleteAfterRun: false,
    ...more,
  })
const read = (more: object) => jobFromOldHome(old(more), NOW)

it('keeps a job as it was, its history and members nobody knows included; its next time is counted anew', () => {
  expect(read({ made_by_a_later_version: true })).toEqual({
    id: '1770000000123456789',
    name: 'morning',
    enabled: true,
    schedule: { kind: 'cron', expr: '0 9 * * 1-5', tz: 'Europe/Rome' },
    payload: { kind: 'agent_turn', message: 'Summarize my inbox', deliver: false },
    policy: { overlap: 'skip', missed: 'run_once', retries: null, timeoutSec: 0 },
    state: { lastRunAtMs: 7, lastStatus: 'ok', totalRuns: 7 },
    anchorMs: NOW,
    createdAtMs: 1,
    updatedAtMs: 2,
    deleteAfterRun: false,
    made_by_a_later_version: true,
  })
})

it.each([
  ['an expression wins', { kind: 'at', expr: ' @daily ', atMs: 5, everyMs: 5 }, { kind: 'cron', expr: '@daily' }],
  ['an interval', { kind: ' Every', everyMs: 60_000 }, { kind: 'cron', expr: '@every 1m0s' }],
  ['an interval of no kind', { everyMs: 90_500 }, { kind: 'cron', expr: '@every 1m30.5s' }],
  ['a moment', { kind: 'at', atMs: NOW + 5.5, everyMs: 7 }, { kind: 'at', atMs: NOW + 5 }],
  ['a moment of no kind', { atMs: NOW + 5 }, { kind: 'at', atMs: NOW + 5 }],
])('reads %s', (_, schedule, expected) => {
  expect(read({ schedule })).toMatchObject({ schedule: expected, enabled: true })
})

it('a moment that has passed comes disabled, as a finished job', () => {
  expect(read({ schedule: { kind: 'at', atMs: NOW } })).toMatchObject({ enabled: false })
})

it('what went to a chat still goes there; a reminder is still said as it is', () => {
  const payload = { message: 'tea', deliver: false, channel: 'telegram', to: '42' }
  expect(read({ payload })!.payload).toEqual({ ...payload, kind: 'agent_turn', deliver: true })
  const schedule = { kind: 'at', atMs: NOW + 5 }
  expect(read({ payload, schedule, name: 'Reminder' })!.payload.kind).toBe('reminder')
  expect(read({ payload: { message: 'x', channel: 'telegram' } })!.payload).toEqual({
    kind: 'agent_turn',
    message: 'x',
    deliver: false,
  })
})

it.each([
  ['no JSON', '{'],
  ['no object', '[]'],
  ['no message', old({ payload: { message: ' ' } })],
  ['a schedule that never runs', old({ schedule: { kind: 'cron', expr: '0 0 30 2 *' } })],
  ['no schedule', old({ schedule: {} })],
])('leaves out what has %s', (_, raw) => {
  expect(jobFromOldHome(raw, NOW)).toBeNull()
})
