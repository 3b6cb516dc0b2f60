/**
 * Who may speak with the browser's own credentials. The browser attaches a cookie, a Referer or (without a token)
 * plain reachability to any page's request, so those count only for this gateway's pages and the listed origins.
 */
import type { Context } from 'hono'
import type { HttpConfig } from './gateway.ts'

export interface OriginRules {
  /** `origin` is one of `gateway.allowed_origins`. */
  listed(origin: string): boolean
  /** The request comes from this gateway's own page, a listed origin, or no page at all (a program, a typed address). */
  trusted(c: Context): boolean
  /** A WebSocket's Origin is absent (not a browser), this gateway's own, or listed. */
  socketAllowed(c: Context): boolean
  /**
   * The Host names this gateway. On loopback a name of somebody else's that resolves here (DNS rebinding) makes the
   * stranger's page look like our own; elsewhere any name can be right.
   */
  knownHost(c: Context): boolean
}

/** The rules of one config. */
export function originRules(config: HttpConfig, loopback: boolean): OriginRules {
  const allowed = new Set(
    (config.allowed_origins ?? []).map((origin) => origin.trim().toLowerCase().replace(/\/$/, '')),
  )
  const names = new Set(['localhost', '127.0.0.1', '[::1]', withoutPort(config.host.trim().toLowerCase())])
  for (const origin of allowed) names.add(withoutPort(authority(origin)))
  const listed = (origin: string) => allowed.has(origin.trim().toLowerCase())
  const ownOrListed = (c: Context, origin: string) => authority(origin.toLowerCase()) === hostOf(c) || listed(origin)
  return {
    listed,
    trusted(c) {
      const origin = c.req.header('origin')
      if (origin !== undefined) return ownOrListed(c, origin)
      const site = c.req.header('sec-fetch-site')
      return site === undefined || site === 'same-origin' || site === 'none'
    },
    socketAllowed(c) {
      const origin = c.req.header('origin')
      return origin === undefined || ownOrListed(c, origin)
    },
    knownHost: (c) => !loopback || names.has(withoutPort(hostOf(c))),
  }
}

/** `host:port` of an absolute URL or origin; empty where there is none (`null`). */
export function authority(url: string): string {
  const start = url.indexOf('://')
  if (start === -1) return ''
  const end = url.indexOf('/', start + 3)
  return end === -1 ? url.slice(start + 3) : url.slice(start + 3, end)
}

/** The `host:port` the client asked for, lower case. */
export function hostOf(c: Context): string {
  return (c.req.header('host') ?? authority(c.req.url)).toLowerCase()
}

function withoutPort(host: string): string {
  if (host.startsWith('[')) return host.slice(0, host.indexOf(']') + 1)
  const colon = host.indexOf(':')
  // More than one colon without brackets is a bare IPv6 address, as a config may hold it.
  return colon === -1 ? host : host.includes(':', colon + 1) ? `[${host}]` : host.slice(0, colon)
}
