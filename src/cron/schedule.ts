/** When a job is due: a cron expression in a zone, an interval, or one moment (workspace-formats.md sections 4.2 to 4.4). */
import parseDuration from 'parse-duration'
import { badRequest } from '../errors.ts'
import { invalid, parseExpression } from './expression.ts'
import { isZone, localZone } from './zone.ts'

/** As stored and shown: `cron` has `expr` (also `@every 1m0s`), `at` has `atMs`. */
export interface Schedule {
  kind: 'cron' | 'at'
  expr?: string
  tz?: string
  atMs?: number
}

const GO_DURATION = /^[-+]?((\d+(\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h))+$/

/** The next time after `from`; null when there is none. An interval keeps its phase from `anchor`, however late it is. */
export function nextTime(schedule: Schedule, from: number, anchor: number): number | null {
  if (schedule.kind === 'at') return schedule.atMs !== undefined && schedule.atMs > from ? schedule.atMs : null
  const { text, zone } = zoned(schedule)
  const every = intervalOf(text)
  if (every !== null) {
    const passed = Math.floor((from - anchor) / every)
    return anchor + Math.max(1, passed + 1) * every
  }
  return expressionOf(text, zone).next(from)
}

/** What became due between a slot and now. */
export interface Passed {
  /** The newest slot that is not in the future. */
  last: number
  /** How many came before it, the first one included. */
  before: number
  /** The first slot that is still ahead; null when there is none. */
  next: number | null
}

/** Slots of an expression that are counted one by one; after a longer sleep `before` says "at least". */
const COUNT_LIMIT = 20_000

/** Looks from a slot that is due to `now`. Both are ms since the epoch. */
export function passedSlots(schedule: Schedule, slot: number, now: number, anchor: number): Passed {
  const every = schedule.kind === 'cron' ? intervalOf(zoned(schedule).text) : null
  if (every !== null) {
    const before = Math.max(0, Math.floor((now - slot) / every))
    const last = slot + before * every
    return { last, before, next: nextTime(schedule, Math.max(last, now), anchor) }
  }
  let last = slot
  let before = 0
  let next = nextTime(schedule, slot, anchor)
  for (; next !== null && next <= now && before < COUNT_LIMIT; before++) {
    last = next
    next = nextTime(schedule, next, anchor)
  }
  if (next !== null && next <= now) next = nextTime(schedule, now, anchor)
  return { last, before, next }
}

/** Checks a schedule and brings it into its stored form. 400 with the reason for a bad one. */
export function checkSchedule(schedule: Schedule, now: number): Schedule {
  if (schedule.kind === 'at') {
    if (schedule.atMs === undefined || !Number.isFinite(schedule.atMs) || schedule.atMs <= now) {
      throw badRequest('invalid one-time schedule')
    }
    return { kind: 'at', atMs: Math.floor(schedule.atMs) }
  }
  const expr = schedule.expr?.trim() ?? ''
  if (!expr) throw badRequest('cron expression is required')
  const stored: Schedule = { kind: 'cron', expr, ...(schedule.tz?.trim() ? { tz: schedule.tz.trim() } : {}) }
  const { text, zone } = zoned(stored)
  if (!isZone(zone)) throw invalid(`unknown time zone ${zone}`)
  if (intervalOf(text) === null && expressionOf(text, zone).next(now) === null) throw invalid('it never comes')
  return stored
}

/** An interval in ms as the original writes it: 60000 becomes `@every 1m0s`. */
export function everyExpression(ms: number): string {
  return `@every ${goDuration(ms)}`
}

/** A duration in Go's form: `1h0m0s`, `1m30.5s`, `500ms`. */
export function goDuration(ms: number): string {
  if (ms < 1000) return `${ms}ms`
  const hours = Math.floor(ms / 3_600_000)
  const minutes = Math.floor((ms % 3_600_000) / 60_000)
  const seconds = `${(ms % 60_000) / 1000}s`
  return hours ? `${hours}h${minutes}m${seconds}` : minutes ? `${minutes}m${seconds}` : seconds
}

/** Milliseconds of a Go duration (`1h30m`, `90s`); null for other text. */
export function parseGoDuration(text: string): number | null {
  if (!GO_DURATION.test(text.trim())) return null
  return parseDuration(text.trim().replaceAll('µs', 'us')) ?? null
}

/** The prefix `CRON_TZ=` or `TZ=` wins over the field, the field over the machine's zone. */
function zoned({ expr = '', tz }: Schedule): { text: string; zone: string } {
  const [, prefix, rest] = /^(?:CRON_TZ|TZ)=(\S*)\s*(.*)$/s.exec(expr.trim()) ?? []
  if (prefix !== undefined) {
    if (!prefix || !rest) throw invalid('a time zone prefix needs a zone and an expression after it')
    return { text: rest, zone: prefix }
  }
  return { text: expr.trim(), zone: tz || localZone() }
}

/** Milliseconds of `@every <duration>`, whole seconds and at least one; null for any other expression. */
function intervalOf(text: string): number | null {
  const [, duration] = /^@every\s+(.*)$/s.exec(text) ?? []
  if (duration === undefined) return null
  const ms = parseGoDuration(duration)
  if (ms === null) throw invalid(`failed to parse duration @every ${duration}`)
  return Math.max(1000, Math.floor(ms / 1000) * 1000)
}

const parsed = new Map<string, ReturnType<typeof parseExpression>>()

function expressionOf(text: string, zone: string): ReturnType<typeof parseExpression> {
  const key = `${zone} ${text}`
  let expression = parsed.get(key)
  if (!expression) {
    expression = parseExpression(text, zone)
    if (parsed.size > 1000) parsed.clear()
    parsed.set(key, expression)
  }
  return expression
}
