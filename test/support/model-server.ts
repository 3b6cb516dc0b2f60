/**
 * A model vendor on loopback: a real HTTP server that speaks OpenAI chat completions and responses (`/v1`), Anthropic
 * messages (`/v1/messages`) and Google generateContent (`/v1beta`), streamed and not. Run on its own it survives the
 * gateway under test: `node test/support/model-server.ts [port]` prints its URL.
 *
 * The LAST USER MESSAGE is the script: plain text with `name=value` directives anywhere in it. Without any the answer
 * is `You said: <message>`. A turn's step is the number of answers with tool calls since that message, so a repeated
 * request is answered the same way.
 *
 *   text="Hello {result}"      the final answer; {result} is the last tool result, {results} all of them, joined by |
 *   tokens=20                  a final answer of 20 deltas: `t0 t1 ... t19 `
 *   pieces=3                   the text in deltas of 3 characters
 *   think=3                    3 deltas of reasoning first: `r0 r1 r2 `
 *   call=read_file:{"path":"a"}  call this tool; each further `call=` is the next step
 *   +call=list_files:{}        call it in the same step as the one before (parallel calls)
 *   tools=2                    two more steps that call the first tool offered, with the least input its schema allows
 *   say="Let me look."         text in the steps that call tools
 *   delay=10  first=50         ms between deltas; ms before the first byte
 *   usage=120,30               input and output tokens reported
 *   finish=length              or content-filter, stop, tool-calls
 *   k=name                     key for counters and for `requestsOf`; default: the message itself
 *
 * Faults. Each takes `xN` at its end: only the first N requests of this key and step (`fail=500x1`: fails once).
 *
 *   fail=429  retry_after=3    this status, in the vendor's wording; the header goes with it
 *   overflow=1                 the vendor's "prompt too long"; `overflow=9000`: only if the body has more characters
 *   hang=5                     silent after 5 deltas, stream left open; `hang=0` after the headers, `hang=headers` before
 *   die=5                      connection cut after 5 deltas
 *   cut=5                      ends properly after 5 deltas, as a proxy may, without the vendor's last events
 *   refuse=stream_options      400 as long as the request has this member anywhere
 *   demand=reasoning_content   400 as long as a message with tool calls lacks it
 *   garbage=json               a chunk that is no JSON; `garbage=html`: a web page with status 200
 *
 * `name@2=value` holds for step 2 only (the first step is 0). No tools offered: no calls. Side effects for tools under
 * test: `POST /pay?key=a` counts, `GET /pay?key=a` reads `{ "count": 1 }`. `GET /stats` shows the counters as JSON.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { type Ask, perform, type Scene } from './model-server-script.ts'
import type { Wire } from './model-server-wire.ts'
import { anthropic } from './model-server-wire-anthropic.ts'
import { chat } from './model-server-wire-chat.ts'
import { google } from './model-server-wire-google.ts'
import { responses } from './model-server-wire-responses.ts'

export interface ModelServerOptions {
  port?: number
  /** When set, any other key is 401, in an answer that repeats the wrong key, as some vendors do. */
  apiKey?: string
  /** What `GET /v1/models` lists. */
  models?: string[]
}

/** One call of a model, in the order of arrival. */
export interface ModelRequest {
  key: string
  path: string
  model: string
  prompt: string
  step: number
  stream: boolean
  /** Lower-case names. */
  headers: Record<string, string>
  body: Record<string, unknown>
  /** `open` while it runs; `left` when the client went away first; `cut` when the script did it. */
  outcome: 'open' | 'done' | 'left' | 'cut'
}

export interface ModelServer {
  /** `http://127.0.0.1:port`. Base URLs: OpenAI `${url}/v1`, Anthropic `${url}` (or `/v1`), Google `${url}/v1beta`. */
  readonly url: string
  readonly requests: ModelRequest[]
  readonly lastRequest: ModelRequest | undefined
  /** Requests whose script has this `k=` (or is this text). */
  requestsOf(key: string): ModelRequest[]
  /** Answers being written now. */
  readonly openStreams: number
  /** When the first content delta of the latest answer left, ms since the epoch with fractions. */
  readonly firstByteAt: number | undefined
  /** Side effects counted at `/pay`, by key. */
  readonly effects: Map<string, number>
  close(): Promise<void>
}

/** Starts a model server on a free port of 127.0.0.1 (or the one given). */
export async function startModelServer(options: ModelServerOptions = {}): Promise<ModelServer> {
  const requests: ModelRequest[] = []
  const effects = new Map<string, number>()
  const counters = new Map<string, number>()
  let openStreams = 0
  let firstByteAt: number | undefined

  const hits = (counter: string): number => {
    const n = (counters.get(counter) ?? 0) + 1
    counters.set(counter, n)
    return n
  }

  const answer = async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    const url = new URL(req.url ?? '/', 'http://127.0.0.1')
    const text = await bodyOf(req)
    if (url.pathname === '/pay') {
      const key = url.searchParams.get('key') ?? ''
      if (req.method === 'POST') effects.set(key, (effects.get(key) ?? 0) + 1)
      return json(res, 200, { count: effects.get(key) ?? 0 })
    }
    if (url.pathname === '/stats') {
      const outcomes = requests.map(({ key, step, outcome }) => ({ key, step, outcome }))
      return json(res, 200, { requests: outcomes, openStreams, firstByteAt, effects: Object.fromEntries(effects) })
    }
    const wire = wireOf(url.pathname)
    const given = keyOf(req)
    if (options.apiKey !== undefined && given !== options.apiKey) {
      return json(res, 401, (wire ?? chat).error(401, `Incorrect API key provided: ${given}.`))
    }
    if (url.pathname === '/v1/models') {
      const data = (options.models ?? ['test-model']).map((id) => ({
        id,
        object: 'model',
        created: 0,
        owned_by: 'test',
      }))
      return json(res, 200, { object: 'list', data })
    }
    if (!wire || req.method !== 'POST') return json(res, 404, chat.error(404, `Unknown path ${url.pathname}`))

    const body = JSON.parse(text) as Record<string, unknown>
    const ask = wire.read(body, url)
    const scene = perform(ask, text.length, hits)
    const { model, prompt, step, stream } = ask
    const headers = req.headers as Record<string, string>
    const record: ModelRequest = {
      key: scene.key,
      path: url.pathname,
      model,
      prompt,
      step,
      stream,
      headers,
      body,
      outcome: 'open',
    }
    requests.push(record)
    openStreams++
    const closed = new AbortController()
    res.on('close', () => {
      openStreams--
      if (record.outcome === 'open') record.outcome = res.writableFinished ? 'done' : 'left'
      closed.abort()
    })
    await play(res, wire, ask, scene, record, closed.signal, () => {
      firstByteAt = performance.timeOrigin + performance.now()
    })
  }

  const server = createServer((req, res) => {
    answer(req, res).catch((error: unknown) => {
      if (!res.headersSent) json(res, 400, chat.error(400, `The model server could not read this: ${String(error)}`))
      else res.destroy()
    })
  })
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    get lastRequest() {
      return requests.at(-1)
    },
    requestsOf: (key) => requests.filter((r) => r.key === key),
    get openStreams() {
      return openStreams
    },
    get firstByteAt() {
      return firstByteAt
    },
    effects,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** Writes one answer, with the fault its script asks for. */
async function play(
  res: ServerResponse,
  wire: Wire,
  ask: Ask,
  { plan, fault, first, delay }: Scene,
  record: ModelRequest,
  closed: AbortSignal,
  onFirstDelta: () => void,
): Promise<void> {
  const pause = (ms: number) => sleep(ms, undefined, { signal: closed }).catch(() => {})
  if (fault.hang === 'headers') return
  if (first > 0) await pause(first)
  if (fault.fail !== undefined) {
    if (fault.retryAfter !== undefined) res.setHeader('retry-after', fault.retryAfter)
    return json(res, fault.fail, wire.error(fault.fail, `The script asked for status ${fault.fail}.`))
  }
  const refusal = refusalOf(fault, record.body)
  if (refusal) return json(res, 400, wire.error(400, refusal))
  if (fault.overflow) {
    const { status, body } = wire.overflow()
    return json(res, status, body)
  }
  if (fault.garbage === 'html') {
    res.writeHead(200, { 'content-type': 'text/html' }).end('<html><body>Welcome to the proxy</body></html>')
    return
  }
  if (!ask.stream) {
    if (fault.garbage) res.writeHead(200, { 'content-type': 'application/json' }).end('{"choices": [')
    else if (fault.die !== undefined) {
      record.outcome = 'cut'
      res.destroy()
    } else if (fault.hang === undefined) json(res, 200, wire.whole(plan, ask))
    return
  }

  res.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' })
  res.flushHeaders()
  if (fault.garbage) {
    res.end('data: {"choices": [\n\n')
    return
  }
  let deltas = 0
  for (const frame of wire.frames(plan, ask)) {
    if (closed.aborted) return
    if (fault.hang === deltas) return
    if (fault.cut === deltas) break
    if (fault.die === deltas) {
      record.outcome = 'cut'
      // Let what was written leave first: a cut must look like a cut, not like an empty answer.
      await pause(5)
      res.destroy()
      return
    }
    if (frame.delta) {
      if (deltas > 0 && delay > 0) await pause(delay)
      if (deltas === 0) onFirstDelta()
      deltas++
    }
    if (!res.write(frame.text)) await new Promise<void>((resolve) => onceEither(res, resolve))
  }
  res.end()
}

/** In the words of the vendors that do so. */
function refusalOf({ refuse, demand }: Scene['fault'], body: Record<string, unknown>): string | undefined {
  if (refuse && JSON.stringify(body).includes(`"${refuse}":`)) return `property '${refuse}' is unsupported`
  const messages = (body.messages ?? []) as Array<Record<string, unknown>>
  const at = messages.findIndex((message) => message.tool_calls && demand && !message[demand])
  return at < 0
    ? undefined
    : `thinking is enabled but ${demand} is missing in assistant tool call message at index ${at}`
}

function onceEither(res: ServerResponse, resolve: () => void): void {
  res.once('drain', resolve)
  res.once('close', resolve)
}

function wireOf(path: string): Wire | undefined {
  if (path.endsWith('/chat/completions')) return chat
  if (path.endsWith('/responses')) return responses
  if (path.endsWith('/messages')) return anthropic
  return /\/models\/.+:(stream)?generateContent$/i.test(path) ? google : undefined
}

function keyOf(req: IncomingMessage): string {
  const bearer = /^Bearer (.*)$/i.exec(req.headers.authorization ?? '')?.[1]
  return bearer ?? String(req.headers['x-api-key'] ?? req.headers['x-goog-api-key'] ?? '')
}

async function bodyOf(req: IncomingMessage): Promise<string> {
  const chunks: Uint8Array[] = []
  for await (const chunk of req) chunks.push(chunk as Uint8Array)
  return Buffer.concat(chunks).toString('utf8')
}

function json(res: ServerResponse, status: number, body: object): void {
  res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const server = await startModelServer({ port: Number(process.argv[2] ?? 0) })
  process.stdout.write(`${server.url}\n`)
}
