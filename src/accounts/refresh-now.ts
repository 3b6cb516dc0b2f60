/** Refreshes the accounts of a provider on demand (providers.md section 10.2). */
import * as z from 'zod'
import { messageOf } from '../errors.ts'
import type { Account, Accounts } from './accounts.ts'
import { nameOfAccount, timeText } from './credential.ts'

export const refreshResultSchema = z.object({
  provider: z.string(),
  checked: z.int().optional(),
  refreshed: z.int().optional(),
  skipped: z.int().optional(),
  failed: z.int().optional(),
  accounts: z.array(
    z.object({
      target: z.string(),
      status: z.enum(['refreshed', 'skipped', 'failed']),
      detail: z.string(),
      expire: z.string().optional(),
    }),
  ),
})

type Result = z.output<typeof refreshResultSchema>
type Outcome = Result['accounts'][number]

const YEAR_MS = 365 * 24 * 3_600_000

/** Refreshes every account whose token ends within a year, or with `onlyExpiring` within its lead. Zero counts are left out. */
export async function refreshNow(
  accounts: Accounts,
  provider: string,
  options: { onlyExpiring: boolean; now: number },
): Promise<Result> {
  const outcomes: Outcome[] = []
  // One after the other: a vendor sees one login server's client, not a burst.
  for (const account of await accounts.of(provider)) {
    outcomes.push(await refreshOne(accounts, provider, account, options))
  }
  const counts = { checked: outcomes.length, refreshed: 0, skipped: 0, failed: 0 }
  for (const { status } of outcomes) counts[status]++
  const told = Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0))
  return { provider, ...told, accounts: outcomes }
}

async function refreshOne(
  accounts: Accounts,
  provider: string,
  account: Account,
  { onlyExpiring, now }: { onlyExpiring: boolean; now: number },
): Promise<Outcome> {
  const { path, credential, problem } = account
  const target = nameOfAccount(credential) || path
  const { expiresAt } = credential
  const outcome = (status: Outcome['status'], detail: string, expire: number | null): Outcome => ({
    target,
    status,
    detail,
    ...(expire === null ? {} : { expire: timeText(expire) }),
  })
  if (problem) return outcome('skipped', problem, expiresAt)
  if (!credential.refresh_token) return outcome('skipped', 'missing refresh_token', expiresAt)
  const wanted = onlyExpiring ? accounts.isDue(provider, account) : expiresAt === null || expiresAt < now + YEAR_MS
  if (!wanted) return outcome('skipped', 'not expiring within lead window', expiresAt)
  try {
    return outcome('refreshed', 'token refreshed', (await accounts.refresh(provider, path)).expiresAt)
  } catch (error) {
    return outcome('failed', messageOf(error), expiresAt)
  }
}
