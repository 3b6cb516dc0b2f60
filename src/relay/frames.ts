/**
 * The relay's wire protocol (relay.md sections 2, 3): one JSON object a message, `{ id, type, payload? }`.
 *
 * To the relay: `http_request`, `pong`, and three that older relays ignore: `cancel` (nobody waits for this answer any
 * more), `pause` and `resume` (send no further chunks of it until told).
 */
import * as z from 'zod'

/** Status and headers of the vendor's answer. */
export interface Head {
  status: number
  headers: Record<string, string>
}

/** What a relay says about one request. */
export type RelayEvent =
  | { type: 'response'; head: Head; body: string }
  | { type: 'start'; head: Head }
  | { type: 'chunk'; data: string }
  | { type: 'end' }
  /** `status` is 0 where the relay gave none. */
  | { type: 'error'; message: string; status: number }

export type RelayMessage =
  | { id: string; event: RelayEvent }
  | { id: string; ping: true }
  /** Another type: of a newer relay, to be ignored. */
  | { id: string; unknown: string }

/** A request as the relay shall perform it. */
export interface RelayRequest {
  method: string
  url: string
  headers: Record<string, string>
  body: string
}

const message = z.looseObject({
  id: z.string().max(200).default(''),
  type: z.string().max(100),
  payload: z.record(z.string(), z.unknown()).nullish(),
})

/** Reads a message; null when it is none of this protocol. Wrong members of a payload have the defaults of relay.md. */
export function readMessage(data: string | Uint8Array): RelayMessage | null {
  const parsed = message.safeParse(parse(data))
  if (!parsed.success) return null
  const { id, type, payload } = parsed.data
  if (type === 'ping') return { id, ping: true }
  const event = eventOf(type, payload)
  return event ? { id, event } : { id, unknown: type }
}

function eventOf(type: string, payload: Record<string, unknown> | null | undefined): RelayEvent | undefined {
  switch (type) {
    case 'http_response':
      return { type: 'response', head: headOf(payload), body: textOf(payload?.body) }
    case 'stream_start':
      return { type: 'start', head: headOf(payload) }
    case 'stream_chunk':
      return { type: 'chunk', data: textOf(payload?.data) }
    case 'stream_end':
      return { type: 'end' }
    case 'error': {
      const status = typeof payload?.status === 'number' ? payload.status : 0
      const text = textOf(payload?.error).trim() || (payload ? 'upstream error' : 'unknown error')
      return { type: 'error', message: text, status }
    }
    default:
      return undefined
  }
}

/** No payload at all is the relay's fault: 502. */
function headOf(payload: Record<string, unknown> | null | undefined): Head {
  if (!payload) return { status: 502, headers: {} }
  const headers: Record<string, string> = {}
  const given = typeof payload.headers === 'object' && payload.headers !== null ? payload.headers : {}
  for (const [name, value] of Object.entries(given)) {
    if (typeof value === 'string') headers[name.toLowerCase()] = value
    else if (Array.isArray(value)) headers[name.toLowerCase()] = value.filter((v) => typeof v === 'string').join(', ')
  }
  return { status: typeof payload.status === 'number' ? payload.status : 200, headers }
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')

function parse(data: string | Uint8Array): unknown {
  try {
    return JSON.parse(
      typeof data === 'string' ? data : new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(data),
    )
  } catch {
    return undefined
  }
}

/** The frame that asks the relay for `request`. `now` in ms since the epoch. */
export function requestFrame(id: string, { method, url, headers, body }: RelayRequest, now: number): string {
  const lists = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]]))
  const payload = { method, url, headers: lists, body, sent_at: new Date(now).toISOString() }
  return JSON.stringify({ id, type: 'http_request', payload })
}

/** A frame without payload. */
export function signalFrame(id: string, type: 'pong' | 'cancel' | 'pause' | 'resume'): string {
  return JSON.stringify({ id, type })
}
