/**
 * The address at which a tenant's webhooks and callbacks reach it: `<base>/t/<token>`. Platforms that call back bring no
 * header, so the token stands in the path; it has the scope `hook` and opens nothing else.
 */
import type { TenantDirectory } from './directory.ts'
import { parseToken } from './token.ts'

/** The prefix under which the front takes a token out of the path. */
export const HOOK_PREFIX = '/t/'

/** Where the text of one tenant's hook token is kept: beside its home, not in it, so that it stays when data moves. */
export interface HookTokenStore {
  read(): Promise<string | null>
  /** `null` forgets it. */
  write(token: string | null): Promise<void>
}

/** The tenant's hook token, made at the first call. The directory has its hash only. */
export async function hookToken(
  store: HookTokenStore,
  tenant: string,
  directory: Pick<TenantDirectory, 'issue'>,
): Promise<string> {
  const kept = await store.read()
  if (kept !== null) return kept
  const { token } = await directory.issue(tenant, { scopes: ['hook'], label: 'webhooks' })
  await store.write(token)
  return token
}

/** After a revocation: when it was the hook token's, the next opening makes a new one and webhooks are set up anew. */
export async function forgetHookToken(store: HookTokenStore, tokenId: string): Promise<void> {
  const kept = await store.read()
  if (kept !== null && parseToken(kept)?.id === tokenId) await store.write(null)
}
