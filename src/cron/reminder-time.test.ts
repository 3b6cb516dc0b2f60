import { expect, it } from 'vitest'
import { reminderTime } from './reminder-time.ts'

const at = (text: string, now: string, zone = 'Europe/Rome') =>
  new Date(reminderTime(text, Date.parse(now), zone)).toISOString().replace(':00.000Z', 'Z')

it.each([
  ['10m', '2026-03-02T10:00Z', '2026-03-02T10:10Z'],
  ['1h30m', '2026-03-02T10:00Z', '2026-03-02T11:30Z'],
  // Rome is an hour ahead of UTC in winter.
  ['12:30', '2026-03-02T10:00Z', '2026-03-02T11:30Z'],
  ['09:00', '2026-03-02T10:00Z', '2026-03-03T08:00Z'],
  ['11:00', '2026-03-02T10:00Z', '2026-03-03T10:00Z'],
  ['2026-03-05 09:00', '2026-03-02T10:00Z', '2026-03-05T08:00Z'],
  ['2026-03-05T09:00', '2026-03-02T10:00Z', '2026-03-05T08:00Z'],
])('%s, asked at %s, is %s', (text, now, expected) => {
  expect(at(text, now)).toBe(expected)
})

it.each([
  ['a duration is a duration, also over the change', '3h', '2026-03-29T00:00Z', '2026-03-29T03:00Z'],
  ['tomorrow by the clock is 23 hours away in spring', '01:30', '2026-03-28T00:45Z', '2026-03-29T00:30Z'],
  ['nine tomorrow stays nine', '09:00', '2026-03-28T12:00Z', '2026-03-29T07:00Z'],
  ['a time in the gap is moved forward', '02:30', '2026-03-28T12:00Z', '2026-03-29T01:30Z'],
  ['a time that comes twice is the first', '02:30', '2026-10-24T12:00Z', '2026-10-25T00:30Z'],
  ['nine after the overlap stays nine', '09:00', '2026-10-24T12:00Z', '2026-10-25T08:00Z'],
  ['today is the day of the zone, not of UTC', '00:30', '2026-07-01T22:15Z', '2026-07-01T22:30Z'],
])('%s', (_, text, now, expected) => {
  expect(at(text, now)).toBe(expected)
})

it.each(['', 'soon', '25:00', '09:60', '09:00:75', '2026-02-30 09:00', '2026-13-01 09:00', '10 minutes'])(
  'refuses %j and says what it takes',
  (text) => {
    expect(() => at(text, '2026-02-01T10:00Z')).toThrow(`could not parse time expression '${text}'`)
  },
)
