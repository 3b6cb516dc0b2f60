/** Liveness and version (api-behaviour.md sections 5.1 and 5.4). */
import * as z from 'zod'
import type { GatewayForHttp } from './gateway.ts'
import { type Route, route } from './route.ts'

/** `/health`: any method, no token; looks at nothing, so it is liveness only. */
export const healthRoute: Route = route({
  method: 'GET',
  path: '/health',
  tag: 'System',
  summary: 'Liveness probe',
  auth: 'none',
  responses: { 200: { description: '`ok`, without a line feed. Any method is answered.' } },
  handle: () => new Response('ok', { headers: { 'Content-Type': 'text/plain; charset=utf-8' } }),
})

/** `GET /api/version`. */
export function versionRoute(gateway: Pick<GatewayForHttp, 'version' | 'channels'>): Route {
  const answer = { ok: true, gateway_version: gateway.version, compiled_channels: [...gateway.channels].sort() }
  return route({
    method: 'GET',
    path: '/api/version',
    scope: ['chat', 'read', 'relay'],
    tag: 'System',
    summary: 'Build version and compiled channels',
    responses: {
      200: {
        description: 'The version, and the channels in alphabetical order.',
        schema: z.object({ ok: z.literal(true), gateway_version: z.string(), compiled_channels: z.array(z.string()) }),
      },
    },
    handle: () => answer,
  })
}
