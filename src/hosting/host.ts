/** What the front needs of the host it stands before; each adapter brings one. */
import type { LimitReport } from '../limits/index.ts'
import type { Log } from '../platform.ts'
import type { TenantDirectory } from './directory.ts'
import type { Tenant } from './tenant.ts'

/** What a tenant takes up. */
export interface TenantUsage {
  /** Bytes of its database and its files. */
  readonly bytes: number
  /** WebSockets that are open now. */
  readonly sockets: number
  /** How much of each limit is used, as `GET /api/usage` reports it. */
  readonly limits?: readonly LimitReport[] | undefined
}

/** The homes of the tenants. Each call resolves when it is in force; none opens a home that is closed unless it says so. */
export interface TenantHomes {
  /** Closes the sockets that a token opened, and refuses requests that were let in with it a moment ago. */
  revoke(tenant: Tenant, tokenId: string): Promise<void>
  /** Takes over changed limits, features and state; a suspended tenant's sockets are closed and its clocks rest. */
  changed(tenant: Tenant): Promise<void>
  /** Removes everything the tenant has stored. Again: harmless. */
  destroy(tenant: Tenant): Promise<void>
  /** Opens the home where it must. */
  usage(tenant: Tenant): Promise<TenantUsage>
}

export interface HostForFront {
  readonly directory: TenantDirectory
  readonly homes: TenantHomes
  /** The bearer token of `/admin`; at least 16 characters. */
  readonly adminToken: string
  /** `agents.example`: then `<tenant>.agents.example` belongs to the tenant alone. Empty: tenants are known by token only. */
  readonly baseHost?: string
  /** Origins whose pages may read answers that know no tenant yet: preflights and refusals. */
  readonly allowedOrigins?: readonly string[]
  /** ms for which a good token is remembered; 0 (default): every request asks the directory. */
  readonly rememberMs?: number
  /** Static files of the build, as `Platform.asset`. */
  asset(name: string, acceptEncoding?: string): Promise<Response | null>
  readonly log: Log
  readonly version: string
  now(): number
}
