/**
 * Cron expressions: parsed by `cron-schedule`, stepped here, because its own stepping reads the process's local clock
 * and knows no zones.
 *
 * Five fields (minute hour day month weekday) or six (seconds first), names, steps, lists, ranges, `?`, and the
 * descriptors `@yearly @annually @monthly @weekly @daily @midnight @hourly`. When both days are restricted either
 * matches, as in crontab.
 *
 * | daylight saving | an expression for certain hours | one for every hour (`* ` in the hour field) |
 * | --- | --- | --- |
 * | gap: 02:30 does not exist | runs at 03:30 that day | goes on with the clock, nothing to make up |
 * | overlap: 01:30 comes twice | runs the first time only | runs both times |
 */
import { parseCronExpression } from 'cron-schedule'
import { badRequest } from '../errors.ts'
import { instantOf, isZone, offsetAt, transitionBetween, wallClock } from './zone.ts'

export interface CronExpression {
  /** The instant of the next match after `from` (both ms since the epoch); null when there is none in 8 years. */
  next(from: number): number | null
}

const DESCRIPTORS: Record<string, string> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
}
const DAY = 86_400_000
/** No zone changes by more than two hours. */
const CHANGE = 3 * 3_600_000
/** Feb 29 on a given weekday can be 40 years away; 8 cover every 29th of February. */
const HORIZON_DAYS = 366 * 8
const NAMES = /^(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|sun|mon|tue|wed|thu|fri|sat)$/i

interface Fields {
  seconds: readonly number[]
  minutes: readonly number[]
  hours: readonly number[]
  days: ReadonlySet<number>
  months: ReadonlySet<number>
  weekdays: ReadonlySet<number>
  /** Either day field matches, instead of both. */
  eitherDay: boolean
}

/** Parses an expression for a zone. 400 `invalid cron expression: …` for a bad one, also for one that never matches. */
export function parseExpression(text: string, zone: string): CronExpression {
  if (!isZone(zone)) throw invalid(`unknown time zone ${zone}`)
  const fields = parseFields(text)
  const everyHour = fields.hours.length === 24
  const expression: CronExpression = {
    next: (from) => (everyHour ? nextByClock(fields, from, zone) : nextByDate(fields, from, zone)),
  }
  if (nextWall(fields, 0) === null) throw invalid('it never comes: no such date')
  return expression
}

function parseFields(text: string): Fields {
  const trimmed = text.trim()
  if (trimmed.startsWith('@') && !DESCRIPTORS[trimmed]) throw invalid(`unrecognized descriptor: ${trimmed}`)
  const parts = (DESCRIPTORS[trimmed] ?? trimmed).split(/\s+/)
  if (parts.length !== 5 && parts.length !== 6) {
    throw invalid(`expected 5 or 6 fields, found ${parts.length}: [${parts.join(' ')}]`)
  }
  const clean = parts.map((part) => part.replace(/\?/g, '*'))
  for (const part of clean) checkField(part)
  let cron: ReturnType<typeof parseCronExpression>
  try {
    cron = parseCronExpression(clean.join(' '))
  } catch (error) {
    throw invalid(error instanceof Error ? error.message : String(error))
  }
  const [day, weekday] = [clean.at(-3)!, clean.at(-1)!]
  return {
    seconds: cron.seconds,
    minutes: cron.minutes,
    hours: cron.hours,
    days: new Set(cron.days),
    months: new Set(cron.months),
    weekdays: new Set(cron.weekdays),
    eitherDay: !day.split(',').includes('*') && !weekday.split(',').includes('*'),
  }
}

/** The parser takes `15W` for 15 and `5#2` for 5; what it does not know must be refused before. */
function checkField(field: string): void {
  for (const element of field.split(',')) {
    const [range, step, ...more] = element.split('/')
    const words = range!.split('-')
    const known = words.every((word) => /^\d{1,2}$/.test(word) || NAMES.test(word)) || range === '*'
    if (!known || more.length > 0 || words.length > 2) throw invalid(`cannot read '${element}'`)
    if (step !== undefined && !/^[1-9]\d?$/.test(step))
      throw invalid(`step of range should be a positive number: ${element}`)
  }
}

/** For certain hours: the next matching date and time, then where it lies in the zone. */
function nextByDate(fields: Fields, from: number, zone: string): number | null {
  const reading = wallClock(from, zone)
  // Shortly after a change, readings from before it still count: a gap has moved them forward, an overlap repeats them.
  const changed = offsetAt(from - CHANGE, zone) !== offsetAt(from, zone)
  let best: number | null = null
  let wall: number | null = changed ? reading - CHANGE : reading - 1
  for (;;) {
    wall = nextWall(fields, wall)
    if (wall === null) return best
    const at = instantOf(wall, zone)
    if (at > from && (best === null || at < best)) best = at
    // A time moved forward over a gap may come after a later reading that was not moved.
    if (best !== null && wall >= wallClock(best, zone)) return best
  }
}

/** For every hour: whatever the clock shows, match by match, over the changes of the zone. */
function nextByClock(fields: Fields, from: number, zone: string): number | null {
  const offset = offsetAt(from, zone)
  const wall = nextWall(fields, from + offset)
  if (wall === null) return null
  const at = wall - offset
  const change = transitionBetween(from, at, zone)
  if (change === null || at < change) return at
  const after = offsetAt(change, zone)
  const later = nextWall(fields, change + after - 1)
  return later === null ? null : later - after
}

/** The next matching wall clock after `from`, in whole seconds. */
function nextWall(fields: Fields, from: number): number | null {
  const start = Math.floor(from / 1000) * 1000 + 1000
  let day = Math.floor(start / DAY) * DAY
  let earliest = (start - day) / 1000
  for (let i = 0; i < HORIZON_DAYS; i++, day += DAY, earliest = 0) {
    if (!matchesDay(fields, new Date(day))) continue
    const second = nextSecond(fields, earliest)
    if (second !== null) return day + second * 1000
  }
  return null
}

function matchesDay(fields: Fields, date: Date): boolean {
  if (!fields.months.has(date.getUTCMonth())) return false
  const day = fields.days.has(date.getUTCDate())
  const weekday = fields.weekdays.has(date.getUTCDay())
  return fields.eitherDay ? day || weekday : day && weekday
}

/** The first matching second of a day that is not before `earliest`. */
function nextSecond({ hours, minutes, seconds }: Fields, earliest: number): number | null {
  for (const hour of hours) {
    if (hour * 3600 + 3599 < earliest) continue
    for (const minute of minutes) {
      const base = hour * 3600 + minute * 60
      if (base + 59 < earliest) continue
      for (const second of seconds) if (base + second >= earliest) return base + second
    }
  }
  return null
}

export function invalid(reason: string): Error {
  return badRequest(`invalid cron expression: ${reason}`)
}
