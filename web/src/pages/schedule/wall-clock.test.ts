import { describe, expect, it } from 'vitest'
import { instantOf, wallOf, zones } from './wall-clock.ts'

const iso = (wall: string, zone: string) => new Date(instantOf(wall, zone)!).toISOString()

describe('the wall clock of a zone', () => {
  it('leads to the instant, in winter and in summer', () => {
    expect(iso('2026-11-24T09:00', 'Europe/Rome')).toBe('2026-11-24T08:00:00.000Z')
    expect(iso('2026-07-24T09:00', 'Europe/Rome')).toBe('2026-07-24T07:00:00.000Z')
    expect(iso('2026-11-24T09:00', 'Asia/Kolkata')).toBe('2026-11-24T03:30:00.000Z')
  })

  it('is the one of the instant again', () => {
    const at = Date.parse('2026-11-24T08:00:30Z')
    expect(wallOf(at, 'Asia/Shanghai')).toBe('2026-11-24T16:00')
    expect(wallOf(instantOf('2026-03-01T23:59', 'America/New_York')!, 'America/New_York')).toBe('2026-03-01T23:59')
  })

  it('takes the first of two, and goes over a gap', () => {
    expect(iso('2026-10-25T02:30', 'Europe/Rome')).toBe('2026-10-25T00:30:00.000Z')
    expect(iso('2026-03-29T02:30', 'Europe/Rome')).toBe('2026-03-29T01:30:00.000Z')
  })

  it('is null for text that is no time', () => {
    expect(instantOf('', 'UTC')).toBeNull()
    expect(zones()).toContain('UTC')
  })
})
