/**
 * When tokens are refreshed ahead of time: an agenda entry for every account that was used within the last day. An idle
 * gateway sleeps; its accounts get a new token when somebody needs one.
 */
import type { ProviderConfig } from '../config/index.ts'
import { GatewayError } from '../errors.ts'
import type { Agenda } from '../schedule/index.ts'
import type { AccountUse } from './account-use.ts'
import type { Account } from './accounts.ts'
import type { Credential } from './credential.ts'
import { flowOf } from './oauth/login-settings.ts'

export interface RefreshClockDeps {
  agenda: Agenda
  use: AccountUse
  now: () => number
  entry(provider: string): ProviderConfig | undefined
  account(provider: string, path: string): Promise<Account | undefined>
  refresh(provider: string, path: string, stale: string): Promise<Credential>
  background(work: Promise<unknown>): void
}

const CLOCK = 'account_refresh'
/** A token that ends this soon is not used any more. */
export const NEARLY_OVER_MS = 60_000
const FIRST_RETRY_MS = 60_000
const DEFAULT_SCAN_SEC = 600
const DEFAULT_LEAD_SEC = 1800

export class RefreshClock {
  readonly #deps: RefreshClockDeps

  constructor(deps: RefreshClockDeps) {
    this.#deps = deps
    deps.agenda.on(CLOCK, (key) => {
      const [provider = '', path = ''] = JSON.parse(key) as string[]
      deps.background(this.#whenDue(provider, path))
    })
  }

  /** Puts the next refresh of an account into the agenda, or takes it out: idle and unusable ones have none. */
  set(provider: string, account: Account): void {
    const { agenda, use, now } = this.#deps
    const at = use.isRecent(account.path) ? this.#dueAt(provider, account) : null
    const key = JSON.stringify([provider, account.path])
    if (at === null) agenda.cancel(CLOCK, key)
    else agenda.at(CLOCK, key, Math.max(at, now() + 1000))
  }

  /** Whether a token should be refreshed now: it ends within the lead of its provider. */
  isDue(provider: string, account: Account): boolean {
    const at = this.#dueAt(provider, account)
    return at !== null && at <= this.#deps.now()
  }

  /** It may have been renewed, its account removed, or nobody have used it since the entry was made. */
  async #whenDue(provider: string, path: string): Promise<void> {
    const { agenda, use, now, entry, account: find, refresh } = this.#deps
    const account = await find(provider, path)
    if (!account || !use.isRecent(path)) return
    if (!this.isDue(provider, account)) return this.set(provider, account)
    try {
      await refresh(provider, path, account.credential.access_token)
    } catch (error) {
      const still = await find(provider, path)
      // Only what may pass is worth another try: not a refused grant, nor a missing client.
      if (!still || still.problem || !(error instanceof GatewayError) || error.status < 500) return
      const scan = (entry(provider)?.oauth.refresh_scan_sec || DEFAULT_SCAN_SEC) * 1000
      agenda.at(CLOCK, JSON.stringify([provider, path]), now() + Math.max(FIRST_RETRY_MS, scan))
    }
  }

  /** When to refresh; null: when it is refused. A lead is never longer than half of the token's life. */
  #dueAt(provider: string, { credential, problem, cutOff }: Account): number | null {
    const { expiresAt, lastRefresh, refresh_token } = credential
    if (expiresAt === null || !refresh_token || problem) return null
    // The refresh token may be spent, and trying it may end the access token as well: that one is used to its end.
    if (cutOff) return expiresAt - NEARLY_OVER_MS
    const entry = this.#deps.entry(provider)
    if (!entry) return null
    const lead = (entry.oauth.refresh_lead_sec || flowOf(entry).leadSec || DEFAULT_LEAD_SEC) * 1000
    const life = lastRefresh !== null && lastRefresh < expiresAt ? expiresAt - lastRefresh : Number.POSITIVE_INFINITY
    return expiresAt - Math.min(lead, life / 2)
  }
}
