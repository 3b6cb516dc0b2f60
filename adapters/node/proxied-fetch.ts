/**
 * `Platform.proxied` on Node: undici's agents for HTTP and SOCKS proxies. Every connection is a tunnel, so that one rule
 * holds for http and https targets: the proxy carries bytes, and a forwarding one cannot rewrite a request.
 */
import { isIP } from 'node:net'
import {
  buildConnector,
  type Dispatcher,
  fetch,
  Pool,
  ProxyAgent,
  Socks5ProxyAgent,
  type RequestInit as UndiciInit,
} from 'undici'
import type { PublicFetchOptions } from '../../src/platform.ts'
import { addressRefused, hostOf, isAllowedHost, isPublicAddress } from '../../src/tools/web/index.ts'
import { publicLookup } from './public-fetch.ts'

const CONNECT_TIMEOUT_MS = 10_000
/** Agents kept open; an account more than this opens its connections anew. */
const KEPT = 16

const agents = new Map<string, Dispatcher>()

/** A `fetch` through the proxy; see `Platform.proxied`. Agents are shared by all that name the same proxy. */
export function proxiedFetch(proxyUrl: string, { allow = [] }: PublicFetchOptions = {}): typeof globalThis.fetch {
  const proxy = new URL(proxyUrl)
  const allowed = isAllowedHost(asWebUrl(proxy), allow)
  return async (input, init) => {
    const host = hostOf(proxy)
    if (!allowed && isIP(host) && !isPublicAddress(host)) throw addressRefused(host, portOf(proxy))
    try {
      const options = { ...init, dispatcher: agentFor(proxy, !allowed) } as unknown as UndiciInit
      const url = input instanceof Request ? input.url : String(input)
      return (await fetch(url, options)) as unknown as Response
    } catch (error) {
      throw explained(error)
    }
  }
}

function agentFor(proxy: URL, guarded: boolean): Dispatcher {
  const key = `${guarded} ${proxy.href}`
  const known = agents.get(key)
  // The one used longest ago is the first to go.
  agents.delete(key)
  const agent = known ?? open(proxy, guarded)
  agents.set(key, agent)
  if (agents.size > KEPT) {
    const [oldest, dispatcher] = agents.entries().next().value!
    agents.delete(oldest)
    // Waits for what still runs over it.
    dispatcher.close().catch(() => {})
  }
  return agent
}

function open(proxy: URL, guarded: boolean): Dispatcher {
  const dial = { timeout: CONNECT_TIMEOUT_MS, ...(guarded ? { lookup: publicLookup } : {}) }
  if (!proxy.protocol.startsWith('socks5')) {
    return new ProxyAgent({
      ...{ uri: proxy.href, proxyTunnel: true, connectTimeout: CONNECT_TIMEOUT_MS, proxyTls: dial },
      clientFactory: (origin, options) => new Tunnels(origin, options),
    })
  }
  // Names always go to the proxy as names here: what `socks5h` asks for.
  const url = new URL(proxy.href.replace(/^socks5h:/, 'socks5:'))
  return new Socks5ProxyAgent(url, { connectTimeout: CONNECT_TIMEOUT_MS, connect: buildConnector(dial) } as object)
}

/** undici turns a refused CONNECT into "Request was cancelled"; this keeps what the proxy said. */
class Tunnels extends Pool {
  override connect(...given: unknown[]): Promise<Dispatcher.ConnectData> {
    const [options] = given as [Dispatcher.ConnectOptions]
    return super.connect(options).then((answer) => {
      if (answer.statusCode === 200) return answer
      answer.socket.on('error', () => {}).destroy()
      throw new ProxyRefused(answer.statusCode)
    })
  }
}

class ProxyRefused extends Error {
  readonly status: number
  constructor(status: number) {
    super(`status ${status}`)
    this.status = status
  }
}

/** The proxy's address in a form that `isAllowedHost` reads: the port of a SOCKS proxy is 1080 unless it says so. */
function asWebUrl(proxy: URL): URL {
  return new URL(`http://${proxy.hostname}:${portOf(proxy)}`)
}

function portOf({ protocol, port }: URL): string {
  return port || (protocol === 'http:' ? '80' : protocol === 'https:' ? '443' : '1080')
}

/** Says whose fault it was: "fetch failed" would blame the target. The library's messages hold no credentials. */
function explained(error: unknown): unknown {
  const cause = error instanceof Error ? error.cause : undefined
  if (!(cause instanceof Error)) return error
  if (cause.message.startsWith('AddressRefused')) return cause
  const why = reasonOf(cause)
  return why ? new TypeError('fetch failed', { cause: new Error(`the network proxy ${why}`) }) : error
}

/** Only the proxy is dialled and looked up from here: what fails in doing so is about the proxy. */
function reasonOf(cause: Error): string {
  const { name, message, code = '', syscall = '' } = cause as Error & { code?: string; syscall?: string }
  if (cause instanceof ProxyRefused) {
    return cause.status === 407
      ? 'refused its user name and password (407)'
      : `refused the connection (status ${cause.status})`
  }
  if (name === 'Socks5ProxyError') {
    return /AUTH/.test(code) ? 'refused its user name and password' : `could not connect: ${message}`
  }
  if (name === 'SecureProxyConnectionError') return 'has a certificate for another name'
  const dialled = /^(connect|getaddrinfo)/.test(syscall) || name === 'ProxyConnectionError'
  return dialled || code === 'UND_ERR_CONNECT_TIMEOUT' ? `could not be reached (${code || 'connection failed'})` : ''
}
