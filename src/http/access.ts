/** What the running config says about access, derived once for each config. */
import type { GatewayForHttp, HttpConfig } from './gateway.ts'
import { type OriginRules, originRules } from './origin.ts'
import { secretMatcher } from './secret.ts'

export interface Access {
  readonly origins: OriginRules
  /** The trimmed token; empty when none is asked for. */
  readonly token: string
  /** Compares with the token in constant time. */
  readonly matches: (presented: string) => boolean
  /** With an empty token: whether whoever reaches this gateway may use it. */
  readonly openWithoutToken: boolean
}

/** Gives the access rules of the running config; a reload's new token counts from the next request. */
export function accessOf(gateway: Pick<GatewayForHttp, 'config' | 'loopback'>): () => Access {
  let seen: HttpConfig | undefined
  let access: Access | undefined
  return () => {
    const config = gateway.config().gateway
    if (access === undefined || config !== seen) {
      seen = config
      const token = config.token.trim()
      access = {
        origins: originRules(config, gateway.loopback),
        token,
        matches: secretMatcher(token),
        openWithoutToken: gateway.loopback || config.allow_public_without_token === true,
      }
    }
    return access
  }
}
