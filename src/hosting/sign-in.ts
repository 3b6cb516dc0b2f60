/** Signing a browser in on a host: the code names its tenant, and is worth a token of its own that can be revoked. */
import type { Context } from 'hono'
import { newSecret, type SignIn, sha256Hex, unauthorized } from '../http/index.ts'
import type { Admitted, TenantDirectory } from './directory.ts'
import { TENANT_ID } from './tenant.ts'

const CODE_LIFETIME_MS = 10 * 60_000
/** As long as the cookie lives. */
const BROWSER_LIFETIME_MS = 30 * 24 * 3600_000

/**
 * The codes of all tenants, kept in the directory: redeeming one wakes nobody. The browser's token has the scopes of the
 * token that asked for the code; `admittedOf` says whose request it is.
 */
export function hostSignIn(
  directory: Pick<TenantDirectory, 'keepCode' | 'redeemCode'>,
  now: () => number,
  admittedOf: (c: Context) => Admitted | undefined,
): SignIn {
  return {
    async make(c) {
      const admitted = admittedOf(c)
      if (!admitted) throw unauthorized()
      const code = `${admitted.tenant.id}.${newSecret(24)}`
      const { tenant, tokenId } = admitted
      await directory.keepCode(tenant.id, tokenId, await sha256Hex(code), now() + CODE_LIFETIME_MS)
      return code
    },
    async redeem(code) {
      const tenant = code.split('.', 1)[0] ?? ''
      if (!TENANT_ID.test(tenant)) return null
      const expiresAt = now() + BROWSER_LIFETIME_MS
      const issued = await directory.redeemCode(tenant, await sha256Hex(code), { label: 'browser', expiresAt })
      return issued?.token ?? null
    },
  }
}
