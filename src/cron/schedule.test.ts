import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkSchedule, everyExpression, goDuration, nextTime } from './schedule.ts'
import { wallClock } from './zone.ts'

const at = (iso: string) => Date.parse(iso)
const times = (expr: string, tz: string, from: string, n: number) => {
  const found: string[] = []
  let time = at(from)
  for (let i = 0; i < n; i++) {
    const next = nextTime({ kind: 'cron', expr, tz }, time, time)
    if (next === null) break
    found.push(new Date(next).toISOString().replace('.000Z', 'Z'))
    time = next
  }
  return found
}

describe('nextTime', () => {
  it.each([
    ['* * * * *', 'UTC', '2026-01-01T00:00:30Z', ['2026-01-01T00:01:00Z', '2026-01-01T00:02:00Z']],
    ['*/15 9-17 * * mon-fri', 'UTC', '2026-01-02T17:45:00Z', ['2026-01-05T09:00:00Z', '2026-01-05T09:15:00Z']],
    ['30 2 * * * *', 'UTC', '2026-01-01T00:00:00Z', ['2026-01-01T00:02:30Z', '2026-01-01T01:02:30Z']],
    ['@daily', 'Europe/Rome', '2026-01-01T12:00:00Z', ['2026-01-01T23:00:00Z', '2026-01-02T23:00:00Z']],
    ['0 0 29 2 *', 'UTC', '2026-01-01T00:00:00Z', ['2028-02-29T00:00:00Z']],
    ['0 9 13 * fri', 'UTC', '2026-02-01T00:00:00Z', ['2026-02-06T09:00:00Z', '2026-02-13T09:00:00Z']],
    ['0 9 ? * 7', 'UTC', '2026-01-01T00:00:00Z', ['2026-01-04T09:00:00Z']],
    ['CRON_TZ=Asia/Tokyo 0 9 * * *', 'UTC', '2026-01-01T00:00:00Z', ['2026-01-02T00:00:00Z']],
    ['TZ=America/New_York 0 9 * * *', 'UTC', '2026-07-01T00:00:00Z', ['2026-07-01T13:00:00Z']],
  ])('%s in %s', (expr, tz, from, expected) => {
    expect(times(expr, tz, from, expected.length)).toEqual(expected)
  })

  it.each([
    // Rome: 29 March 2026, 02:00 becomes 03:00; 25 October 2026, 03:00 becomes 02:00.
    [
      'gap, certain hour: moved forward, once',
      '30 2 * * *',
      '2026-03-28T12:00:00Z',
      ['2026-03-29T01:30:00Z', '2026-03-30T00:30:00Z'],
    ],
    [
      'gap, several times in it: each moved forward',
      '15,30 2 * * *',
      '2026-03-28T12:00:00Z',
      ['2026-03-29T01:15:00Z', '2026-03-29T01:30:00Z', '2026-03-30T00:15:00Z'],
    ],
    [
      'gap, every hour: goes on',
      '30 * * * *',
      '2026-03-29T00:00:00Z',
      ['2026-03-29T00:30:00Z', '2026-03-29T01:30:00Z'],
    ],
    [
      'overlap, certain hour: the first, once',
      '30 2 * * *',
      '2026-10-24T12:00:00Z',
      ['2026-10-25T00:30:00Z', '2026-10-26T01:30:00Z'],
    ],
    [
      'overlap, every hour: both times',
      '30 * * * *',
      '2026-10-24T23:45:00Z',
      ['2026-10-25T00:30:00Z', '2026-10-25T01:30:00Z', '2026-10-25T02:30:00Z'],
    ],
  ])('%s', (_, expr, from, expected) => {
    expect(times(expr, 'Europe/Rome', from, expected.length)).toEqual(expected)
  })

  it('keeps the phase of an interval, however late it is asked', () => {
    const schedule = { kind: 'cron' as const, expr: '@every 90s' }
    expect(nextTime(schedule, 1_000_000, 1_000_000)).toBe(1_090_000)
    expect(nextTime(schedule, 1_090_000 + 1000 * 90_000 + 5, 1_000_000)).toBe(1_000_000 + 1002 * 90_000)
  })

  it('is once for a moment, and never after it', () => {
    expect(nextTime({ kind: 'at', atMs: 5000 }, 4000, 0)).toBe(5000)
    expect(nextTime({ kind: 'at', atMs: 5000 }, 5000, 0)).toBeNull()
  })
})

describe('checkSchedule', () => {
  it.each([
    ['', 'cron expression is required'],
    ['0 0 30 2 *', 'invalid cron expression: it never comes'],
    ['60 * * * *', 'invalid cron expression'],
    ['0 0 15W * *', "cannot read '15W'"],
    ['0 0 * * 5#2', "cannot read '5#2'"],
    ['* * * *', 'expected 5 or 6 fields, found 4'],
    ['*/0 * * * *', 'positive number'],
    ['@reboot', 'unrecognized descriptor: @reboot'],
    ['@every 1d', 'failed to parse duration @every 1d'],
    ['CRON_TZ=Mars/Base 0 0 * * *', 'unknown time zone Mars/Base'],
    ['CRON_TZ=UTC', 'a time zone prefix needs'],
    ['a b c d e', 'cannot read'],
    [',', 'expected 5 or 6'],
  ])('refuses %s at once, with the reason', (expr, reason) => {
    expect(() => checkSchedule({ kind: 'cron', expr }, 0)).toThrow(reason)
  })

  it('refuses a moment that is past', () => {
    expect(() => checkSchedule({ kind: 'at', atMs: 5 }, 5)).toThrow('invalid one-time schedule')
  })
})

it('writes durations as the original does', () => {
  expect([60_000, 3_600_000, 90_500, 500].map(goDuration)).toEqual(['1m0s', '1h0m0s', '1m30.5s', '500ms'])
  expect(everyExpression(60_000)).toBe('@every 1m0s')
})

describe('against brute force over minutes', () => {
  const zones = ['UTC', 'Europe/Rome', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kolkata', 'America/Sao_Paulo']
  const field = (low: number, high: number) =>
    fc.oneof(
      { weight: 3, arbitrary: fc.constant('*') },
      fc.integer({ min: low, max: high }).map(String),
      fc
        .tuple(fc.integer({ min: low, max: high }), fc.integer({ min: low, max: high }))
        .map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`),
      fc.integer({ min: 2, max: 12 }).map((step) => `*/${step}`),
      fc.uniqueArray(fc.integer({ min: low, max: high }), { minLength: 2, maxLength: 3 }).map((list) => list.join(',')),
    )
  // Starts around the changes of 2026, where mistakes would be.
  const start = fc
    .tuple(
      fc.constantFrom(
        '2026-03-07T18:00:00Z',
        '2026-03-28T18:00:00Z',
        '2026-04-04T08:00:00Z',
        '2026-10-03T08:00:00Z',
        '2026-10-24T18:00:00Z',
        '2026-10-31T18:00:00Z',
        '2026-06-15T00:00:00Z',
      ),
      fc.integer({ min: 0, max: 720 * 60 - 1 }),
    )
    .map(([iso, seconds]) => at(iso) + seconds * 1000)

  it('agrees for 500 random expressions over zones and days of change', () => {
    fc.assert(
      fc.property(
        field(0, 59),
        field(0, 23),
        field(1, 31),
        field(1, 12),
        field(0, 6),
        fc.constantFrom(...zones),
        start,
        (m, h, d, mo, w, zone, from) => {
          const expr = [m, h, d, mo, w].join(' ')
          const expected = oracle([m, h, d, mo, w], zone, from, 2 * 1440)
          fc.pre(expected !== null) // further than the brute force looks
          const next = nextTime({ kind: 'cron', expr, tz: zone }, from, from)
          expect([expr, zone, new Date(from).toISOString(), new Date(next!).toISOString()]).toEqual([
            expr,
            zone,
            new Date(from).toISOString(),
            new Date(expected!).toISOString(),
          ])
        },
      ),
      { numRuns: 500 },
    )
  })
})

const seen = new Map<string, number>()

/** `wallClock` of whole minutes, remembered: the brute force asks for the same ones again and again. */
function wallAt(t: number, zone: string): number {
  const key = `${zone} ${t}`
  let wall = seen.get(key)
  if (wall === undefined) {
    wall = wallClock(t, zone)
    seen.set(key, wall)
  }
  return wall
}

/** The first matching instant after `from`, looking at every minute: the rules again, written the slow way. */
function oracle([m, h, d, mo, w]: string[], zone: string, from: number, minutes: number): number | null {
  const sets = {
    m: values(m!, 0, 59),
    h: values(h!, 0, 23),
    d: values(d!, 1, 31),
    mo: values(mo!, 1, 12),
    w: values(w!, 0, 6),
  }
  const either = d !== '*' && w !== '*'
  const matches = (wall: number) => {
    const date = new Date(wall)
    const day = sets.d.has(date.getUTCDate())
    const weekday = sets.w.has(date.getUTCDay())
    return (
      sets.m.has(date.getUTCMinutes()) &&
      sets.h.has(date.getUTCHours()) &&
      sets.mo.has(date.getUTCMonth() + 1) &&
      (either ? day || weekday : day && weekday)
    )
  }
  const everyHour = sets.h.size === 24
  const first = Math.floor(from / 60_000) * 60_000 + 60_000
  for (let t = first; t < first + minutes * 60_000; t += 60_000) {
    const wall = wallAt(t, zone)
    const before = wallAt(t - 60_000, zone)
    if (everyHour) {
      if (matches(wall)) return t
      continue
    }
    // A reading seen earlier the same day is the second of an overlap: it does not count again.
    const repeated = [30, 60, 120].some((min) => wallAt(t - min * 60_000, zone) === wall)
    if (!repeated && matches(wall)) return t
    // Readings the gap leaves out count where they would have been: moved forward by the gap's length.
    const gap = wall - before - 60_000
    // Zones change by at most two hours, so no jump lies within the last two when the clock moved evenly.
    const even = wall - wallAt(t - 121 * 60_000, zone) === 121 * 60_000
    for (let back = 1; !even && back <= 120; back++) {
      const jump = t - back * 60_000
      const skipped = wallAt(jump, zone) - wallAt(jump - 60_000, zone) - 60_000
      if (skipped > 0 && back * 60_000 < skipped && matches(wall - skipped)) return t
    }
    if (gap > 0 && matches(wall - gap)) return t
  }
  return null
}

function values(field: string, low: number, high: number): Set<number> {
  const set = new Set<number>()
  for (const part of field.split(',')) {
    const [range, step] = part.split('/')
    const [from, to] =
      range === '*'
        ? [low, high]
        : range!.includes('-')
          ? range!.split('-').map(Number)
          : [Number(range), Number(range)]
    for (let v = from!; v <= to!; v += Number(step ?? 1)) set.add(v)
  }
  return set
}
