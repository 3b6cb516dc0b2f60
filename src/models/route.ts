/** A route is a model that could be asked now: which entry, which protocol, which key. */
import { canonicalProvider, findProvider, splitModelRef } from '../config/index.ts'
import { accountsRefused, keysRefused } from './own-clients.ts'
import { baseUrlOf, type ProviderKind, providerKind } from './provider-kind.ts'
import type { Env, ModelSettings, ProviderSettings } from './settings.ts'
import { keyInEnv, vendorAt } from './vendors.ts'

/** Where the way to a model was found. */
export type ModelSource = 'config' | 'env' | 'local' | 'workers-ai' | 'offline'

export interface ModelRoute {
  /** `provider/model`, the provider as its config entry is named. */
  readonly ref: string
  readonly provider: string
  readonly modelId: string
  readonly kind: ProviderKind
  /** Undefined: ask without credentials, or with the accounts. */
  readonly key: string | undefined
  /** The provider's accounts may sign, after the key if there is one. */
  readonly accounts?: boolean
  readonly settings: ProviderSettings
  readonly source: ModelSource
  /** For people: the variable, the server or the config entry it comes from. Never a key. */
  readonly detail: string
}

export type Access =
  | { usable: true; key: string | undefined; accounts?: boolean; source: ModelSource; detail: string }
  | { usable: false; why: string }

/**
 * Whether an entry can be asked: with `auth: none`, with a key of its own, with accounts that signed in, at an address that is not a vendor's
 * own (a local or compatible server may need no key), or with its vendor's key from the environment.
 */
export function accessOf(name: string, settings: ProviderSettings, env: Env, hasAi: boolean): Access {
  const kind = providerKind(name, settings)
  const usable = (key?: string) => ({
    usable: true as const,
    key,
    source: 'config' as const,
    detail: `models.providers.${name}`,
  })
  const refuse = (why: string): Access => ({ usable: false, why: `models.providers.${name} ${why}` })
  if (kind === 'offline') return { usable: true, key: undefined, source: 'offline', detail: 'built in' }
  if (kind === 'workers-ai') return hasAi ? usable() : refuse('needs the Workers AI binding, which is not here')
  // The relay brings the credentials; whether one is connected shows when it is asked.
  if (kind === 'aistudio') return usable()
  const auth = settings.auth?.trim().toLowerCase() ?? ''
  const bySignIn = auth === 'oauth' || auth === 'hybrid'
  const neither = keysRefused(name, settings)
  const closed = neither ?? (bySignIn ? accountsRefused(name, settings) : undefined)
  if (neither || (closed && auth === 'oauth')) return refuse(`cannot be used: ${closed}`)
  const base = baseUrlOf(name, kind, settings)
  if (base === undefined) return refuse('has no api_base')
  if (!URL.canParse(base)) return refuse('has an api_base that is no URL')
  if (auth === 'none') return usable()
  const key = settings.api_key?.trim()
  if (bySignIn) {
    const own = auth === 'hybrid' ? key : undefined
    if (closed) return own ? usable(own) : refuse(`cannot be used: ${closed}`)
    const { credential_file, credential_files } = settings.oauth ?? {}
    if (credential_file?.trim() || credential_files?.length) return { ...usable(own || undefined), accounts: true }
    return own ? usable(own) : refuse('signs in with an account, and none is connected')
  }
  if (key) return usable(key)
  const vendor = vendorAt(base)
  const found = vendor && keyInEnv(vendor, env)
  if (found) return { usable: true, key: found.key, source: 'env', detail: found.variable }
  if (vendor || !settings.api_base?.trim()) return refuse('has no api_key')
  return usable()
}

export interface Resolution {
  route?: ModelRoute
  /** Why there is none, for the log and for people. */
  why?: string
}

/**
 * The route of a reference among the configured providers. A bare model belongs to the provider of `primary`, else to
 * the entry that lists it; a bare provider name means its first model.
 */
export function resolve(ref: string, config: ModelSettings, env: Env, hasAi: boolean): Resolution {
  const { providers } = config.models
  const { provider, model } = splitModelRef(ref)
  if (!model && !provider) return { why: 'no model is named' }
  const name = provider ? findProvider(providers, provider) : ownerOf(model, config)
  if (name === undefined) {
    const kind = providerKind(provider, {})
    // These two need no entry: they have nothing to configure.
    if (model && (kind === 'workers-ai' || kind === 'offline')) return routeTo(kind, {}, model, env, hasAi)
    return { why: `"${ref}" names a provider that is not configured` }
  }
  const entry = providers[name]!
  const isName = !provider && canonicalProvider(model) === canonicalProvider(name)
  const modelId = isName || !model ? entry.models?.[0] : model
  if (!modelId) return { why: `"${ref}" names no model of "${name}"` }
  return routeTo(name, entry, modelId, env, hasAi)
}

/** The provider of a bare model: the entry that lists it or is called so, else that of the primary model. */
function ownerOf(model: string, { models: { providers }, agents }: ModelSettings): string | undefined {
  const lists = Object.keys(providers).find((name) => providers[name]!.models?.includes(model))
  const primary = splitModelRef(agents.defaults.model.primary).provider
  return lists ?? findProvider(providers, model) ?? (primary ? findProvider(providers, primary) : undefined)
}

/** The first model of every entry that the config itself makes usable, in the order of the config. */
export function configuredRoutes(config: ModelSettings, env: Env, hasAi: boolean): ModelRoute[] {
  return Object.entries(config.models.providers).flatMap(([name, entry]) => {
    const model = entry.models?.[0]
    const { route } = model ? routeTo(name, entry, model, env, hasAi) : {}
    return route?.source === 'config' ? [route] : []
  })
}

function routeTo(name: string, settings: ProviderSettings, modelId: string, env: Env, hasAi: boolean): Resolution {
  const access = accessOf(name, settings, env, hasAi)
  if (!access.usable) return { why: access.why }
  const { key, accounts = false, source, detail } = access
  const kind = providerKind(name, settings)
  return {
    route: { ref: `${name}/${modelId}`, provider: name, modelId, kind, key, accounts, settings, source, detail },
  }
}
