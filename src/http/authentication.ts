/** Who is let in (gateway-api.md "Authentication"; api-behaviour.md section 3). */
import type { Context } from 'hono'
import { GatewayError } from '../errors.ts'
import type { Access } from './access.ts'
import { checkScope, claimsOf } from './claims.ts'
import { clientAddress } from './client-address.ts'
import type { FailedLogins } from './failed-logins.ts'
import { presentedTokens } from './presented.ts'
import type { Route } from './route.ts'
import { secretMatcher } from './secret.ts'

const BY_OWN_TOKEN = 'admittedByOwnToken'

/** Whether the request was let in by the token of its route alone (`RouteDefinition.ownToken`). */
export function admittedByOwnToken(c: Context): boolean {
  return c.get(BY_OWN_TOKEN) === true
}

/**
 * Admits a request or throws 401 `unauthorized`, after the slow-down where a wrong token was presented. A wrong value
 * in one place does not refuse: the next place is tried. Nothing is awaited for a valid token.
 *
 * A `hosted` gateway has no token of its own: the claims of the host are the credential, and their scopes must open the
 * route (403).
 */
export function authentication(
  access: () => Access,
  failedLogins: FailedLogins,
  hosted = false,
): (c: Context, route?: Route) => undefined | Promise<never> {
  return (c, route) => {
    const rules = access()
    if (hosted) return admitByClaims(c, rules, route)
    const ownToken = route?.definition.ownToken?.().trim() ?? ''
    if (bringsOwnToken(c, ownToken)) {
      c.set(BY_OWN_TOKEN, true)
      return undefined
    }
    if (rules.token === '') return admitWithoutToken(c, rules)
    const verdict = judge(c, rules)
    return verdict === 'accepted' ? undefined : refuse(c, verdict === 'wrong' ? failedLogins : undefined)
  }
}

/** The one form of a refusal; it tells nothing of what was wrong. */
export const unauthorized = () => new GatewayError(401, 'unauthorized', 'unauthorized')

async function refuse(c: Context, failedLogins: FailedLogins | undefined): Promise<never> {
  await failedLogins?.failed(clientAddress(c))
  throw unauthorized()
}

function admitByClaims(c: Context, { origins }: Access, route: Route | undefined): undefined {
  const claims = claimsOf(c)
  if (claims === undefined) throw unauthorized()
  if (claims.browser && !(origins.trusted(c) && origins.knownHost(c))) throw unauthorized()
  if (route) checkScope(claims, route.definition)
}

function judge(c: Context, { matches, origins }: Access): 'accepted' | 'wrong' | 'missing' {
  const { own, browser, any } = presentedTokens(c.req)
  if (own.some(matches)) return 'accepted'
  if (browser.length > 0 && origins.trusted(c) && origins.knownHost(c) && browser.some(matches)) return 'accepted'
  return any ? 'wrong' : 'missing'
}

/** A program's own header or query only: a cookie or a Referer would carry the gateway's token. */
function bringsOwnToken(c: Context, own: string): boolean {
  return own !== '' && presentedTokens(c.req).own.some(secretMatcher(own))
}

/** Without a token, being reachable is the credential: so the page and the name that reach us must be ours. */
function admitWithoutToken(c: Context, { openWithoutToken, origins }: Access): undefined {
  if (!openWithoutToken) {
    throw new GatewayError(
      403,
      'no_token',
      'This gateway has no token and can be reached from outside: set gateway.token (or gateway.allow_public_without_token) in its config.',
    )
  }
  if (!origins.trusted(c))
    throw new GatewayError(403, 'foreign_origin', 'origin not allowed: list it in gateway.allowed_origins')
  if (!origins.knownHost(c)) {
    throw new GatewayError(403, 'foreign_host', 'host not allowed: open the gateway as localhost, or set gateway.token')
  }
}
