/** A `fetch` whose requests a relay performs. Another relay is asked as long as nothing of the answer was given out. */
import { messageOf } from '../errors.ts'
import { responseOf } from './answer.ts'
import { type Exchange, RelayError } from './exchange.ts'
import type { RelayRequest } from './frames.ts'

export interface RelayLimits {
  /** Longest silence, ms: before the answer begins, and between its parts. */
  timeoutMs: number
  /** Hears how each relay that was asked did: an error, or none. */
  told?(relay: string, error?: unknown): void
}

/** A relay that can be asked now. */
export interface Askable {
  readonly name: string
  ask(request: RelayRequest): Exchange
  succeeded(): void
  failed(error: unknown): void
}

export interface RelayChoices {
  /** In the order to ask them; empty when none is connected. */
  candidates(): Askable[]
  /** Resolves when a relay has come, or when it is no use to wait for one that was here a moment ago. */
  comeBack(signal: AbortSignal | undefined): Promise<void>
}

const NONE =
  'no relay is connected: open the relay page, or connect a relay to /v1/ws with gateway.relay_token (or the gateway token)'

/**
 * Performs requests through relays. Only method, URL, `Content-Type`, `Accept` and a text body go to the relay: it brings
 * its own credentials. Throws what `fetch` throws for a broken connection (`TypeError: fetch failed`, its cause says
 * why), or the signal's reason.
 */
export function relayFetch(relays: RelayChoices, { timeoutMs, told }: RelayLimits): typeof globalThis.fetch {
  return async (input, init) => {
    const signal = init?.signal ?? undefined
    const request = requestOf(input, init)
    if (relays.candidates().length === 0) await relays.comeBack(signal)
    signal?.throwIfAborted()
    const candidates = relays.candidates()
    if (candidates.length === 0) throw failed(new RelayError(NONE))
    let last: unknown
    for (const [at, candidate] of candidates.entries()) {
      const relay = told ? telling(candidate, told) : candidate
      const isLast = at === candidates.length - 1
      try {
        // With another relay in reserve half the time is enough, so that it can still answer within the caller's limit.
        const response = await attempt(relay, request, isLast ? timeoutMs : timeoutMs / 2, timeoutMs, signal)
        if (isLast || !isRelaysFault(response.status)) return response
        await response.body?.cancel()
      } catch (error) {
        signal?.throwIfAborted()
        last = error
        if (isLast && error instanceof RelayError && error.status >= 400 && error.status <= 599) return refusal(error)
      }
    }
    throw failed(last)
  }
}

function telling(relay: Askable, told: (relay: string, error?: unknown) => void): Askable {
  const { name } = relay
  return {
    name,
    ask: (request) => relay.ask(request),
    succeeded() {
      relay.succeeded()
      told(name)
    },
    failed(error) {
      relay.failed(error)
      told(name, error)
    },
  }
}

async function attempt(
  relay: Askable,
  request: RelayRequest,
  firstMs: number,
  idleMs: number,
  signal: AbortSignal | undefined,
): Promise<Response> {
  const exchange = relay.ask(request)
  const abort = () => {
    // The caller's time may run out long after the answer.
    if (exchange.isOver) return
    // A caller that gave up waiting is a silent relay; one that was stopped says nothing about it.
    if (isTimeout(signal?.reason)) relay.failed(signal?.reason)
    exchange.cancel(signal?.reason)
  }
  signal?.addEventListener('abort', abort, { once: true })
  const over = () => signal?.removeEventListener('abort', abort)
  const broken = (error: unknown) => {
    over()
    if (!signal?.aborted) relay.failed(error)
  }
  try {
    const head = await exchange.head(firstMs)
    const response = await responseOf(exchange, head, { stream: wantsStream(request), idleMs, broken })
    if (isRelaysFault(response.status)) relay.failed(new RelayError(`status ${response.status}`, response.status))
    else relay.succeeded()
    return response
  } catch (error) {
    broken(error)
    throw error
  }
}

/** The vendor is overloaded or refuses this relay's account; a plain refusal of the request is nobody's fault here. */
const isRelaysFault = (status: number) => status === 429 || status >= 500

const isTimeout = (reason: unknown) => reason instanceof Error && reason.name === 'TimeoutError'

const wantsStream = ({ headers }: RelayRequest) => headers.Accept === 'text/event-stream'

function requestOf(input: Parameters<typeof globalThis.fetch>[0], init: RequestInit | undefined): RelayRequest {
  const url = input instanceof Request ? input.url : String(input)
  const stream = URL.parse(url)?.searchParams.get('alt') === 'sse'
  return {
    method: init?.method ?? 'GET',
    url,
    headers: { 'Content-Type': 'application/json', Accept: stream ? 'text/event-stream' : 'application/json' },
    body: typeof init?.body === 'string' ? init.body : '',
  }
}

/** The relay's own status and words, as the vendor would have put them. */
function refusal({ message, status }: RelayError): Response {
  return Response.json({ error: { code: status, message, status: 'RELAY' } }, { status })
}

const failed = (error: unknown) =>
  new TypeError('fetch failed', { cause: error instanceof Error ? error : new Error(messageOf(error)) })
