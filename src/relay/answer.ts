/** From what a relay sent to the `Response` that the vendor itself would have given (relay.md sections 5, 6). */
import { jsonObject } from '../json-object.ts'
import { type Exchange, RelayError } from './exchange.ts'
import type { Head } from './frames.ts'
import { objectFinder } from './json-objects.ts'

export interface AnswerOptions {
  /** The caller reads server-sent events; else one JSON document. */
  stream: boolean
  /** Longest silence of the relay, ms. */
  idleMs: number
  /** Called when the body breaks off after the response was given. */
  broken(error: unknown): void
}

/** Longest body of an answer that is not streamed, characters. */
const WHOLE_LIMIT = 16 << 20

/** What may be said of the vendor's answer; lengths and encodings were the relay's. */
const KEPT_HEADERS = ['content-type', 'retry-after', 'retry-after-ms', 'x-request-id']

/** The response behind an exchange whose `head` is known. A whole answer is read here and rejects when it breaks off. */
export async function responseOf(exchange: Exchange, head: Head, options: AnswerOptions): Promise<Response> {
  const status = usableStatus(head.status)
  const headers: Record<string, string> = {}
  for (const name of KEPT_HEADERS) {
    const value = head.headers[name]
    // A header may hold anything a relay made up; a broken one is none.
    if (value !== undefined && /^[\t\x20-\x7e]*$/.test(value)) headers[name] = value
  }
  if (status >= 300) return new Response(await whole(exchange, options.idleMs), { status, headers })
  if (options.stream)
    return new Response(events(exchange, options), { headers: { 'content-type': 'text/event-stream' } })
  const body = unwrapped(await whole(exchange, options.idleMs))
  return new Response(body, { headers: { ...headers, 'content-type': 'application/json' } })
}

/** Statuses a response cannot have, or that mean "no body", are no answer to a question. */
function usableStatus(status: number): number {
  const usable = Number.isInteger(status) && status >= 200 && status <= 599 && ![204, 205, 304].includes(status)
  return usable ? status : 502
}

async function whole(exchange: Exchange, idleMs: number): Promise<string> {
  let text = ''
  for (let piece = await exchange.read(idleMs); piece !== null; piece = await exchange.read(idleMs)) {
    text += piece
    if (text.length > WHOLE_LIMIT) {
      const error = new RelayError(`the answer through the relay is larger than ${WHOLE_LIMIT >> 20} MiB`)
      exchange.cancel(error)
      throw error
    }
  }
  return text
}

/** The body as server-sent events, one object each. Pulled: what the caller does not read stays in the exchange. */
function events(exchange: Exchange, { idleMs, broken }: AnswerOptions): ReadableStream<Uint8Array> {
  const find = objectFinder()
  const encoder = new TextEncoder()
  let any = false
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        for (;;) {
          const piece = await exchange.read(idleMs)
          if (piece === null) {
            if (!any) throw new RelayError('the relay ended its answer without any data')
            return controller.close()
          }
          const found = find(piece)
          if (found.length === 0) continue
          any = true
          return controller.enqueue(encoder.encode(found.map(eventOf).join('')))
        }
      } catch (error) {
        exchange.cancel(error)
        broken(error)
        controller.error(error)
      }
    },
    cancel(reason) {
      exchange.cancel(reason ?? new RelayError('the answer is no longer wanted'))
    },
  })
}

function eventOf(text: string): string {
  const value = jsonObject(text)
  if (value === undefined) throw new RelayError('the relay sent something that is no JSON')
  const inner = inside(value)
  if (typeof inner.error === 'object' && inner.error !== null) {
    const { message, code } = inner.error as { message?: unknown; code?: unknown }
    throw new RelayError(`the provider reported an error: ${message ?? 'without a message'}`, Number(code) || 0)
  }
  return `data: ${JSON.stringify(inner)}\n\n`
}

function unwrapped(text: string): string {
  const value = jsonObject(text)
  return value === undefined ? text : JSON.stringify(inside(value))
}

/** Some relays forward the vendor's object in an envelope. */
function inside(value: Record<string, unknown>): Record<string, unknown> {
  const { response } = value
  return typeof response === 'object' && response !== null && !('candidates' in value)
    ? (response as Record<string, unknown>)
    : value
}
