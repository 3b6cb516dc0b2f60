/**
 * The credentials of the providers: which one signs the next call, and what becomes of one that failed. One pool a gateway;
 * calls, the runtime view and its actions all look at this one.
 */
import type { Database, Log } from '../platform.ts'
import { effectOf, type RestReason } from './pool-effects.ts'
import { type EventList, PoolHistory, type ProviderHistory } from './pool-history.ts'
import { CredentialStates, type Health, type Rest } from './pool-state.ts'
import { type AccessToken, type AccountSource, type Credential, maskKey, type PoolCandidate } from './pool-types.ts'
import type { ProviderSettings } from './settings.ts'
import type { ModelFailure } from './types.ts'

export interface PoolDeps {
  db: Database
  now: () => number
  log: Log
  settings: (provider: string) => ProviderSettings | undefined
  /** The key of a provider, from the config or the environment. */
  keyOf: (provider: string) => string | undefined
  accounts?: AccountSource
}

/** The state of an API key or account, for people. */
export interface CredentialView extends Health {
  /** ms since the epoch; 0 when it does not rest. */
  cooldownUntil: number
}

const NO_ACCOUNTS: AccountSource = {
  list: async () => [],
  token: async () => {
    throw new Error('there are no accounts here')
  },
}

export class CredentialPool {
  readonly #deps: PoolDeps
  readonly #accounts: AccountSource
  readonly #states: CredentialStates
  readonly #history: PoolHistory
  readonly #orders = new Map<string, string[]>()
  #heard: (provider: string) => void = () => {}

  constructor(deps: PoolDeps) {
    this.#deps = deps
    this.#accounts = deps.accounts ?? NO_ACCOUNTS
    this.#states = new CredentialStates(deps.db, deps.now)
    this.#history = new PoolHistory(deps.db, deps.settings)
  }

  /**
   * The credentials to try for a call, in order: those that are ready (the key, then accounts by health), then those whose
   * vendor had trouble. When all rest for longer, the one whose rest ends first, so that something is always tried. Empty when
   * no account is connected and there is no key.
   */
  async attempts(provider: string, model: string, key: string | undefined, accounts: boolean): Promise<Credential[]> {
    if (!this.#orders.has(provider)) await this.noteOrder(provider)
    const all = await this.#credentials(provider, key, accounts)
    const rest = new Map(all.map((each) => [each, this.#states.rest(provider, each.id, model)]))
    const ready = all.filter((each) => !rest.get(each))
    const troubled = all.filter((each) => rest.get(each)?.reason === 'unavailable')
    if (ready.length + troubled.length > 0) return [...ready, ...troubled.toSorted(byEnd(rest))]
    return all.toSorted(byEnd(rest)).slice(0, 1)
  }

  /** How many credentials of a provider do not rest for this model now. */
  async ready(provider: string, model: string): Promise<number> {
    const { key, accounts } = this.#means(provider)
    const all = await this.#credentials(provider, key, accounts)
    return all.filter((each) => !this.#states.rest(provider, each.id, model)).length
  }

  /** When the first credential of a provider can be asked for this model again, ms from now; 0 when one can be now. */
  async freeIn(provider: string, model: string, key: string | undefined, accounts: boolean): Promise<number> {
    const all = await this.#credentials(provider, key, accounts)
    const ends = all.map((each) => this.#states.rest(provider, each.id, model)?.until ?? 0)
    return ends.length === 0 ? 0 : Math.max(0, Math.min(...ends) - this.#deps.now())
  }

  /** The token of an account; see `AccountSource.token`. */
  token(provider: string, credential: Credential, refused?: string): Promise<AccessToken> {
    return this.#accounts.token(provider, credential.id, refused)
  }

  /** Notes an answer to a call that began at `startedAt`. */
  succeeded(provider: string, model: string, credential: Credential, startedAt: number): void {
    const { kind, id } = credential
    if (this.#states.succeeded(provider, id, model, startedAt)) {
      this.record(provider, 'changes', { ...credential, reason: `${kind}_recovered` })
      void this.noteOrder(provider)
    }
    this.record(provider, 'hits', credential)
  }

  /** Notes a failure that is the credential's or the vendor's fault, and rests the credential. */
  failed(provider: string, model: string, credential: Credential, reason: RestReason, failure: ModelFailure): Rest {
    const { id, kind } = credential
    const effect = effectOf(reason, failure, {
      account: kind === 'oauth',
      failures: this.#states.health(provider, id).failures + 1,
      cooldownSec: this.#deps.settings(provider)?.oauth?.cooldown_sec,
    })
    const rested = this.#states.rest(provider, id, model) !== undefined
    const rest = this.#states.failed(provider, id, model, effect)
    this.record(provider, 'errors', { ...credential, reason, detail: `${model}: ${failure.message}` })
    if (!rested) {
      const detail = `${rest.model === '*' ? 'all models' : rest.model} until ${rfc3339(rest.until)}`
      this.record(provider, 'changes', { ...credential, reason: `${kind}_cooldown_${reason}`, detail })
    }
    void this.noteOrder(provider)
    return rest
  }

  /** Adds to the history of a provider; `detail` and `reason` hold no secret. */
  record(
    provider: string,
    list: EventList,
    event: { kind: string; target: string; reason?: string; detail?: string },
  ): void {
    const { kind, target, reason = '', detail = '' } = event
    this.#history.add(provider, list, { at: this.#deps.now(), kind, target, reason, detail })
    this.#heard(provider)
  }

  history(provider: string): ProviderHistory {
    return this.#history.of(provider)
  }

  /** How many events of each sort a provider keeps. */
  historyMax(provider: string): number {
    return this.#history.max(provider)
  }

  /** Takes in a history that an earlier program kept; nothing that happened here is replaced. */
  takeIn(provider: string, history: ProviderHistory): void {
    this.#history.takeIn(provider, history)
  }

  /** `heard` is told of every event, with its provider. One listener. */
  onRecord(heard: (provider: string) => void): void {
    this.#heard = heard
  }

  clearHistory(provider: string): void {
    this.#history.clear(provider)
  }

  /** The state of the provider's key, with the key masked; null when it has none. */
  keyState(provider: string): ({ target: string } & CredentialView) | null {
    const [credential] = this.#keys(this.#deps.keyOf(provider))
    return credential ? { target: credential.target, ...this.view(provider, credential.id) } : null
  }

  /** The state of an account, by its id. */
  view(provider: string, id: string): CredentialView {
    const cooldownUntil = this.#states.rest(provider, id)?.until ?? 0
    return { ...this.#states.health(provider, id), cooldownUntil }
  }

  /** Ends the rest of the provider's key. */
  clearKey(provider: string): void {
    for (const credential of this.#keys(this.#deps.keyOf(provider))) {
      this.#states.clear(provider, credential.id)
      this.record(provider, 'changes', { ...credential, reason: 'manual_clear_api_cooldown' })
    }
    void this.noteOrder(provider)
  }

  /** Ends the rest of an account. */
  clearAccount(provider: string, { id, name }: { id: string; name: string }): void {
    this.#states.clear(provider, id)
    this.record(provider, 'changes', { kind: 'oauth', target: name, reason: 'manual_clear_oauth_cooldown' })
    void this.noteOrder(provider)
  }

  /** An account has a new token: what was wrong with the old one counts no more. */
  renewed(provider: string, { id, name }: { id: string; name: string }, detail = ''): void {
    this.#states.renewed(provider, id)
    this.record(provider, 'changes', { kind: 'oauth', target: name, reason: 'oauth_refresh_success', detail })
  }

  /** An account is gone. */
  forget(provider: string, id: string): void {
    this.#states.forget(provider, id)
  }

  /** All credentials that may sign calls, in the order they would be asked for any model. */
  async order(provider: string): Promise<PoolCandidate[]> {
    const { key, accounts } = this.#means(provider)
    const all = await this.#credentials(provider, key, accounts)
    const rest = new Map(all.map((each) => [each, this.#states.rest(provider, each.id)]))
    const resting = all.filter((each) => rest.get(each)).toSorted(byEnd(rest))
    return [...all.filter((each) => !rest.get(each)), ...resting]
      .filter(({ kind }) => kind !== 'none')
      .map((each) => {
        const { health, failures } = this.#states.health(provider, each.id)
        const until = rest.get(each)?.until
        return {
          kind: each.kind,
          target: each.target,
          available: until === undefined,
          status: until === undefined ? 'ready' : 'cooldown',
          ...(until === undefined ? {} : { cooldown_until: rfc3339(until) }),
          health_score: health,
          failure_count: failures,
        }
      })
  }

  /** Records a changed order. Never throws: nobody waits for it. */
  async noteOrder(provider: string): Promise<void> {
    try {
      const order = (await this.order(provider)).map(({ kind, target }) => `${kind}:${target}`)
      const before = this.#orders.get(provider)
      this.#orders.set(provider, order)
      if (!before || before.join('\n') === order.join('\n')) return
      this.record(provider, 'changes', {
        kind: 'scheduler',
        target: provider,
        reason: 'candidate_order_changed',
        detail: `top ${before[0] ?? '-'} -> ${order[0] ?? '-'} | order ${listed(before)} -> ${listed(order)}`,
      })
    } catch (error) {
      this.#deps.log.warn('The order of a provider could not be told', { provider, error: String(error) })
    }
  }

  /** What a provider signs with, by its `auth`. */
  #means(provider: string): { key: string | undefined; accounts: boolean } {
    const auth = this.#deps.settings(provider)?.auth?.trim().toLowerCase() ?? ''
    return {
      key: auth === 'oauth' || auth === 'none' ? undefined : this.#deps.keyOf(provider),
      accounts: auth === 'oauth' || auth === 'hybrid',
    }
  }

  /** The key first, then the accounts by health; among equals the order of the config. */
  async #credentials(provider: string, key: string | undefined, accounts: boolean): Promise<Credential[]> {
    const keys = this.#keys(key)
    if (!accounts) return keys.length > 0 ? keys : [{ kind: 'none', id: 'none', target: provider }]
    const list = (await this.#accounts.list(provider)).filter(({ disabled }) => disabled === '')
    const healthOf = (id: string) => this.#states.health(provider, id).health
    const ordered = list.toSorted((a, b) => healthOf(b.id) - healthOf(a.id))
    return [...keys, ...ordered.map(({ id, name }) => ({ kind: 'oauth' as const, id, target: name }))]
  }

  #keys(key: string | undefined): Credential[] {
    if (!key) return []
    const target = maskKey(key)
    return [{ kind: 'api_key', id: `key ${target}`, target, key }]
  }
}

/** Seconds are enough. */
export const rfc3339 = (ms: number) => new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z')

const byEnd = (rest: Map<Credential, Rest | undefined>) => (a: Credential, b: Credential) =>
  (rest.get(a)?.until ?? 0) - (rest.get(b)?.until ?? 0)

const listed = (order: readonly string[]) => `[${order.join(' > ')}]`
