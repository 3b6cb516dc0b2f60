/** Clocks of time zones: what `datetime-local` fields hold is a wall clock somewhere. */

/** The zone of this browser. */
export const browserZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone

/** Every zone that browsers know; the present one first would surprise, so by name. */
export function zones(): string[] {
  const known = Intl.supportedValuesOf('timeZone')
  return known.includes('UTC') ? known : ['UTC', ...known]
}

/** `2026-11-24T09:00`: an instant (ms since the epoch) on the wall of a zone. */
export function wallOf(at: number, zone: string): string {
  return new Date(at + offsetAt(at, zone)).toISOString().slice(0, 16)
}

/**
 * The instant of a wall clock in a zone; null for text that is none. Of a time that comes twice the first; one that a
 * change of the clock skips is as much later.
 */
export function instantOf(wall: string, zone: string): number | null {
  const plain = Date.parse(`${wall}Z`)
  if (Number.isNaN(plain)) return null
  const [earlier, later] = [offsetAt(plain - 86_400_000, zone), offsetAt(plain + 86_400_000, zone)]
  const candidates = [plain - earlier, plain - later].filter((at) => at + offsetAt(at, zone) === plain)
  return candidates.length > 0 ? Math.min(...candidates) : plain - earlier
}

/** How far a zone's clock is ahead of UTC, in ms. */
function offsetAt(at: number, zone: string): number {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  }).formatToParts(at)
  const part = (type: Intl.DateTimeFormatPartTypes) => Number(parts.find((one) => one.type === type)?.value)
  const wall = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'))
  return wall - Math.floor(at / 1000) * 1000
}
