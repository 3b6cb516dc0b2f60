/** Who lives on a host and who may enter: one interface, one implementation over SQL (`SqlDirectory`). */
import type { Scope } from '../http/index.ts'
import type { NewTenant, NewToken, Tenant, TenantChanges, TokenRecord } from './tenant.ts'

/** What a good token is worth. */
export interface Admitted {
  readonly tenant: Tenant
  readonly tokenId: string
  readonly scopes: readonly Scope[]
  /** ms since the epoch; null: never. */
  readonly expiresAt: number | null
}

export interface TenantPage {
  readonly tenants: Tenant[]
  /** `after` of the next page; missing on the last. */
  readonly next?: string
}

/** A token with its record; the text is shown this once. */
export interface IssuedToken {
  readonly token: string
  readonly record: TokenRecord
}

/** Errors are `GatewayError`s: 404 for an unknown tenant or token, 409 for an id that is taken. */
export interface TenantDirectory {
  create(tenant: NewTenant): Promise<Tenant>
  find(id: string): Promise<Tenant | null>
  /** In order of their ids, from the one after `after`; at most `limit`. */
  list(options: { after?: string; limit: number }): Promise<TenantPage>
  change(id: string, changes: TenantChanges): Promise<Tenant>
  /** First step of deleting: from now on its tokens open nothing. Again: the same answer. */
  beginDelete(id: string): Promise<Tenant>
  /** Last step, when its data is gone: the tenant is forgotten and its id free. */
  endDelete(home: string, id: string): Promise<void>

  issue(tenant: string, token: NewToken): Promise<IssuedToken>
  tokens(tenant: string): Promise<TokenRecord[]>
  /**
   * A new token with the scopes, label and remaining life of another, which ends after `graceMs`; with 0 at once, and
   * `ended` names what ended with it.
   */
  rotate(tenant: string, tokenId: string, graceMs: number): Promise<IssuedToken & { ended: string[] }>
  /** Ends a token and those of the browsers that were signed in with it; gives the ids of all of them. */
  revoke(tenant: string, tokenId: string): Promise<string[]>

  /** The tenant of a token whose secret has this hash; null for strangers, expired tokens and tenants being deleted. */
  admit(tenant: string, tokenId: string, hash: string): Promise<Admitted | null>

  /** Keeps a one-time sign-in code (its hash) that a token asked for. */
  keepCode(tenant: string, tokenId: string, hash: string, expiresAt: number): Promise<void>
  /**
   * Uses a code up and issues a token for the browser that brought it: with the scopes of the token that asked for the
   * code, living no longer than it. Null for a bad code.
   */
  redeemCode(tenant: string, hash: string, token: { label: string; expiresAt: number }): Promise<IssuedToken | null>
}
