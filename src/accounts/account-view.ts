/** An account as clients see it (providers.md section 8.4): never a token. */
import * as z from 'zod'
import type { CredentialPool } from '../models/index.ts'
import { rfc3339 } from '../models/index.ts'
import { type Account, CUT_OFF } from './accounts.ts'
import { timeText } from './credential.ts'
import { type HomeNames, shownPath } from './credential-path.ts'
import { planOf } from './identity.ts'
import { maskedProxy } from './proxy.ts'

export const accountSchema = z
  .object({
    email: z.string(),
    account_id: z.string(),
    credential_file: z.string().describe('Names the account in requests.'),
    expire: z.string().optional().describe('When the token ends, RFC 3339.'),
    last_refresh: z.string().optional(),
    project_id: z.string().optional(),
    account_label: z.string().optional(),
    device_id: z.string().optional(),
    resource_url: z.string().optional(),
    network_proxy: z.string().optional().describe('With its password hidden.'),
    disabled: z.boolean().optional(),
    disable_reason: z.string().optional(),
    warning: z.string().optional().describe('What its owner should do, although it still works.'),
    cooldown_until: z.string().optional(),
    failure_count: z.int().optional(),
    last_failure: z.string().optional(),
    health_score: z.int().optional().describe('1 to 100.'),
    plan_type: z.string().optional(),
    quota_source: z.string().optional(),
    balance_label: z.string().optional(),
    balance_detail: z.string().optional(),
    subscription_active_start: z.string().optional(),
    subscription_active_until: z.string().optional(),
  })
  .meta({ id: 'ProviderAccount' })

export type AccountView = z.output<typeof accountSchema>

/** The view of an account, with the state it has in the pool. Empty members are left out. */
export function accountView(
  provider: string,
  { path, credential, problem, cutOff }: Account,
  { pool, names, now }: { pool: CredentialPool; names: HomeNames; now: () => number },
): AccountView {
  const { cooldownUntil, failures, last_failure, health } = pool.view(provider, path)
  const optional = {
    expire: credential.expiresAt === null ? '' : timeText(credential.expiresAt),
    last_refresh: credential.lastRefresh === null ? '' : timeText(credential.lastRefresh),
    project_id: credential.project_id,
    account_label: credential.account_label,
    device_id: credential.device_id,
    resource_url: credential.resource_url,
    network_proxy: maskedProxy(credential.network_proxy),
    disabled: problem !== '',
    disable_reason: problem,
    warning: cutOff && problem === '' ? CUT_OFF : '',
    cooldown_until: cooldownUntil ? rfc3339(cooldownUntil) : '',
    failure_count: failures,
    last_failure,
    health_score: health,
    ...planOf(credential.provider, credential, now()),
  }
  return {
    email: credential.email,
    account_id: credential.account_id,
    credential_file: shownPath(path, names),
    ...Object.fromEntries(
      Object.entries(optional).filter(([, value]) => value !== '' && value !== 0 && value !== false),
    ),
  }
}
