/**
 * `publicFetch` on Node: undici with a connector that looks at the address the socket is about to connect to, so that
 * neither a literal, nor a name, nor a name that changes its address gets past (files-and-shell.md section 8).
 */
import { lookup as resolve } from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'
import { Agent, buildConnector, fetch, type RequestInit as UndiciRequestInit } from 'undici'
import type { Platform } from '../../src/platform.ts'
import { addressRefused, isAllowedHost, isPublicAddress } from '../../src/tools/web/index.ts'

const CONNECT_TIMEOUT_MS = 5000
const LIMITS = {
  connections: 16,
  keepAliveTimeout: 1000,
  headersTimeout: 60_000,
  bodyTimeout: 60_000,
  maxHeaderSize: 64 << 10,
}

/** A look-up that fails with `AddressRefused` for a name with an address that is not public. */
export const publicLookup: LookupFunction = (host, options, callback) => {
  resolve(host, { ...options, all: true }, (error, addresses) => {
    if (error) return callback(error, '')
    const first = addresses[0]
    if (first === undefined || addresses.some(({ address }) => !isPublicAddress(address))) {
      return callback(addressRefused(host), '')
    }
    if (options.all) callback(null, addresses)
    else callback(null, first.address, first.family)
  })
}

const dial = buildConnector({ timeout: CONNECT_TIMEOUT_MS, lookup: publicLookup })

/** Connects to public addresses only. Its pooled sockets were all checked when they were opened. */
const guarded = new Agent({
  ...LIMITS,
  connect(options, callback) {
    // A literal address never reaches the look-up.
    const host = options.hostname.replace(/^\[|\]$/g, '')
    if (isIP(host) && !isPublicAddress(host)) callback(addressRefused(host, options.port), null)
    else dial(options, callback)
  },
})

/** For hosts the owner allows by name. */
const unguarded = new Agent({ ...LIMITS, connect: { timeout: CONNECT_TIMEOUT_MS } })

/** One hop, redirects not followed, no proxy of the environment; see `Platform.publicFetch`. */
export const publicFetch: Platform['publicFetch'] = async (url, init, { allow = [] } = {}) => {
  const dispatcher = isAllowedHost(url, allow) ? unguarded : guarded
  try {
    const options = { ...init, redirect: 'manual', dispatcher } as unknown as UndiciRequestInit
    return (await fetch(url.href, options)) as unknown as Response
  } catch (error) {
    // undici wraps the connector's refusal into "fetch failed".
    if (error instanceof Error && error.cause instanceof Error && error.cause.message.startsWith('AddressRefused')) {
      throw error.cause
    }
    throw error
  }
}
