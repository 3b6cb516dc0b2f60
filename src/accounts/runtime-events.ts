/** The events of a provider as a client asks for them: filtered, merged, sorted, one page (providers.md section 10.1). */
import * as z from 'zod'
import { type ProviderEvent, type ProviderHistory, rfc3339 } from '../models/index.ts'

export const eventSchema = z
  .object({
    when: z.string().describe('RFC 3339.'),
    kind: z.string().describe('`api_key`, `oauth`, `none` (asked without credentials), `relay` or `scheduler`.'),
    target: z.string().optional(),
    reason: z.string().optional(),
    detail: z.string().optional(),
  })
  .meta({ id: 'ProviderEvent' })

export type EventView = z.output<typeof eventSchema>

export interface EventFilter {
  kind: string
  reason: string
  target: string
  /** Oldest first. */
  ascending: boolean
  changesOnly: boolean
  /** Seconds; 0: all. */
  windowSec: number
  limit: number
  cursor: number
}

export interface EventPage {
  recent_hits: EventView[]
  recent_errors: EventView[]
  recent_changes: EventView[]
  last_success: EventView | null
  events: EventView[]
  /** 0 at the end. */
  next_cursor: number
}

/** What a filter leaves of a history; the last success is never filtered. */
export function eventPage(history: ProviderHistory, filter: EventFilter, now: number): EventPage {
  const keep = (events: readonly ProviderEvent[]) => events.filter((event) => matches(event, filter, now))
  const hits = filter.changesOnly ? [] : keep(history.hits)
  const errors = filter.changesOnly ? [] : keep(history.errors)
  const changes = keep(history.changes)
  const direction = filter.ascending ? 1 : -1
  const merged = [...hits, ...errors, ...changes].toSorted((a, b) => direction * (a.at - b.at))
  const end = filter.cursor + filter.limit
  return {
    recent_hits: hits.map(eventView),
    recent_errors: errors.map(eventView),
    recent_changes: changes.map(eventView),
    last_success: history.lastSuccess && eventView(history.lastSuccess),
    events: merged.slice(filter.cursor, end).map(eventView),
    next_cursor: end < merged.length ? end : 0,
  }
}

/** An event as clients see it; empty members are left out. */
export function eventView({ at, kind, target, reason, detail }: ProviderEvent): EventView {
  return {
    when: rfc3339(at),
    kind,
    ...(target ? { target } : {}),
    ...(reason ? { reason } : {}),
    ...(detail ? { detail } : {}),
  }
}

function matches(event: ProviderEvent, filter: EventFilter, now: number): boolean {
  const has = (text: string, part: string) => text.toLowerCase().includes(part.toLowerCase())
  if (filter.kind && event.kind.toLowerCase() !== filter.kind.toLowerCase()) return false
  if (filter.reason && !has(event.reason, filter.reason)) return false
  if (filter.target && !has(event.target, filter.target) && !has(event.detail, filter.target)) return false
  return filter.windowSec === 0 || event.at > now - filter.windowSec * 1000
}
