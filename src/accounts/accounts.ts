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
import type { AccountUse } from './account-use.ts'
import { type Credential, nameOfAccount } from './credential.ts'
import { type CredentialFiles, readProblem } from './credential-files.ts'
import { credentialPath, type HomeNames } from './credential-path.ts'
import { flowOf, loginSettings } from './oauth/login-settings.ts'
import { GrantRefused, type OAuthNetwork, refreshTokens } from './oauth/token-exchange.ts'
import { normalizedProxy, type Proxies } from './proxy.ts'
import { NEARLY_OVER_MS, RefreshClock } from './refresh-clock.ts'
import type { RefreshNotes } from './refresh-notes.ts'
import { renewed } from './token-credential.ts'

export interface AccountsDeps {
  config: () => Config
  env: Readonly<Record<string, string | undefined>>
  names: HomeNames
  files: CredentialFiles
  network: OAuthNetwork
  proxies: Proxies
  notes: RefreshNotes
  use: AccountUse
  agenda: Agenda
  now: () => number
  log: Log
  background(work: Promise<unknown>): void
  /** Test builds only: see `Platform.fault`. */
  fault?(point: string): void
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
  /** Why it cannot be asked at all; empty when it can. */
  readonly problem: string
  /** A refresh of it was cut off by the end of an earlier life: its refresh token may be spent. */
  readonly cutOff: boolean
}

/** What its owner has to do about an account whose refresh was cut off and whose token the vendor then refused. */
const SIGN_IN_AGAIN = 'the gateway stopped in the middle of a refresh, and its answer is lost: sign in again'

export class Accounts implements AccountSource {
  readonly #deps: AccountsDeps
  readonly #clock: RefreshClock
  /** The refresh that runs for each file. */
  readonly #flights = new Map<string, Promise<Credential>>()
  /** Renewed credentials that the disk did not take: their old refresh token is spent. */
  readonly #unsaved = new Map<string, Credential>()
  readonly #reported = new Map<string, string>()

  constructor(deps: AccountsDeps) {
    this.#deps = deps
    this.#clock = new RefreshClock({
      ...deps,
      entry: (provider) => this.#entry(provider),
      account: async (provider, path) => (await this.of(provider)).find((each) => each.path === path),
      refresh: (provider, path, stale) => this.refresh(provider, path, stale),
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
      if (credential) accounts.push(await this.#account(path, credential, entry))
    }
    return accounts
  }

  async list(provider: string): Promise<PoolAccount[]> {
    return (await this.of(provider)).map(({ path, credential, problem }) => ({
      id: path,
      name: nameOfAccount(credential) || path,
      disabled: problem,
    }))
  }

  async token(provider: string, id: string, refused?: string): Promise<AccessToken> {
    const account = await this.find(provider, id)
    if (account.problem) throw badRequest(`the account is not usable: ${account.problem}`)
    const usable = await this.#usable(provider, account, refused)
    if (this.#deps.use.touch(id)) await this.schedule(provider, id, usable)
    return this.#signed(provider, usable)
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
  isDue(provider: string, account: Account): boolean {
    return this.#clock.isDue(provider, account)
  }

  /** Waits until nobody writes the file any more; for whoever wants to replace or remove it. */
  async idle(path: string): Promise<void> {
    await this.#flights.get(path)?.catch(() => {})
    this.#unsaved.delete(path)
  }

  /** An account has signed in: whoever asked the old one for a token gets the new one. */
  async signedIn(provider: string, path: string, credential: Credential): Promise<void> {
    const { notes, use } = this.#deps
    notes.end(path)
    use.touch(path)
    await this.schedule(provider, path, credential)
    this.#deps.renewed(provider, { id: path, name: nameOfAccount(credential) || path })
  }

  /** An account is gone. */
  forget(path: string): void {
    this.#deps.notes.end(path)
    this.#deps.use.forget(path)
  }

  /** Puts the next refresh of a credential into the agenda, if its account was used lately. */
  async schedule(provider: string, path: string, credential: Credential): Promise<void> {
    const entry = this.#entry(provider)
    if (entry) this.#clock.set(provider, await this.#account(path, credential, entry))
  }

  /** Puts every account into the agenda, and says which were cut off: at the start, and when the config changed. */
  async scheduleAll(): Promise<void> {
    for (const [provider, { auth }] of Object.entries(this.#deps.config().models.providers)) {
      if (!/^(oauth|hybrid)$/i.test(auth.trim())) continue
      for (const account of await this.of(provider)) {
        this.#clock.set(provider, account)
        if (account.cutOff) this.#tell(provider, account, 'oauth_refresh_interrupted', CUT_OFF)
      }
    }
  }

  async #account(path: string, credential: Credential, entry: ProviderConfig): Promise<Account> {
    const { notes, proxies } = this.#deps
    const { disabled, disable_reason } = credential
    const problem = disabled ? disable_reason || 'disabled' : proxies.problemOf(proxyOf(entry, credential))
    return { path, credential, problem, cutOff: await notes.wasCutOff(path, credential.refresh_token) }
  }

  async #usable(provider: string, { path, credential }: Account, refused?: string): Promise<Credential> {
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
    const { network, notes, env, now, log, fault } = this.#deps
    const unsaved = this.#unsaved.get(path)
    if (unsaved) return this.#save(provider, path, unsaved)
    const account = await this.find(provider, path)
    const { credential } = account
    if (stale !== undefined && credential.access_token !== stale) return credential
    if (!credential.refresh_token) throw badRequest('missing refresh_token: sign in again')
    const entry = this.#entry(provider)!
    const settings = loginSettings(provider, entry, env)
    const over = network.through(normalizedProxy(proxyOf(entry, credential)))
    try {
      // Known before the token is sent; from here to the end of `#save` a crash costs the login.
      await notes.begin(path, credential.refresh_token)
      const response = await refreshTokens(settings, credential.refresh_token, over)
      fault?.('refresh-answered')
      // Its owner may have signed in anew, or removed the account, meanwhile.
      const { credential: current } = await this.find(provider, path)
      if (current.access_token !== credential.access_token) return current
      return await this.#save(provider, path, renewed(credential, response, now()))
    } catch (error) {
      log.warn('a token could not be refreshed', { provider, file: path, error: messageOf(error) })
      if (error instanceof GrantRefused && error.code === 'invalid_grant')
        throw await this.#lost(provider, account, error)
      if (!this.#unsaved.has(path)) notes.end(path)
      throw error
    }
  }

  /** The vendor wants no refresh of this account any more; the error that says so to whoever waits. */
  async #lost(provider: string, account: Account, error: GrantRefused): Promise<GatewayError> {
    const { files, notes } = this.#deps
    const reason = account.cutOff ? 'refresh_interrupted' : 'invalid_grant'
    const { path, credential } = account
    const disable_reason = account.cutOff ? SIGN_IN_AGAIN : reason
    await files.write(path, { ...credential, disabled: true, disable_reason })
    notes.end(path)
    this.#tell(provider, account, `oauth_disabled_${reason}`, account.cutOff ? SIGN_IN_AGAIN : error.message)
    return account.cutOff ? new GrantRefused(`${error.message}. ${SIGN_IN_AGAIN}`, error.code) : error
  }

  async #save(provider: string, path: string, credential: Credential): Promise<Credential> {
    this.#unsaved.set(path, credential)
    await this.#deps.files.write(path, credential)
    this.#unsaved.delete(path)
    this.#deps.notes.end(path)
    await this.schedule(provider, path, credential)
    this.#deps.renewed(provider, { id: path, name: nameOfAccount(credential) || path })
    return credential
  }

  #tell(provider: string, { path, credential }: Account, reason: string, detail: string): void {
    this.#deps.changed(provider, { target: nameOfAccount(credential) || path, reason, detail })
  }

  #signed(provider: string, credential: Credential): AccessToken {
    const entry = this.#entry(provider)!
    const proxy = normalizedProxy(proxyOf(entry, credential))
    return {
      value: credential.access_token,
      ...addressOf(entry, flowOf(entry), credential),
      ...(proxy ? { fetch: this.#deps.proxies.fetch(proxy) } : {}),
    }
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

/** What the view says of an account whose refresh was cut off, while its access token may still be good. */
export const CUT_OFF =
  'the gateway stopped in the middle of a refresh: sign in again, or the account may end with its token'

/** Its own, else that of its provider. */
const proxyOf = ({ oauth }: ProviderConfig, { network_proxy }: Credential) => network_proxy || oauth.network_proxy
