/** Outbound HTTP of a tenant's gateway: to public addresses only, so that nobody reaches into the host's own network. */
import { publicFetch } from './public-fetch.ts'

const MAX_REDIRECTS = 10
/** Credentials that must not follow a redirect to another origin. */
const OWN_HEADERS = ['authorization', 'cookie', 'proxy-authorization', 'x-api-key', 'x-goog-api-key']

/** As `fetch`, with redirects followed hop by hop; a private address anywhere on the way is `AddressRefused`. */
export const tenantFetch: typeof globalThis.fetch = async (input, init) => {
  const request = new Request(input, init)
  const headers = new Headers(request.headers)
  let { method } = request
  let body = request.body === null ? undefined : new Uint8Array(await request.arrayBuffer())
  let url = new URL(request.url)
  for (let hop = 0; ; hop++) {
    const response = await publicFetch(url, {
      method,
      headers: [...headers],
      signal: request.signal,
      ...(body ? { body } : {}),
    })
    const location = response.headers.get('location')
    const redirected = location !== null && [301, 302, 303, 307, 308].includes(response.status)
    if (!redirected || request.redirect === 'manual') return response
    await response.body?.cancel()
    if (request.redirect === 'error' || hop >= MAX_REDIRECTS) throw new TypeError('fetch failed: too many redirects')
    const next = new URL(location, url)
    if (next.origin !== url.origin) for (const name of OWN_HEADERS) headers.delete(name)
    if (response.status === 303 || (response.status < 303 && method === 'POST')) {
      method = 'GET'
      body = undefined
      headers.delete('content-type')
    }
    url = next
  }
}
