/** Where a request may carry a token (gateway-api.md "Authentication"; api-behaviour.md section 3). */
import { authority } from './origin.ts'
import { readQuery } from './query.ts'
import { headerText } from './secret.ts'

/** The cookie of existing consoles; `GET /login` sets it. */
export const TOKEN_COOKIE = 'clawgo_webui_token'

/** The part of a request that is looked at; Hono's `c.req` is one. */
export interface RequestHead {
  readonly url: string
  header(name: string): string | undefined
}

export interface Presented {
  /** What a program sent on purpose: bearer, then the query parameter `token`. */
  readonly own: readonly string[]
  /** What a browser attaches by itself: cookie, then the Referer of a page opened with `?token=`. */
  readonly browser: readonly string[]
  /** Something was presented, if only a header of another kind. */
  readonly any: boolean
}

const BEARER = 'bearer '

/** Every token of the request, in the order in which they are tried. */
export function presentedTokens(head: RequestHead): Presented {
  const authorization = head.header('authorization')?.trim()
  const inQuery = tokenIn(head.url)
  const bearer = authorization === undefined ? undefined : bearerIn(authorization)
  const own = [...(bearer === undefined ? [] : [bearer]), ...(inQuery === '' ? [] : [inQuery])]
  const browser = [...cookieTokens(head.header('cookie')), ownRefererToken(head)].filter((token) => token !== '')
  return { own, browser, any: authorization !== undefined || inQuery !== '' || browser.length > 0 }
}

function bearerIn(authorization: string): string | undefined {
  const isBearer = authorization.slice(0, BEARER.length).toLowerCase() === BEARER
  return isBearer ? headerText(authorization.slice(BEARER.length)) : undefined
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
function ownRefererToken(head: RequestHead): string {
  const referer = head.header('referer')
  if (referer === undefined || !referer.includes('token=')) return ''
  const host = (head.header('host') ?? authority(head.url)).toLowerCase()
  return authority(referer.toLowerCase()) === host ? tokenIn(referer) : ''
}
