/** The time of a reminder: `10m`, `1h30m`, `2026-03-01 09:00[:30]`, `09:00[:30]` (agent.md section 9.12). */
import { badRequest } from '../errors.ts'
import { parseGoDuration } from './schedule.ts'
import { instantOf, wallClock } from './zone.ts'

const DAY = 86_400_000

/** The instant a time expression means, by the clock of `zone`; a bare time that has passed today is tomorrow's. */
export function reminderTime(text: string, now: number, zone: string): number {
  const trimmed = text.trim()
  const duration = parseGoDuration(trimmed)
  if (duration !== null) return now + duration
  const [, date, hour, minute, second] =
    /^(?:(\d{4}-\d{2}-\d{2})[ T])?(\d{1,2}):(\d{2})(?::(\d{2}))?$/.exec(trimmed) ?? []
  const time = (Number(hour) * 3600 + Number(minute) * 60 + Number(second ?? 0)) * 1000
  const midnight = date ? Date.parse(`${date}T00:00:00Z`) : Math.floor(wallClock(now, zone) / DAY) * DAY
  const known = !Number.isNaN(midnight) && (!date || new Date(midnight).toISOString().startsWith(date))
  if (hour === undefined || time >= DAY || Number(minute) > 59 || Number(second ?? 0) > 59 || !known) {
    throw badRequest(`could not parse time expression '${text}': use 10m, 1h30m, 09:00 or 2026-03-01 09:00`)
  }
  const at = instantOf(midnight + time, zone)
  return at <= now && !date ? instantOf(midnight + DAY + time, zone) : at
}
