/** Instants and wall clocks of IANA time zones, on `Intl` alone. A wall clock is ms as if it were UTC. */

const HOUR = 3_600_000
const formatters = new Map<string, Intl.DateTimeFormat>()

/** True when `zone` names an IANA time zone (`Europe/Rome`, `UTC`). */
export function isZone(zone: string): boolean {
  try {
    formatterOf(zone)
    return true
  } catch {
    return false
  }
}

/** The zone of the machine; UTC on the edge. */
export function localZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC'
}

/** What a clock in `zone` shows at an instant. */
export function wallClock(at: number, zone: string): number {
  const part: Record<string, number> = {}
  for (const { type, value } of formatterOf(zone).formatToParts(at)) part[type] = Number(value)
  return (
    Date.UTC(part.year!, part.month! - 1, part.day!, part.hour!, part.minute!, part.second!) +
    (((at % 1000) + 1000) % 1000)
  )
}

/** Wall clock minus instant, ms. */
export function offsetAt(at: number, zone: string): number {
  return zone === 'UTC' ? 0 : wallClock(at, zone) - at
}

/**
 * The instant at which a clock in `zone` shows `wall`. In a gap (spring) the time moves forward by the gap's length; in
 * an overlap (autumn) it is the first of the two.
 */
export function instantOf(wall: number, zone: string): number {
  if (zone === 'UTC') return wall
  const before = offsetAt(wall - 24 * HOUR, zone)
  const after = offsetAt(wall + 24 * HOUR, zone)
  for (const offset of before === after ? [before] : [before, after]) {
    if (offsetAt(wall - offset, zone) === offset) return wall - offset
  }
  return wall - before
}

/** The first instant after `from` and not after `to` at which the zone's offset is another; null when it stays. */
export function transitionBetween(from: number, to: number, zone: string): number | null {
  const offset = offsetAt(from, zone)
  if (offsetAt(to, zone) === offset) return null
  let low = from
  let high = to
  while (high - low > 1000) {
    const middle = Math.floor((low + high) / 2)
    if (offsetAt(middle, zone) === offset) low = middle
    else high = middle
  }
  return Math.floor(high / 1000) * 1000
}

function formatterOf(zone: string): Intl.DateTimeFormat {
  let formatter = formatters.get(zone)
  if (!formatter) {
    formatter = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
    formatters.set(zone, formatter)
  }
  return formatter
}
