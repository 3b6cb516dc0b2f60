/** Which addresses are public, and the refusal of those that are not (files-and-shell.md section 8). */
import ipaddr from 'ipaddr.js'
import { GatewayError } from '../../errors.ts'

/** True for an address of the public internet. An allow test: what is not known to be public is not. */
export function isPublicAddress(address: string): boolean {
  try {
    const parsed = ipaddr.process(address)
    if (parsed.range() !== 'unicast') return false
    // Global unicast is 2000::/3; outside of it are deprecated forms that embed an IPv4 address (::7f00:1).
    return parsed.kind() === 'ipv4' || (parsed.toByteArray()[0]! & 0xe0) === 0x20
  } catch {
    return false
  }
}

/** The host of a URL without brackets and trailing dot, in lower case. */
export function hostOf(url: URL): string {
  return url.hostname
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '')
}

/** True for a host that is written as an address. */
export function isAddress(host: string): boolean {
  return ipaddr.isValid(host)
}

/** True if `url` is one of the `host` (any port) or `host:port` entries of `tools.web.allow_private_hosts`. */
export function isAllowedHost(url: URL, allow: readonly string[]): boolean {
  const host = hostOf(url)
  const port = url.port || (url.protocol === 'https:' ? '443' : '80')
  return allow.some((entry) => {
    const wanted = entry.trim().toLowerCase().replace(/[[\]]/g, '')
    return wanted !== '' && (wanted === host || wanted === `${host}:${port}`)
  })
}

/** A plain http(s) URL without credentials; throws what is wrong with it. */
export function requireWebUrl(url: URL): void {
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw refuse('only http/https URLs are allowed')
  if (url.hostname === '') throw refuse('missing domain in URL')
  if (url.username !== '' || url.password !== '') throw refuse('credentials in a URL are not allowed')
}

const refuse = (message: string) => new GatewayError(400, 'bad_request', message)

/** What `publicFetch` throws for an address that is not public. */
export function addressRefused(host: string, port?: string): GatewayError {
  const entry = port ? `${host}:${port}` : host
  return new GatewayError(
    403,
    'address_refused',
    `AddressRefused: ${host} is a private or local address. The owner can allow it: add "${entry}" to tools.web.allow_private_hosts in the config`,
  )
}
