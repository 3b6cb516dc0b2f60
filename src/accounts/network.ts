/** Where logins may go: the vendors, what the owner's config names, and no private address besides. */
import type { Config, ProviderConfig } from '../config/index.ts'
import { badRequest, GatewayError } from '../errors.ts'
import type { Platform } from '../platform.ts'
import { addressRefused, hostOf, isAddress, isAllowedHost, isPublicAddress } from '../tools/web/index.ts'
import type { OAuthFlow } from './oauth/flows.ts'
import type { OAuthNetwork } from './oauth/token-exchange.ts'
import type { Proxies } from './proxy.ts'

/** The `host:port` entries that the owner's config allows: `tools.web.allow_private_hosts`, and the addresses of providers. */
export function allowedHosts(config: Config): string[] {
  const named = Object.values(config.models.providers).flatMap(({ api_base, oauth }) => [
    api_base,
    oauth.auth_url,
    oauth.token_url,
  ])
  return [...config.tools.web.allow_private_hosts, ...named.flatMap(hostAndPort)]
}

function hostAndPort(text: string): string[] {
  const url = URL.parse(text.trim())
  return url?.host ? [`${hostOf(url)}:${url.port || (url.protocol === 'http:' ? '80' : '443')}`] : []
}

/** The guarded network of logins. */
export function loginNetwork(
  config: () => Config,
  publicFetch: Platform['publicFetch'],
  proxies: Proxies,
): OAuthNetwork {
  const over = (send: (url: URL, init: RequestInit) => Promise<Response>): OAuthNetwork => ({
    fetch(url, init) {
      return send(new URL(url), { ...init, redirect: 'manual' }).catch((error: unknown) => {
        if (error instanceof GatewayError) throw badRequest(error.message)
        throw error
      })
    },
    isPrivate(url) {
      const parsed = URL.parse(url)
      return parsed !== null && isAllowedHost(parsed, allowedHosts(config()))
    },
    through(proxy) {
      if (proxy === '') return direct
      proxies.check(proxy)
      return over(async (url, init) => {
        // Names are resolved by the proxy, in its network; an address says itself where it leads.
        const host = hostOf(url)
        const named = isAllowedHost(url, allowedHosts(config()))
        if (!named && isAddress(host) && !isPublicAddress(host)) throw addressRefused(host, url.port)
        return proxies.fetch(proxy)(url, init)
      })
    },
  })
  const direct = over((url, init) => publicFetch(url, init, { allow: allowedHosts(config()) }))
  return direct
}

/**
 * Refuses addresses of a request's `provider_config` that are neither the vendor's own nor named by the owner's config: codes,
 * tokens and client secrets would go there. 400 that says which.
 */
export function checkInlineAddresses(entry: ProviderConfig, flow: OAuthFlow, config: Config): void {
  const vendor = [flow.authUrl, flow.tokenUrl].flatMap(hostAndPort)
  const apis = flow.apiHosts.map((host) => `${host}:443`)
  const allowed = [...allowedHosts(config), ...vendor, ...apis]
  const addresses = { api_base: entry.api_base, auth_url: entry.oauth.auth_url, token_url: entry.oauth.token_url }
  for (const [name, text] of Object.entries(addresses)) {
    if (text.trim() === '') continue
    const url = URL.parse(text.trim())
    const web = url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.password === ''
    if (!web) throw badRequest(`provider_config: ${name} is no http(s) URL without credentials`)
    if (!isAllowedHost(url, allowed)) {
      throw badRequest(
        `provider_config: ${name} may only name the vendor's own hosts or hosts of the config, not ${hostOf(url)}. Save the provider in the config first (POST /api/config), or add the host to tools.web.allow_private_hosts`,
      )
    }
  }
}

/** True when a fresh token may be sent to `api_base`: the vendor's own host, or what the owner's saved config names. */
export function mayReceiveToken(base: string, flow: OAuthFlow, config: Config): boolean {
  const url = URL.parse(base.trim())
  if (!url) return false
  const vendor = url.protocol === 'https:' && flow.apiHosts.includes(hostOf(url))
  const saved = Object.values(config.models.providers).some((each) => each.api_base.trim() === base.trim())
  return vendor || saved
}
