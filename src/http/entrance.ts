/** What surrounds every answer: request id, access log, CORS, preflight, and errors in the contract's form. */
import type { Context } from 'hono'
import type { Access } from './access.ts'
import { corsHeaders, preflight } from './cors.ts'
import { errorResponse } from './errors.ts'
import type { GatewayForHttp } from './gateway.ts'
import { json } from './json.ts'
import { requestIds } from './request-id.ts'

/** Answers one request; a plain object is sent as JSON. */
export type Answer = (c: Context) => Response | object | Promise<Response | object>

const REQUEST_ID = 'requestId'
const MAX_LOGGED_PATH = 300
const AS_IT_IS = 'asItIs'

/** The id of the request, for log lines and records. */
export function requestIdOf(c: Context): string {
  return c.get(REQUEST_ID) as string
}

/** Lets the answer pass untouched: an accepted WebSocket belongs to the runtime. */
export function passAsItIs(c: Context): void {
  c.set(AS_IT_IS, true)
}

/**
 * Wraps an `Answer` into a Hono handler. One function rather than a chain of middlewares: each link would cost every
 * request a promise and a header copy.
 */
export function entrance(
  gateway: Pick<GatewayForHttp, 'log' | 'now'>,
  access: () => Access,
): (answer: Answer) => (c: Context) => Promise<Response> {
  const { log } = gateway
  const nextId = requestIds()
  return (answer) => async (c) => {
    const started = gateway.now()
    const id = nextId(c.req.header('x-request-id'))
    c.set(REQUEST_ID, id)
    const headers: Record<string, string> = { 'X-Request-Id': id }
    let response: Response
    try {
      const origin = c.req.header('origin')
      if (origin !== undefined) Object.assign(headers, corsHeaders(origin, access().origins))
      const given = c.req.method === 'OPTIONS' ? preflight(c, access().origins) : await answer(c)
      if (!isResponse(given)) response = json(given, { headers })
      else response = c.get(AS_IT_IS) && given.status < 400 ? given : stamped(given, headers)
    } catch (error) {
      response = stamped(errorResponse(error, id, log), headers)
    }
    const { status } = response
    // The path only: a query may hold the token. Of a stranger's path no more than a person reads.
    const level = status === 401 || status === 403 || status === 429 ? 'warn' : 'debug'
    log[level]('request', {
      request: id,
      method: c.req.method,
      path: c.req.path.slice(0, MAX_LOGGED_PATH),
      status,
      ms: gateway.now() - started,
    })
    return response
  }
}

/** By its tag: a server may put a class of its own in place of the global one, and `fetch` goes on giving the old. */
function isResponse(given: Response | object): given is Response {
  return (given as { [Symbol.toStringTag]?: string })[Symbol.toStringTag] === 'Response'
}

/** The response with our headers; one whose headers are sealed (from a fetch, from static assets) is rewrapped. */
function stamped(response: Response, headers: Record<string, string>): Response {
  try {
    for (const name in headers) {
      if (name === 'Vary') response.headers.append(name, headers[name]!)
      else response.headers.set(name, headers[name]!)
    }
    return response
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    return stamped(new Response(response.body, response), headers)
  }
}
