/**
 * What to ask when the config holds no usable provider, first hit wins: keys in the environment, a model server on this
 * machine, the Workers AI binding, the built-in offline model.
 */
import { canonicalProvider, findProvider, splitModelRef } from '../config/index.ts'
import type { LocalServer } from './local-server.ts'
import type { ModelRoute } from './route.ts'
import type { Env, ModelSettings, ProviderSettings } from './settings.ts'
import { keyInEnv, VENDORS, type Vendor, vendorAt } from './vendors.ts'

/** Streams, calls tools and reads 131k tokens; part of the free allocation. */
const WORKERS_AI_MODEL = '@cf/zai-org/glm-4.7-flash'
/** A model on the owner's own machine may have to be loaded first. */
const LOCAL_TIMEOUT_SEC = 300

export interface Surroundings {
  env: Env
  hasAi: boolean
  /** Absent where the runtime must not look at its own machine. */
  findLocal?: () => Promise<LocalServer | undefined>
}

/** The routes there are without a usable config, in the order to try them; never empty. */
export async function discover(config: ModelSettings, { env, hasAi, findLocal }: Surroundings): Promise<ModelRoute[]> {
  const wish = env.CLAWGO_MODEL?.trim() || undefined
  const keyed = fromEnvironment(config, env, wish)
  if (keyed.length > 0) return keyed
  const local = await findLocal?.()
  if (local) return [fromLocal(local, wish)]
  if (hasAi) return [fromWorkersAi(wish)]
  return [OFFLINE]
}

/** The built-in model's route. */
export const OFFLINE: ModelRoute = {
  ref: 'offline/guide',
  provider: 'offline',
  modelId: 'guide',
  kind: 'offline',
  key: undefined,
  settings: {},
  source: 'offline',
  detail: 'built in',
}

/**
 * Every vendor with a key, the wished one first. `CLAWGO_MODEL` may name its vendor (`groq/llama-3.3-70b-versatile`); without, it
 * is a model of the first vendor found.
 */
function fromEnvironment(config: ModelSettings, env: Env, wish: string | undefined): ModelRoute[] {
  const found = VENDORS.flatMap((vendor) => {
    const key = keyInEnv(vendor, env)
    return key ? [{ vendor, ...key }] : []
  })
  const wished = wish === undefined ? undefined : splitModelRef(wish)
  const named = canonicalProvider(wished?.provider ?? '').toLowerCase()
  const first = found.find(({ vendor }) => vendor.name === named)
  const ordered = first ? [first, ...found.filter((other) => other !== first)] : found
  return ordered.map(({ vendor, key, variable }, i) => {
    const settings = entryOf(config, vendor)
    const modelId = (i === 0 && (first ? wished?.model : wish)) || settings.models?.[0] || vendor.model
    return {
      ref: `${vendor.name}/${modelId}`,
      provider: vendor.name,
      modelId,
      kind: vendor.kind,
      key,
      settings,
      source: 'env',
      detail: variable,
    }
  })
}

/** The limits of a config entry for the vendor still count; its address only if it is the vendor's own. */
function entryOf(config: ModelSettings, vendor: Vendor): ProviderSettings {
  const { providers } = config.models
  const name = findProvider(providers, vendor.name)
  const entry = name === undefined ? undefined : providers[name]
  return {
    ...(entry && vendorAt(entry.api_base || vendor.base) === vendor ? entry : {}),
    type: vendor.kind,
    api_base: vendor.base,
  }
}

function fromLocal(server: LocalServer, wish: string | undefined): ModelRoute {
  const bare = wish?.startsWith(`${server.name}/`) ? wish.slice(server.name.length + 1) : wish
  const modelId = bare !== undefined && server.models.includes(bare) ? bare : server.models[0]!
  return {
    ref: `${server.name}/${modelId}`,
    provider: server.name,
    modelId,
    kind: 'openai-compatible',
    key: undefined,
    settings: {
      type: 'openai-compatible',
      api_base: server.baseURL,
      models: server.models,
      timeout_sec: LOCAL_TIMEOUT_SEC,
    },
    source: 'local',
    detail: server.baseURL,
  }
}

function fromWorkersAi(wish: string | undefined): ModelRoute {
  const bare = wish?.replace(/^workers-ai\//, '')
  const modelId = bare?.startsWith('@') ? bare : WORKERS_AI_MODEL
  return {
    ref: `workers-ai/${modelId}`,
    provider: 'workers-ai',
    modelId,
    kind: 'workers-ai',
    key: undefined,
    settings: { type: 'workers-ai' },
    source: 'workers-ai',
    detail: 'Workers AI binding',
  }
}
