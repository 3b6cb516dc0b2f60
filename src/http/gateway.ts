/** What the HTTP shell asks of the gateway it serves. Structural, so that `http/` imports no domain room. */
import type { Database, Log, Sockets } from '../platform.ts'
import type { Route } from './route.ts'

/** The `gateway` section of the config, as far as HTTP reads it. */
export interface HttpConfig {
  readonly host: string
  /** Empty: no token is asked for, where that is allowed (see `allow_public_without_token`). */
  readonly token: string
  /** Origins (`https://console.example`) whose pages may call with the browser's credentials. Default none. */
  readonly allowed_origins?: readonly string[] | undefined
  /** An empty token also opens a gateway that others can reach. Default false. */
  readonly allow_public_without_token?: boolean | undefined
}

export interface GatewayForHttp {
  /** The running config. The same `gateway` object until the config changes: what is derived from it is kept by identity. */
  config(): { readonly gateway: HttpConfig }
  /**
   * Only this machine can reach the listener. A fact of who bound it, not of the config's present text (a changed host
   * needs a restart); false on the edge.
   */
  readonly loopback: boolean
  /** A host in front has authenticated every request and says who asks in its claims; `gateway.token` opens nothing. */
  readonly hosted?: boolean
  /** The routes of the domain rooms. */
  readonly routes: readonly Route[]
  readonly log: Log
  readonly db: Database
  readonly sockets: Sockets
  readonly version: string
  /** The channels this build has, for `/api/version`. */
  readonly channels: readonly string[]
  /** Static files of the build; null when there is none by that name. See `Platform.asset`. */
  asset(name: string, acceptEncoding?: string): Promise<Response | null>
  /** Counts a request that has shown its token; throws 429 when there were too many. */
  admit?(): void | Promise<void>
  /** ms since the epoch. */
  now(): number
}

/** Whether a listener bound to `host` is reachable from this machine only. */
export function isLoopbackHost(host: string): boolean {
  const name = host.trim().toLowerCase()
  return name === 'localhost' || name === '::1' || name === '[::1]' || /^127(\.\d{1,3}){3}$/.test(name)
}
