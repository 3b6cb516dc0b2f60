/** What a hosted request may do: claims that the host in front has checked, and the scopes each route asks for. */
import type { Context } from 'hono'
import { GatewayError } from '../errors.ts'
import type { RouteDefinition } from './route.ts'

/**
 * What a token opens. `owner`: everything. `chat`: chat, uploads for it, and reading sessions. `read`: every GET that
 * changes nothing. `relay`: `/v1/ws` only. `hook`: the webhooks and callbacks of its tenant only, as part of their address.
 */
export const SCOPES = ['owner', 'chat', 'read', 'relay', 'hook'] as const
export type Scope = (typeof SCOPES)[number]

/** Who asks. Set by the adapter beside the request (Hono's `c.env`), never from anything a client sends. */
export interface Claims {
  readonly tokenId: string
  readonly scopes: readonly Scope[]
  /** The browser attached the token by itself (cookie, Referer): it counts only for pages that may use it. */
  readonly browser?: boolean
}

/** The claims of the request; undefined on a gateway that is not hosted. */
export function claimsOf(c: Context): Claims | undefined {
  const facts = c.env as { claims?: Claims } | undefined
  return typeof facts === 'object' && facts !== null ? facts.claims : undefined
}

type Scoped = Pick<RouteDefinition<undefined, undefined>, 'method' | 'scope'>

/** The scopes besides `owner` that open a route: its own, else `read` for a GET and none for the rest. */
export function scopesOf(route: Scoped): readonly Scope[] {
  if (route.scope !== undefined) return typeof route.scope === 'string' ? [route.scope] : route.scope
  return route.method === 'GET' ? ['read'] : []
}

/** Throws 403 where none of the token's scopes opens the route. */
export function checkScope(claims: Claims, route: Scoped): void {
  const open: readonly Scope[] = ['owner', ...scopesOf(route)]
  if (claims.scopes.some((scope) => open.includes(scope))) return
  const may = claims.scopes.length > 0 ? claims.scopes.join(', ') : 'nothing'
  const text = `forbidden: this token may ${may}; this needs ${open.join(' or ')}`
  throw new GatewayError(403, 'forbidden', text)
}
