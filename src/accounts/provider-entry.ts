/** Which provider a request means, and how its entry in the config changes. */
import {
  type Config,
  type ConfigService,
  configSchema,
  findProvider,
  type ProviderConfig,
  providerOf,
  setAt,
  valueAt,
} from '../config/index.ts'
import { badRequest, GatewayError } from '../errors.ts'

/** A provider, its entry, and whether the entry came with the request. */
export interface Chosen {
  /** The key of its entry under `models.providers`. */
  name: string
  entry: ProviderConfig
  inline: boolean
}

/** The named provider, or that of the primary model; aliases count on both sides. 404 `provider "x" not found`. */
export function chosenProvider(config: Config, asked: string): Chosen {
  const { providers } = config.models
  const wanted = asked.trim()
  const name = wanted ? findProvider(providers, wanted) : providerOf(providers, config.agents.defaults.model.primary)
  if (name === undefined || !Object.hasOwn(providers, name)) throw notFound(wanted || (name ?? ''))
  return { name, entry: providers[name]!, inline: false }
}

/**
 * The provider of a request with a `provider_config`: one that says anything stands for the whole entry (api-behaviour.md
 * section 5.14), and may be a new provider, but then it needs a name. Masked secrets are the stored ones. 400 for wrong types.
 */
export function inlineProvider(config: Config, asked: string, given: unknown): Chosen {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) throw badRequest('invalid provider_config')
  const { providers } = config.models
  const name = asked.trim() ? (findProvider(providers, asked) ?? asked.trim()) : chosenProvider(config, '').name
  if (!/^[\w.-]{1,64}$/.test(name) || name === '__proto__') throw badRequest('provider must be a simple name')
  const parsed = configSchema.safeParse({ models: { providers: { [name]: unmasked(given, providers[name]) } } })
  if (!parsed.success) throw badRequest(`invalid provider_config: ${parsed.error.issues[0]?.message ?? 'wrong type'}`)
  const entry = parsed.data.models.providers[name]!
  // Which accounts a provider has is for logins to say: a request must not hand it those of another one.
  const { credential_file = '', credential_files = [] } = providers[name]?.oauth ?? {}
  Object.assign(entry.oauth, { credential_file, credential_files })
  const says = entry.api_base || entry.api_key || entry.auth || entry.oauth.provider || entry.models.length > 0
  return says ? { name, entry, inline: true } : chosenProvider(config, asked)
}

const MASK = /^\*{4}[0-9a-f]{12}$/

/** What the console shows of a secret comes back as it was shown. */
function unmasked(given: object, stored: ProviderConfig | undefined): unknown {
  const copy = structuredClone(given) as Record<string, unknown>
  for (const path of [['api_key'], ['oauth', 'client_secret']]) {
    const value = valueAt(copy, path)
    if (typeof value === 'string' && MASK.test(value)) setAt(copy, path, valueAt(stored, path) ?? '')
  }
  return copy
}

/** Changes a provider's entry in the file; one that only the defaults know is written out whole. */
export async function saveEntry(
  config: ConfigService,
  name: string,
  change: (entry: Record<string, unknown>) => void,
  whole?: ProviderConfig,
): Promise<void> {
  await config.update((document) => {
    const path = ['models', 'providers', name]
    const base = whole ?? (valueAt(document, path) === undefined ? config.current.models.providers[name] : undefined)
    if (base) setAt(document, path, structuredClone(base))
    change(valueAt(document, path) as Record<string, unknown>)
  }, 'provider')
}

function notFound(name: string): GatewayError {
  return new GatewayError(404, 'not_found', `provider "${name.slice(0, 100)}" not found`)
}
