/** The gateway's token, on each of its four transports (gateway-api.md "Authentication"; api-behaviour.md section 3). */
import type { Context } from 'hono'
import { GatewayError } from '../errors.ts'
import type { Access } from './access.ts'
import { clientAddress } from './client-address.ts'
import type { FailedLogins } from './failed-logins.ts'
import { authority, hostOf } from './origin.ts'
import { readQuery } from './query.ts'
import { headerText, secretMatcher } from './secret.ts'

/** The cookie of existing consoles; `GET /login` sets it. */
export const TOKEN_COOKIE = 'clawgo_webui_token'

const BEARER = 'bearer '
const BY_OWN_TOKEN = 'admittedByOwnToken'

/** Whether the request was let in by the token of its route alone (`RouteDefinition.ownToken`). */
export function admittedByOwnToken(c: Context): boolean {
  return c.get(BY_OWN_TOKEN) === true
}

/**
 * Admits a request or throws 401 `unauthorized`, after the slow-down where a wrong token was presented. A wrong value
 * in one place does not refuse: the next place is tried. Nothing is awaited for a valid token. `ownToken` is the route's.
 */
export function authentication(
  access: () => Access,
  failedLogins: FailedLogins,
): (c: Context, ownToken?: () => string) => undefined | Promise<never> {
  return (c, ownToken) => {
    const rules = access()
    if (ownToken && bringsOwnToken(c, ownToken().trim())) {
      c.set(BY_OWN_TOKEN, true)
      return undefined
    }
    if (rules.token === '') return admitWithoutToken(c, rules)
    const verdict = judge(c, rules)
    return verdict === 'accepted' ? undefined : refuse(c, verdict === 'wrong' ? failedLogins : undefined)
  }
}

async function refuse(c: Context, failedLogins: FailedLogins | undefined): Promise<never> {
  await failedLogins?.failed(clientAddress(c))
  throw new GatewayError(401, 'unauthorized', 'unauthorized')
}

function judge(c: Context, { matches, origins }: Access): 'accepted' | 'wrong' | 'missing' {
  const authorization = c.req.header('authorization')?.trim()
  if (authorization !== undefined && isBearer(authorization)) {
    if (matches(headerText(authorization.slice(BEARER.length)))) return 'accepted'
  }
  const inQuery = tokenIn(c.req.url)
  if (inQuery !== '' && matches(inQuery)) return 'accepted'

  const fromBrowser = [...cookieTokens(c.req.header('cookie')), ownRefererToken(c)].filter((token) => token !== '')
  if (fromBrowser.length > 0 && origins.trusted(c) && origins.knownHost(c) && fromBrowser.some(matches))
    return 'accepted'
  return authorization !== undefined || inQuery !== '' || fromBrowser.length > 0 ? 'wrong' : 'missing'
}

/** A program's own header or query only: a cookie or a Referer would carry the gateway's token. */
function bringsOwnToken(c: Context, own: string): boolean {
  if (own === '') return false
  const matches = secretMatcher(own)
  const authorization = c.req.header('authorization')?.trim() ?? ''
  return (
    (isBearer(authorization) && matches(headerText(authorization.slice(BEARER.length)))) || matches(tokenIn(c.req.url))
  )
}

function isBearer(authorization: string): boolean {
  return authorization.slice(0, BEARER.length).toLowerCase() === BEARER
}

function tokenIn(url: string): string {
  return url.includes('?') ? (readQuery(url).get('token')?.trim() ?? '') : ''
}

/** The first cookie of the name as it stands, and percent-decoded as `GET /login` wrote it. */
function cookieTokens(header: string | undefined): string[] {
  if (header === undefined) return []
  for (const pair of header.split(';')) {
    const equals = pair.indexOf('=')
    if (equals === -1 || pair.slice(0, equals).trim() !== TOKEN_COOKIE) continue
    const value = pair.slice(equals + 1).trim()
    const bare = headerText(value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1).trim() : value)
    if (!bare.includes('%')) return [bare]
    try {
      return [bare, decodeURIComponent(bare)]
    } catch {
      return [bare]
    }
  }
  return []
}

/** A page opened with `?token=` loads its parts with the token in their Referer; a stranger's Referer says nothing. */
function ownRefererToken(c: Context): string {
  const referer = c.req.header('referer')
  if (referer === undefined || !referer.includes('token=')) return ''
  return authority(referer.toLowerCase()) === hostOf(c) ? tokenIn(referer) : ''
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
