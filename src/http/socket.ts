/** The WebSocket handshake, as every live route does it (api-behaviour.md section 6.1). */
import type { Context } from 'hono'
import { badRequest, GatewayError } from '../errors.ts'
import type { Sockets } from '../platform.ts'
import { claimsOf } from './claims.ts'
import type { OriginRules } from './origin.ts'

const KEY = /^[A-Za-z0-9+/]{22}==$/

/** Whether the client asks to leave HTTP for a WebSocket. */
export function asksForSocket(c: Context): boolean {
  return c.req.header('upgrade')?.trim().toLowerCase() === 'websocket'
}

/**
 * Accepts the WebSocket of a live route and hands it to `endpoint`. Anything that is no sound handshake is 400
 * `Bad Request` with the version we speak. Token and Origin were checked before, as for every `websocket` route.
 */
export function acceptSocket(c: Context, sockets: Sockets, endpoint: string, attachment: unknown): Response {
  // An edge in front may take the hop-by-hop headers away, so a missing one is the runtime's business; a wrong one is not.
  const connection = c.req.header('connection')
  const version = c.req.header('sec-websocket-version')
  const key = c.req.header('sec-websocket-key')
  const sound =
    asksForSocket(c) &&
    (connection === undefined || connection.toLowerCase().includes('upgrade')) &&
    (version === undefined || version.trim() === '13') &&
    (key === undefined || KEY.test(key.trim()))
  if (!sound) throw badRequest('Bad Request', { headers: { 'Sec-Websocket-Version': '13' } })
  return sockets.accept(c.req.raw, endpoint, attachment, claimsOf(c)?.tokenId)
}

/** Refuses the WebSocket of a stranger's page, whatever token it brings (403). */
export function checkSocketOrigin(c: Context, origins: OriginRules): void {
  if (asksForSocket(c) && !origins.socketAllowed(c)) {
    throw new GatewayError(403, 'foreign_origin', 'origin not allowed: list it in gateway.allowed_origins')
  }
}
