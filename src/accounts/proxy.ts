/** `network_proxy`: how it is written and shown (providers.md section 5.5). */
import { badRequest, notHere } from '../errors.ts'

const SCHEMES = ['http:', 'https:', 'socks5:', 'socks5h:']

/** A proxy as a URL; a text without scheme is http. Empty stays empty; 400 `invalid network proxy: ...`. */
export function normalizedProxy(text: string): string {
  const given = text.trim()
  if (given === '') return ''
  const url = URL.parse(/^[a-z][a-z0-9+.-]*:\/\//i.test(given) ? given : `http://${given}`)
  if (!url) throw badRequest('invalid network proxy: not a URL')
  if (!SCHEMES.includes(url.protocol)) {
    throw badRequest(`invalid network proxy: unsupported scheme "${url.protocol.slice(0, -1)}"`)
  }
  if (url.hostname === '') throw badRequest('invalid network proxy: host is required')
  return url.href.replace(/\/$/, '')
}

/** The proxy with its password, or its user where there is none, hidden. */
export function maskedProxy(text: string): string {
  const url = URL.parse(text)
  if (!url) return ''
  // As the original shows it; the setters refuse some schemes.
  const user = url.password ? `${url.username}:%2A%2A%2A@` : url.username ? '%2A%2A%2A@' : ''
  return `${url.protocol}//${user}${url.host}`
}

/** No runtime here can go through a proxy of one's own choice yet, and going around it would break a promise: 501. */
export function refuseProxy(proxy: string): void {
  if (proxy === '') return
  throw notHere('network_proxy is not supported on this runtime: leave it empty')
}
