/** GET through redirects, one guarded hop at a time. */
import { GatewayError } from '../../errors.ts'
import type { Platform } from '../../platform.ts'
import { requireWebUrl } from './address.ts'

const MAX_REDIRECTS = 5
const REDIRECTS = new Set([301, 302, 303, 307, 308])
/** Meant for one origin only. */
const CREDENTIALS = ['authorization', 'cookie', 'proxy-authorization']

export interface FollowOptions {
  publicFetch: Platform['publicFetch']
  /** `tools.web.allow_private_hosts`. */
  allow: readonly string[]
  headers: Record<string, string>
  signal: AbortSignal
}

/**
 * The last response and where it came from. Every hop is checked like the first one; credentials do not follow to another
 * origin. Throws after 5 redirects, for a redirect to something else than http(s), and what `publicFetch` throws.
 */
export async function follow(start: URL, options: FollowOptions): Promise<{ response: Response; url: URL }> {
  const headers = new Headers(options.headers)
  let url = start
  for (let hop = 0; hop <= MAX_REDIRECTS; hop++) {
    requireWebUrl(url)
    const init = { method: 'GET', headers, redirect: 'manual', signal: options.signal } as const
    const response = await options.publicFetch(url, init, { allow: options.allow })
    const location = response.headers.get('location')
    if (!REDIRECTS.has(response.status) || location === null) return { response, url }
    await response.body?.cancel()
    const next = URL.parse(location, url.href)
    if (next === null) throw new GatewayError(502, 'bad_redirect', 'the server redirects to an invalid address')
    if (next.origin !== url.origin) for (const name of CREDENTIALS) headers.delete(name)
    url = next
  }
  throw new GatewayError(502, 'too_many_redirects', `stopped after ${MAX_REDIRECTS} redirects`)
}
