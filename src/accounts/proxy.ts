/** `network_proxy`: how it is written and shown, and who may go through which (providers.md section 5.5). */
import type { Config } from '../config/index.ts'
import { badRequest, notHere } from '../errors.ts'
import type { Platform } from '../platform.ts'
import { addressRefused, hostOf, isAddress, isAllowedHost, isPublicAddress } from '../tools/web/index.ts'

const SCHEMES = ['http:', 'https:', 'socks5:', 'socks5h:']
const DEFAULT_PORTS: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443' }
const SOCKS_PORT = '1080'

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

/** The proxies of this runtime, and the rule of who may be one. */
export interface Proxies {
  /** Why an account with this proxy cannot be asked here; empty when it can. */
  problemOf(proxy: string): string
  /**
   * Refuses a proxy (normalised) that cannot be used: 501 on a runtime without proxies, 400 for one at a private address
   * that the owner's config names neither as a proxy nor in `tools.web.allow_private_hosts`.
   */
  check(proxy: string): void
  /** A `fetch` through the proxy; 501 as `check`. Names that lead to private addresses are refused when it connects. */
  fetch(proxy: string): typeof globalThis.fetch
}

const NOT_HERE =
  'network_proxy is not supported on this runtime: leave it empty, or run the gateway on Node for accounts that need one'

/** The rule over a platform's port; absent there, nobody can have a proxy: going around it would show another address. */
export function openProxies(config: () => Config, proxied: Platform['proxied']): Proxies {
  const check = (proxy: string) => {
    if (proxy === '') return
    if (!proxied) throw notHere(NOT_HERE)
    const url = webUrl(proxy)
    const host = url ? hostOf(url) : ''
    const local = isAddress(host) ? !isPublicAddress(host) : host === 'localhost' || host.endsWith('.localhost')
    if (url && local && !isAllowedHost(url, allowedProxies(config()))) {
      throw badRequest(`invalid network proxy: ${addressRefused(host, url.port || '80').message}`)
    }
  }
  return {
    check,
    problemOf: (proxy) => (proxy === '' || proxied ? '' : NOT_HERE),
    fetch(proxy) {
      if (!proxied) throw notHere(NOT_HERE)
      return proxied(proxy, { allow: allowedProxies(config()) })
    },
  }
}

/** What the owner's saved config names: a request's own proxy is not among it. */
function allowedProxies({ models, tools }: Config): string[] {
  const named = Object.values(models.providers).map(({ oauth }) => webUrl(oauth.network_proxy.trim()))
  return [
    ...tools.web.allow_private_hosts,
    ...named.flatMap((url) => (url?.host ? [`${hostOf(url)}:${url.port || '80'}`] : [])),
  ]
}

/** The address alone, in the form in which hosts are compared. */
function webUrl(proxy: string): URL | null {
  const url = URL.parse(proxy.includes('://') ? proxy : `http://${proxy}`)
  if (!url) return null
  return URL.parse(`http://${url.hostname}:${url.port || (DEFAULT_PORTS[url.protocol] ?? SOCKS_PORT)}`)
}
