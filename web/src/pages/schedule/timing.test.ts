import { describe, expect, it } from 'vitest'
import type { Job } from './jobs.ts'
import { expressionOf, intervalOf, newTiming, requestOf, timingOf } from './timing.ts'

const NOW = Date.parse('2026-11-23T12:00:00Z')
const timing = { ...newTiming(NOW), zone: 'Europe/Rome' }

describe('the timing of a job', () => {
  it('becomes an expression in its zone', () => {
    expect(requestOf({ ...timing, expr: ' 0 9 * * 1 ' }, NOW)).toEqual({ expr: '0 9 * * 1', tz: 'Europe/Rome' })
    expect(requestOf({ ...timing, zone: '' }, NOW)).toEqual({ expr: '0 8 * * *', tz: null })
    expect(requestOf({ ...timing, expr: ' ' }, NOW)).toBeNull()
  })

  it('becomes an interval that the gateway can read: it knows no days', () => {
    expect(expressionOf({ ...timing, kind: 'interval', every: '90', unit: 'minutes' })).toBe('@every 90m')
    expect(expressionOf({ ...timing, kind: 'interval', every: '2', unit: 'days' })).toBe('@every 48h')
    for (const every of ['', '0', '-1', '1.5', 'x']) {
      expect(expressionOf({ ...timing, kind: 'interval', every })).toBeNull()
    }
  })

  it('becomes one moment, which must be ahead', () => {
    const once = { ...timing, kind: 'once' as const, moment: '2026-11-24T09:00' }
    expect(requestOf(once, NOW)).toEqual({ at: '2026-11-24T08:00:00.000Z' })
    expect(requestOf({ ...once, moment: '2026-11-23T09:00' }, NOW)).toBeNull()
    expect(requestOf({ ...once, moment: '' }, NOW)).toBeNull()
  })

  it('is read back from a stored job', () => {
    const of = (schedule: Job['schedule']) => timingOf({ schedule } as Job, NOW)
    expect(of({ kind: 'cron', expr: '@every 48h0m0s' })).toMatchObject({ kind: 'interval', every: '2', unit: 'days' })
    expect(of({ kind: 'cron', expr: '@daily', tz: 'UTC' })).toMatchObject({
      kind: 'repeating',
      expr: '@daily',
      zone: 'UTC',
    })
    expect(of({ kind: 'at', atMs: NOW })).toMatchObject({ kind: 'once' })
    // Seconds have no field: the expression itself is edited.
    expect(of({ kind: 'cron', expr: '@every 1m30s' })).toMatchObject({ kind: 'repeating', expr: '@every 1m30s' })
  })

  it('knows intervals in whole minutes only', () => {
    expect(intervalOf('@every 1h30m0s')).toEqual({ every: '90', unit: 'minutes' })
    expect(intervalOf('@every 3600s')).toEqual({ every: '1', unit: 'hours' })
    expect([intervalOf('@every 10s'), intervalOf('0 9 * * *'), intervalOf('@every ')]).toEqual([null, null, null])
  })
})
