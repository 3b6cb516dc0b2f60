/** When a job runs, as the form edits it and as the API takes it. */
import type { Job, JobRequest } from './jobs.ts'
import { browserZone, instantOf, wallOf } from './wall-clock.ts'

export type Unit = 'minutes' | 'hours' | 'days'

export interface Timing {
  kind: 'repeating' | 'interval' | 'once'
  /** A cron expression. */
  expr: string
  /** Empty: the zone of the gateway's machine. */
  zone: string
  /** As it was typed. */
  every: string
  unit: Unit
  /** What a `datetime-local` field holds, in `zone`. */
  moment: string
}

const MINUTES: Readonly<Record<Unit, number>> = { minutes: 1, hours: 60, days: 1440 }
const HOUR_MS = 3_600_000

/** The timing of a new job. */
export function newTiming(now: number): Timing {
  const zone = browserZone()
  const tomorrow = wallOf(now + 24 * HOUR_MS, zone).slice(0, 10)
  return { kind: 'repeating', expr: '0 8 * * *', zone, every: '1', unit: 'hours', moment: `${tomorrow}T09:00` }
}

/** The timing of a stored job. */
export function timingOf({ schedule }: Job, now: number): Timing {
  const blank = newTiming(now)
  if (schedule.kind === 'at') return { ...blank, kind: 'once', moment: wallOf(schedule.atMs ?? now, blank.zone) }
  const zone = schedule.tz ?? ''
  const expr = schedule.expr ?? ''
  const interval = intervalOf(expr)
  return interval ? { ...blank, ...interval, zone, kind: 'interval' } : { ...blank, kind: 'repeating', expr, zone }
}

/** The expression of a repeating timing, for the preview and the request; null when it is not filled in. */
export function expressionOf({ kind, expr, every, unit }: Timing): string | null {
  if (kind === 'repeating') return expr.trim() || null
  const n = Number(every)
  if (kind !== 'interval' || !Number.isInteger(n) || n < 1) return null
  return `@every ${unit === 'minutes' ? `${n}m` : `${(n * MINUTES[unit]) / 60}h`}`
}

/** What to send; null when it is not filled in, or the moment has passed. */
export function requestOf(timing: Timing, now: number): Pick<JobRequest, 'expr' | 'tz' | 'at'> | null {
  if (timing.kind === 'once') {
    const at = instantOf(timing.moment, timing.zone || browserZone())
    return at !== null && at > now ? { at: new Date(at).toISOString() } : null
  }
  const expr = expressionOf(timing)
  return expr === null ? null : { expr, tz: timing.zone || null }
}

/** Whole minutes, hours or days of an `@every` expression; null for any other. */
export function intervalOf(expr: string): { every: string; unit: Unit } | null {
  const [, hours, minutes, seconds] = /^@every\s+(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$/.exec(expr.trim()) ?? []
  if (hours === undefined && minutes === undefined && seconds === undefined) return null
  if (Number(seconds ?? 0) % 60 !== 0) return null
  const total = Number(hours ?? 0) * 60 + Number(minutes ?? 0) + Number(seconds ?? 0) / 60
  if (total < 1) return null
  const unit: Unit = total % MINUTES.days === 0 ? 'days' : total % MINUTES.hours === 0 ? 'hours' : 'minutes'
  return { every: String(total / MINUTES[unit]), unit }
}
