/** CORS for the origins that `gateway.allowed_origins` lists; a stranger's page gets no header at all. */
import type { Context } from 'hono'
import type { OriginRules } from './origin.ts'

const METHODS = 'GET, POST, DELETE, OPTIONS'
const HEADERS = 'Authorization, Content-Type, X-Requested-With, Accept, Origin, Cache-Control, Pragma, X-Request-Id'
const EXPOSED = 'Content-Disposition, ETag, Retry-After, X-Request-Id'
const MAX_AGE_SECONDS = '86400'

/** Headers every answer to a request with an Origin carries. */
export function corsHeaders(origin: string, rules: OriginRules): Record<string, string> {
  if (!rules.listed(origin)) return { Vary: 'Origin' }
  return {
    Vary: 'Origin',
    'Access-Control-Allow-Origin': origin.trim(),
    'Access-Control-Allow-Credentials': 'true',
    'Access-Control-Expose-Headers': EXPOSED,
  }
}

/** Answers `OPTIONS` on any path, known or not, without authentication (api-behaviour.md section 2.7). */
export function preflight(c: Context, rules: OriginRules): Response {
  const origin = c.req.header('origin')
  if (origin === undefined || !rules.listed(origin)) return new Response(null, { status: 204 })
  return new Response(null, {
    status: 204,
    headers: {
      'Access-Control-Allow-Methods': METHODS,
      'Access-Control-Allow-Headers': c.req.header('access-control-request-headers') ?? HEADERS,
      'Access-Control-Max-Age': MAX_AGE_SECONDS,
    },
  })
}
