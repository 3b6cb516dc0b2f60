/** Who a token belongs to: parsed before anybody is asked, looked up, and remembered for a moment where a look-up is far. */
import { sha256Hex } from '../http/index.ts'
import type { Admitted, TenantDirectory } from './directory.ts'
import { parseToken } from './token.ts'

const REMEMBERED = 5000

export interface Door {
  /** The tenant of a token; null for a stranger's. Only well-formed tokens are looked up. */
  admit(token: string): Promise<Admitted | null>
  /** Forgets what was remembered of a tenant. */
  forget(tenant: string): void
}

/**
 * Remembers good tokens for `rememberMs`, so for that long this process (on Cloudflare: this isolate) may let in a token
 * that another one has revoked; the tenant's own gateway is told of a revocation and refuses it at once.
 */
export function door(directory: Pick<TenantDirectory, 'admit'>, now: () => number, rememberMs = 0): Door {
  const known = new Map<string, { admitted: Admitted; until: number }>()
  return {
    async admit(text) {
      const token = parseToken(text)
      if (token === null) return null
      const hash = await sha256Hex(token.secret)
      const key = `${token.tenant} ${token.id} ${hash}`
      const found = known.get(key)
      const alive = found && found.until > now() && (found.admitted.expiresAt ?? Infinity) > now()
      if (alive) return found.admitted
      known.delete(key)
      const admitted = await directory.admit(token.tenant, token.id, hash)
      if (admitted && rememberMs > 0) {
        if (known.size >= REMEMBERED) known.delete(known.keys().next().value!)
        known.set(key, { admitted, until: now() + rememberMs })
      }
      return admitted
    },
    forget(tenant) {
      for (const key of known.keys()) if (key.startsWith(`${tenant} `)) known.delete(key)
    },
  }
}
