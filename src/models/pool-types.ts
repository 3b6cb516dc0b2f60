/** What the pool knows of accounts; the room `accounts` implements it. */

/** An account of a provider. */
export interface PoolAccount {
  /** Stable: names its credential file. */
  readonly id: string
  /** For people and the runtime view: its e-mail, account id or file. */
  readonly name: string
  /** Why it cannot be asked at all; empty when it can. */
  readonly disabled: string
}

/** What signs one call. */
export interface AccessToken {
  readonly value: string
  /** Headers that the vendor needs beside the token. */
  readonly headers?: Readonly<Record<string, string>>
  /** Where calls of this account go instead of the provider's `api_base`; only ever the vendor's own address. */
  readonly baseUrl?: string
  /** What performs the account's calls instead of the gateway's own `fetch`: its owner wants them to go through a proxy. */
  readonly fetch?: typeof globalThis.fetch
}

/** The accounts of the gateway's providers. */
export interface AccountSource {
  /** The accounts of a provider, in the order of the config. */
  list(provider: string): Promise<readonly PoolAccount[]>
  /**
   * A token to use now. One that is about to end is refreshed before; with `refused`, a token that the vendor did not take, a
   * newer one is returned: that which somebody else got meanwhile, else a fresh one. Throws a `GatewayError` when there is none.
   */
  token(provider: string, id: string, refused?: string): Promise<AccessToken>
}

/** One way to sign a call, in the order to try. */
export interface Credential {
  readonly kind: 'api_key' | 'oauth' | 'none'
  /** Stable over restarts; holds no secret. */
  readonly id: string
  /** For people: the masked key, the account's name. */
  readonly target: string
  readonly key?: string
}

/** A credential as the runtime view shows it (providers.md section 10). */
export interface PoolCandidate {
  kind: string
  target: string
  available: boolean
  status: 'ready' | 'cooldown'
  /** RFC 3339; absent when it does not rest. */
  cooldown_until?: string
  health_score: number
  failure_count: number
}

/** A key with its middle hidden: what may be shown of it. */
export function maskKey(key: string): string {
  return key.length <= 8 ? `${key.slice(0, Math.min(2, key.length - 1))}***` : `${key.slice(0, 4)}***${key.slice(-4)}`
}
