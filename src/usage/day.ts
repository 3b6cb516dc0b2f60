/** Days as the gateway counts them: from midnight to midnight in its time zone. */
import { instantOf, wallClock } from '../cron/index.ts'

const DAY_MS = 24 * 3600_000

/** A day: its name (`2026-11-23`), and when it begins and ends (ms since the epoch, end excluded). */
export interface Day {
  readonly name: string
  readonly from: number
  readonly to: number
}

/** The day that an instant belongs to in `zone`, an IANA name. */
export function dayAt(at: number, zone: string): Day {
  const midnight = Math.floor(wallClock(at, zone) / DAY_MS) * DAY_MS
  return {
    name: new Date(midnight).toISOString().slice(0, 10),
    from: instantOf(midnight, zone),
    to: instantOf(midnight + DAY_MS, zone),
  }
}

/** The name of the day `days` before the day called `name`. */
export function dayBefore(name: string, days: number): string {
  return new Date(Date.parse(`${name}T00:00:00Z`) - days * DAY_MS).toISOString().slice(0, 10)
}

/** Gives the present day; the calendar is asked once a day and zone. */
export function calendar(now: () => number, zone: () => string): () => Day {
  let day: Day = { name: '', from: 0, to: 0 }
  let of = ''
  return () => {
    const at = now()
    const wanted = zone()
    if (wanted !== of || at < day.from || at >= day.to) {
      day = dayAt(at, wanted)
      of = wanted
    }
    return day
  }
}
