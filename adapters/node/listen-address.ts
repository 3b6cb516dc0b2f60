/** Where a gateway listens, and how it is reached from this machine (api-behaviour.md section 1). */
import { GatewayError } from '../../src/errors.ts'
import { isLoopbackHost } from '../../src/http/index.ts'

export interface ListenSettings {
  host: string
  port: number
  token: string
  allow_public_without_token: boolean
}

/**
 * The address to bind: what was asked for, else the config's; a blank host is every address, a port of 0 or less in the
 * config is 7788. Throws `public_without_token` for an address that others can reach and nothing guards.
 */
export function listenAddress(
  settings: ListenSettings,
  asked: { host?: string; port?: number } = {},
): { host: string; port: number } {
  const host = (asked.host ?? settings.host).trim() || '0.0.0.0'
  const port = asked.port ?? (settings.port > 0 ? settings.port : 7788)
  if (settings.token.trim() === '' && !isLoopbackHost(host) && !settings.allow_public_without_token) {
    throw new GatewayError(
      400,
      'public_without_token',
      `gateway.host is ${host} and gateway.token is empty, so anyone who reaches this machine could use the gateway. ` +
        'Set gateway.token, set gateway.host to 127.0.0.1, or set gateway.allow_public_without_token to true.',
    )
  }
  return { host: bare(host), port }
}

/** A URL for this machine, without a slash at the end: a wildcard address is not one to connect to. */
export function addressUrl(host: string, port: number): string {
  if (host === '0.0.0.0') return `http://127.0.0.1:${port}`
  if (host === '::') return `http://[::1]:${port}`
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`
}

/** An IPv6 address as the kernel wants it, without brackets. */
const bare = (host: string) => (host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host)
