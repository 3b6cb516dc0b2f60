/**
 * A model relay for tests: dials in at `/v1/ws` and performs the gateway's requests against a real server, as a page in
 * AI Studio would against the vendor. A test may take a request in hand and answer it frame by frame.
 */
import { WebSocket } from 'ws'

export interface HttpRequestFrame {
  id: string
  type: 'http_request'
  payload: { method: string; url: string; headers: Record<string, string[]>; body: string; sent_at: string }
}

export interface RelayClientOptions {
  token: string
  /** The relay's name; default none, so the gateway's default. */
  name?: string
  headers?: Record<string, string>
  /** Answers a request instead of the upstream; false leaves it to the upstream. */
  answer?(request: HttpRequestFrame, relay: RelayClient): unknown
  /** How a stream is forwarded: one JSON object a chunk (default), or the bytes as they come. */
  framing?: 'objects' | 'raw'
}

export interface RelayClient {
  /** Requests taken, in order. */
  readonly requests: HttpRequestFrame[]
  /** All frames that are no requests: `pong`, `cancel`, `pause`, `resume`. */
  readonly signals: Array<{ id: string; type: string }>
  /** Protocol pings of the gateway. */
  readonly pings: number
  send(frame: unknown): void
  /** Resolves with the n-th request, here or yet to come. */
  request(n?: number): Promise<HttpRequestFrame>
  /** Resolves with the first signal of a type, here or yet to come. */
  signal(type: string): Promise<{ id: string; type: string }>
  /** `code reason` of the close. */
  readonly closed: Promise<string>
  close(): void
  /** Cuts the connection without a goodbye. */
  kill(): void
}

/** Connects; rejects with `status` and `body` of a refused upgrade. `url` is `ws://host:port`. */
export function connectRelay(url: string, options: RelayClientOptions): Promise<RelayClient> {
  const { token, name, headers = {}, answer, framing = 'objects' } = options
  const query = new URLSearchParams({ ...(token && { token }), ...(name === undefined ? {} : { provider: name }) })
  const socket = new WebSocket(`${url}/v1/ws?${query}`, { headers })
  const requests: HttpRequestFrame[] = []
  const signals: Array<{ id: string; type: string }> = []
  const running = new Map<string, AbortController>()
  const waiting = new Set<() => void>()
  let pings = 0
  let over = false
  const wake = () => {
    for (const check of [...waiting]) check()
  }
  const until = <T>(what: string, find: () => T | undefined) =>
    new Promise<T>((resolve, reject) => {
      const check = () => {
        const found = find()
        if (found === undefined && !over) return
        waiting.delete(check)
        if (found === undefined) reject(new Error(`the relay was closed before ${what} came`))
        else resolve(found)
      }
      waiting.add(check)
      check()
    })
  const relay: RelayClient = {
    requests,
    signals,
    get pings() {
      return pings
    },
    send: (frame) => socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame)),
    request: (n = 0) => until(`request ${n}`, () => requests[n]),
    signal: (type) => until(type, () => signals.find((signal) => signal.type === type)),
    closed: new Promise((resolve) => {
      socket.on('close', (code, reason) => {
        over = true
        for (const run of running.values()) run.abort()
        wake()
        resolve(`${code} ${reason}`.trim())
      })
    }),
    close: () => socket.close(),
    kill: () => socket.terminate(),
  }
  const perform = async ({ id, payload }: HttpRequestFrame) => {
    const stop = new AbortController()
    running.set(id, stop)
    const send = (type: string, content?: object) => relay.send({ id, type, ...(content && { payload: content }) })
    try {
      const { method, url: target, body } = payload
      const flat = Object.fromEntries(Object.entries(payload.headers).map(([key, values]) => [key, values.join(', ')]))
      const response = await fetch(target, { method, headers: flat, body, signal: stop.signal })
      const head = { status: response.status, headers: Object.fromEntries(response.headers) }
      if (!response.ok || !flat.Accept?.includes('event-stream')) {
        send('http_response', { ...head, body: await response.text() })
        return
      }
      send('stream_start', head)
      for await (const data of pieces(response.body!, framing)) send('stream_chunk', { data })
      send('stream_end')
    } catch (error) {
      if (!stop.signal.aborted) send('error', { error: String(error), status: 502 })
    } finally {
      running.delete(id)
    }
  }
  socket.on('ping', () => {
    pings++
  })
  socket.on('message', (data) => {
    const frame = JSON.parse(String(data)) as HttpRequestFrame | { id: string; type: string }
    if (frame.type === 'http_request') {
      const request = frame as HttpRequestFrame
      requests.push(request)
      if (!answer || answer(request, relay) === false) void perform(request)
    } else {
      signals.push(frame)
      if (frame.type === 'cancel') running.get(frame.id)?.abort()
    }
    wake()
  })
  return new Promise((resolve, reject) => {
    socket.on('open', () => resolve(relay))
    socket.on('unexpected-response', (_request, response) => {
      let body = ''
      response.on('data', (chunk) => {
        body += chunk
      })
      response.on('end', () =>
        reject(Object.assign(new Error(`${response.statusCode} ${body}`), { status: response.statusCode, body })),
      )
    })
    socket.on('error', reject)
  })
}

async function* pieces(body: ReadableStream<Uint8Array>, framing: 'objects' | 'raw'): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const bytes of body) {
    const text = decoder.decode(bytes, { stream: true })
    if (framing === 'raw') {
      yield text
      continue
    }
    const events = (rest + text).split('\n\n')
    rest = events.pop()!
    for (const event of events) yield event.replace(/^data: /, '')
  }
}
