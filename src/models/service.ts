/** The models a turn may ask, in order: from the config, else from what is around (`discovery.ts`). */
import type { LanguageModelV4 } from '@ai-sdk/provider'
import type { Database, Log, WorkersAi } from '../platform.ts'
import type { RelayPort } from './aistudio.ts'
import { chainOf } from './chain.ts'
import { contextWindow } from './context-window.ts'
import { type Cooldown, Cooldowns } from './cooldown.ts'
import type { Surroundings } from './discovery.ts'
import { classify } from './failure.ts'
import { openLanguageModel } from './language-model.ts'
import { createLocalFinder, type LocalPort } from './local-server.ts'
import { CredentialPool } from './pool.ts'
import type { AccountSource } from './pool-types.ts'
import { providerKind } from './provider-kind.ts'
import { accessOf, type ModelRoute, type ModelSource } from './route.ts'
import type { Env, ModelSettings } from './settings.ts'
import { splitThinking } from './thinking-suffix.ts'
import { type Trial, type TrialRequest, tryProvider } from './trial.ts'
import type { Candidate, ModelService } from './types.ts'

export interface ModelDeps {
  config: () => ModelSettings
  env: Env
  fetch: typeof globalThis.fetch
  ai?: WorkersAi
  /** The relays, for the provider `aistudio`. */
  relay?: RelayPort
  db: Database
  now: () => number
  log: Log
  /** True on the owner's machine: then a model server on its usual port is looked for. */
  local: boolean
  /** Accounts that sign in for providers; absent: keys only. */
  accounts?: AccountSource
  /** The ports to look at; for tests. */
  localPorts?: readonly LocalPort[]
}

export interface ModelDescription {
  /** The model asked first, `provider/model`. */
  primary: string
  source: ModelSource
  /** Where it was found: a config entry, a variable, a server. Never a key. */
  detail: string
  /** The models asked next, in order. */
  fallbacks: string[]
  /** Models that rest after a failure, and why. */
  cooling: Cooldown[]
  /** Why configured models cannot be asked, one sentence each. */
  problems: string[]
}

export interface Models extends ModelService {
  /** After a config change: forgets models that were opened, the local search, and failures a new key may end. */
  invalidate(): void
  /** After a provider got a new credential, or somebody ended its rest: its models are asked again. */
  reconsider(provider: string): void
  /** The credentials of all providers. */
  readonly pool: CredentialPool
  describe(): Promise<ModelDescription>
  /** Asks a provider whether it takes the credentials, which models it has, and, if asked for, one model for an answer. */
  try(request: TrialRequest): Promise<Trial>
}

const DEFAULT_TIMEOUT_SEC = 90
const DEFAULT_MAX_TOKENS = 8192

/** The model service of a gateway. Opens nothing before the first call. */
export function createModelService(deps: ModelDeps): Models {
  const { config, env, now, log } = deps
  const cooldowns = new Cooldowns(deps.db, now)
  const finder = deps.local ? createLocalFinder({ fetch: deps.fetch, now, ports: deps.localPorts }) : undefined
  const around: Surroundings = { env, hasAi: deps.ai !== undefined, ...(finder && { findLocal: finder.find }) }
  const pool = new CredentialPool({
    db: deps.db,
    now,
    log,
    settings: (provider) => own(config().models.providers, provider),
    keyOf(provider) {
      const entry = own(config().models.providers, provider)
      const access = entry && accessOf(provider, entry, env, deps.ai !== undefined)
      return access?.usable ? access.key : entry?.api_key?.trim() || undefined
    },
    ...(deps.accounts ? { accounts: deps.accounts } : {}),
  })
  const ports = { ...deps, pool }
  const opened = new Map<string, Promise<LanguageModelV4>>()
  let openedFor: ModelSettings | undefined

  const isRelayed = (name: string) => providerKind(name, config().models.providers[name] ?? {}) === 'aistudio'

  function open(route: ModelRoute): Promise<LanguageModelV4> {
    const settings = config()
    if (openedFor !== settings) {
      opened.clear()
      openedFor = settings
    }
    const id = `${route.source} ${route.ref}`
    let model = opened.get(id)
    if (!model) {
      model = openLanguageModel(route, ports)
      // A failed load of a package must not stay.
      model.catch(() => opened.delete(id))
      opened.set(id, model)
    }
    return model
  }

  async function candidateOf(route: ModelRoute): Promise<Candidate> {
    const { max_tokens, temperature } = config().agents.defaults
    const { ref, provider, settings } = route
    const modelId = splitThinking(route.modelId).name
    const window = contextWindow(modelId, settings.context_window)
    const wanted = settings.max_tokens || max_tokens || DEFAULT_MAX_TOKENS
    return {
      ref,
      provider,
      modelId,
      model: await open(route),
      // Half the window at most: a small model has to keep room for the question.
      maxOutputTokens: Math.min(wanted, Math.floor(window / 2)),
      temperature: takesTemperature(modelId) ? settings.temperature || temperature : undefined,
      contextWindow: window,
      timeoutMs: (settings.timeout_sec || DEFAULT_TIMEOUT_SEC) * 1000,
    }
  }

  return {
    async candidates(ref) {
      const { routes, missing } = await chainOf(config(), around, ref)
      if (missing) log.warn('A model that was asked for cannot be used', { model: ref, why: missing })
      const rest = new Map(routes.map((route) => [route, cooldowns.until(route)]))
      const ordered = routes.toSorted((a, b) => rest.get(a)! - rest.get(b)!)
      return Promise.all(ordered.map(candidateOf))
    },

    succeeded(candidate) {
      cooldowns.succeeded(candidate)
    },

    failed(candidate, error) {
      const failure = classify(error, now())
      // Relays rest one by one, and a new one may come at any moment: the model itself is not to blame.
      if (failure.kind === 'network' && isRelayed(candidate.provider)) return
      const rest = cooldowns.failed(candidate, failure)
      if (rest) {
        const seconds = Math.round((rest.until - now()) / 1000)
        log.warn('A model rests after a failure', { model: rest.scope, seconds, kind: rest.kind, why: rest.message })
      }
    },

    ready: ({ provider, modelId }) => pool.ready(provider, modelId),

    invalidate() {
      opened.clear()
      finder?.forget()
      cooldowns.reconsider()
    },

    reconsider(provider) {
      cooldowns.reconsider(provider)
    },

    pool,

    async describe() {
      const { routes, problems } = await chainOf(config(), around)
      const { ref, source, detail } = routes[0]!
      const fallbacks = routes.slice(1).map((route) => route.ref)
      return { primary: ref, source, detail, fallbacks, cooling: cooldowns.active(), problems }
    },

    try: (request) => tryProvider(request, ports),
  }
}

const own = <T>(entries: Readonly<Record<string, T>>, name: string): T | undefined =>
  Object.hasOwn(entries, name) ? entries[name] : undefined

/** Reasoning models refuse it, and the SDK would warn at each call. */
const takesTemperature = (modelId: string) => !/(^|\/)(o[134](-|$)|gpt-5(?!.*chat))/.test(modelId)
