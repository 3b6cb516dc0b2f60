/**
 * The accounts that sign in for providers: their tokens, kept fresh. One refresher a gateway; each refresh token is used once,
 * by one request at a time, and what it brings is on the disk before anybody uses it.
 */
import type { Config, ProviderConfig } from '../config/index.ts'
import { badRequest, GatewayError, messageOf } from '../errors.ts'
import type { AccessToken, AccountSource, PoolAccount } from '../models/index.ts'
import type { Log } from '../platform.ts'
import type { Agenda } from '../schedule/index.ts'
import { addressOf } from './account-address.ts'
import { type Credential, nameOfAccount } from './credential.ts'
import { type CredentialFiles, readProblem } from './credential-files.ts'
import { credentialPath, type HomeNames } from './credential-path.ts'
import { flowOf, loginSettings } from './oauth/login-settings.ts'
import { GrantRefused, type OAuthNetwork, refreshTokens } from './oauth/token-exchange.ts'
import { refuseProxy } from './proxy.ts'
import { renewed } from './token-credential.ts'

export interface AccountsDeps {
  config: () => Config
  env: Readonly<Record<string, string | undefined>>
  names: HomeNames
  files: CredentialFiles
  network: OAuthNetwork
  agenda: Agenda
  now: () => number
  log: Log
  background(work: Promise<unknown>): void
  /** An account has a new token. */
  renewed(provider: string, account: { id: string; name: string }): void
  /** Something else happened to an account: `reason` as in providers.md section 10. */
  changed(provider: string, event: { target: string; reason: string; detail: string }): void
}

/** An account whose file could be read. */
export interface Account {
  /** The file's path in the home. */
  readonly path: string
  readonly credential: Credential
}

const CLOCK = 'account_refresh'
/** A token that ends this soon is not used any more. */
const NEARLY_OVER_MS = 60_000
const FIRST_RETRY_MS = 60_000
const DEFAULT_SCAN_SEC = 600
const DEFAULT_LEAD_SEC = 1800

export class Accounts implements AccountSource {
  readonly #deps: AccountsDeps
  /** The refresh that runs for each file. */
  readonly #flights = new Map<string, Promise<Credential>>()
  /** Renewed credentials that the disk did not take: their old refresh token is spent. */
  readonly #unsaved = new Map<string, Credential>()
  readonly #reported = new Map<string, string>()

  constructor(deps: AccountsDeps) {
    this.#deps = deps
    deps.agenda.on(CLOCK, (key) => {
      const [provider = '', path = ''] = JSON.parse(key) as string[]
      deps.background(this.#whenDue(provider, path))
    })
  }

  /** The provider's files that the config names, in its order; the one in use first. */
  paths(entry: ProviderConfig): string[] {
    const { credential_file, credential_files } = entry.oauth
    const found = [credential_file, ...credential_files]
      .filter((name) => name.trim() !== '')
      .map((name) => credentialPath(name, this.#deps.names))
    return [...new Set(found.filter((path) => path !== null))]
  }

  /** The accounts of a provider; files that are missing or broken are left out, and reported once. */
  async of(provider: string): Promise<Account[]> {
    const entry = this.#entry(provider)
    if (!entry) return []
    const accounts: Account[] = []
    for (const path of this.paths(entry)) {
      const credential = await this.#read(provider, entry, path)
      if (credential) accounts.push({ path, credential })
    }
    return accounts
  }

  async list(provider: string): Promise<PoolAccount[]> {
    return (await this.of(provider)).map(({ path, credential }) => ({
      id: path,
      name: nameOfAccount(credential) || path,
      disabled: problemOf(credential),
    }))
  }

  async token(provider: string, id: string, refused?: string): Promise<AccessToken> {
    const { credential } = await this.find(provider, id)
    const problem = problemOf(credential)
    if (problem) throw badRequest(`the account is not usable: ${problem}`)
    return this.#signed(provider, await this.#usable(provider, id, credential, refused))
  }

  /** An account by its path; 404 `oauth credential not found`. */
  async find(provider: string, path: string): Promise<Account> {
    const found = (await this.of(provider)).find((account) => account.path === path)
    if (!found) throw new GatewayError(404, 'not_found', 'oauth credential not found')
    return found
  }

  /**
   * Gets a new token now, or waits for the refresh that already runs. With `stale`, only if that is still the account's token.
   * Throws what `refreshTokens` throws.
   */
  refresh(provider: string, path: string, stale?: string): Promise<Credential> {
    let flight = this.#flights.get(path)
    if (!flight) {
      flight = this.#refresh(provider, path, stale).finally(() => this.#flights.delete(path))
      this.#flights.set(path, flight)
    }
    return flight
  }

  /** Whether a token should be refreshed now: it ends within the lead of its provider. */
  isDue(provider: string, credential: Credential): boolean {
    const at = this.#dueAt(provider, credential)
    return at !== null && at <= this.#deps.now()
  }

  /** Waits until nobody writes the file any more; for whoever wants to remove it. */
  async idle(path: string): Promise<void> {
    await this.#flights.get(path)?.catch(() => {})
    this.#unsaved.delete(path)
  }

  /** An account has signed in: whoever asked the old one for a token gets the new one. */
  signedIn(provider: string, path: string, credential: Credential): void {
    this.schedule(provider, path, credential)
    this.#deps.renewed(provider, { id: path, name: nameOfAccount(credential) || path })
  }

  /** Puts the next refresh of a credential into the agenda. */
  schedule(provider: string, path: string, credential: Credential): void {
    const key = JSON.stringify([provider, path])
    const at = this.#dueAt(provider, credential)
    if (at === null) this.#deps.agenda.cancel(CLOCK, key)
    else this.#deps.agenda.at(CLOCK, key, Math.max(at, this.#deps.now() + 1000))
  }

  /** Puts every account into the agenda: at the start, and when the config changed. */
  async scheduleAll(): Promise<void> {
    for (const [provider, { auth }] of Object.entries(this.#deps.config().models.providers)) {
      if (!/^(oauth|hybrid)$/i.test(auth.trim())) continue
      for (const { path, credential } of await this.of(provider)) this.schedule(provider, path, credential)
    }
  }

  async #usable(provider: string, path: string, credential: Credential, refused?: string): Promise<Credential> {
    const { access_token, expiresAt } = credential
    const now = this.#deps.now()
    if (access_token && refused === undefined && (expiresAt === null || expiresAt > now + NEARLY_OVER_MS)) {
      return credential
    }
    // Somebody else has renewed it since.
    if (access_token && refused !== undefined && access_token !== refused) return credential
    try {
      return await this.refresh(provider, path, access_token)
    } catch (error) {
      if (access_token && refused === undefined && expiresAt !== null && expiresAt > now) return credential
      throw error
    }
  }

  async #refresh(provider: string, path: string, stale: string | undefined): Promise<Credential> {
    const { files, network, env, now, log } = this.#deps
    const unsaved = this.#unsaved.get(path)
    if (unsaved) return this.#save(provider, path, unsaved)
    const { credential } = await this.find(provider, path)
    if (stale !== undefined && credential.access_token !== stale) return credential
    if (!credential.refresh_token) throw badRequest('missing refresh_token: sign in again')
    refuseProxy(credential.network_proxy)
    const settings = loginSettings(provider, this.#entry(provider)!, env)
    try {
      const response = await refreshTokens(settings, credential.refresh_token, network)
      // Its owner may have signed in anew, or removed the account, meanwhile.
      const { credential: current } = await this.find(provider, path)
      if (current.access_token !== credential.access_token) return current
      return await this.#save(provider, path, renewed(credential, response, now()))
    } catch (error) {
      if (error instanceof GrantRefused && error.code === 'invalid_grant') {
        const reason = 'invalid_grant'
        await files.write(path, { ...credential, disabled: true, disable_reason: reason })
        const target = nameOfAccount(credential) || path
        this.#deps.changed(provider, { target, reason: `oauth_disabled_${reason}`, detail: error.message })
      }
      log.warn('a token could not be refreshed', { provider, file: path, error: messageOf(error) })
      throw error
    }
  }

  async #save(provider: string, path: string, credential: Credential): Promise<Credential> {
    this.#unsaved.set(path, credential)
    await this.#deps.files.write(path, credential)
    this.#unsaved.delete(path)
    this.schedule(provider, path, credential)
    this.#deps.renewed(provider, { id: path, name: nameOfAccount(credential) || path })
    return credential
  }

  /** The agenda says a token is about to end. It may have been renewed, or its account removed, since. */
  async #whenDue(provider: string, path: string): Promise<void> {
    const { agenda, now } = this.#deps
    const account = (await this.of(provider)).find((each) => each.path === path)
    if (!account) return
    if (!this.isDue(provider, account.credential)) return this.schedule(provider, path, account.credential)
    try {
      await this.refresh(provider, path, account.credential.access_token)
    } catch (error) {
      const still = (await this.of(provider)).find((each) => each.path === path)
      // Only what may pass is worth another try: not a refused grant, nor a missing client.
      if (!still || problemOf(still.credential) || !(error instanceof GatewayError) || error.status < 500) return
      const scan = (this.#entry(provider)?.oauth.refresh_scan_sec || DEFAULT_SCAN_SEC) * 1000
      agenda.at(CLOCK, JSON.stringify([provider, path]), now() + Math.max(FIRST_RETRY_MS, scan))
    }
  }

  /** When to refresh; null: when it is refused. A lead is never longer than half of the token's life. */
  #dueAt(provider: string, credential: Credential): number | null {
    const { expiresAt, lastRefresh, refresh_token } = credential
    if (expiresAt === null || !refresh_token || problemOf(credential)) return null
    const entry = this.#entry(provider)
    if (!entry) return null
    const lead = (entry.oauth.refresh_lead_sec || flowOf(entry).leadSec || DEFAULT_LEAD_SEC) * 1000
    const life = lastRefresh !== null && lastRefresh < expiresAt ? expiresAt - lastRefresh : Number.POSITIVE_INFINITY
    return expiresAt - Math.min(lead, life / 2)
  }

  #signed(provider: string, credential: Credential): AccessToken {
    const entry = this.#entry(provider)!
    return { value: credential.access_token, ...addressOf(entry, flowOf(entry), credential) }
  }

  async #read(provider: string, entry: ProviderConfig, path: string): Promise<Credential | null> {
    const unsaved = this.#unsaved.get(path)
    if (unsaved) return unsaved
    let problem = ''
    try {
      const credential = await this.#deps.files.read(path, flowOf(entry).name)
      if (credential) {
        this.#reported.delete(path)
        return credential
      }
      problem = `${path} does not exist`
    } catch (error) {
      problem = readProblem(error)
    }
    if (this.#reported.get(path) !== problem) {
      this.#reported.set(path, problem)
      this.#deps.log.warn('a credential file cannot be used', { provider, error: problem })
      this.#deps.changed(provider, { target: path, reason: 'credential_read_failed', detail: problem })
    }
    return null
  }

  #entry(provider: string): ProviderConfig | undefined {
    const { providers } = this.#deps.config().models
    return Object.hasOwn(providers, provider) ? providers[provider] : undefined
  }
}

/** Why an account cannot be asked at all; empty when it can. */
export function problemOf({ disabled, disable_reason, network_proxy }: Credential): string {
  if (disabled) return disable_reason || 'disabled'
  // Going around its proxy would show the account another address than its owner wants.
  return network_proxy ? 'network_proxy is not supported on this runtime' : ''
}
