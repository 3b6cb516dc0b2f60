/** The models to ask, in order: what was asked for, the primary, the fallbacks, else what is around. */
import { canonicalProvider, splitModelRef } from '../config/index.ts'
import { discover, type Surroundings } from './discovery.ts'
import { configuredRoutes, type ModelRoute, resolve } from './route.ts'
import type { ModelSettings } from './settings.ts'

export interface Chain {
  /** Never empty; no model twice. */
  routes: ModelRoute[]
  /** Why models of the config cannot be asked, one sentence each. */
  problems: string[]
  /** Set when a model was asked for and there is none such: the chain is the primary's then. */
  missing?: string
}

/** The chain for `ref`, or for the primary model of the config. */
export async function chainOf(settings: ModelSettings, around: Surroundings, ref?: string): Promise<Chain> {
  const { env, hasAi } = around
  const { primary, fallbacks = [] } = settings.agents.defaults.model
  const problems: string[] = []
  const configured = (wanted: string): ModelRoute[] => {
    const { route, why } = resolve(wanted, settings, env, hasAi)
    if (why) problems.push(why)
    return route ? [route] : []
  }
  const usual = [primary, ...fallbacks].flatMap(configured)
  // `CLAWGO_MODEL` speaks for configs nobody has touched: not once the config brings a provider of its own.
  const wished = env.CLAWGO_MODEL?.trim() && usual.every((route) => route.source === 'env')
  let routes = wished ? [] : usual
  if (routes.length === 0) routes = configuredRoutes(settings, env, hasAi)
  if (routes.length === 0) routes = await discover(settings, around)
  if (!ref) return { routes: unique(routes), problems }

  const { route, why } = resolve(ref, settings, env, hasAi)
  const asked = route ?? pick(ref, await discover(settings, around))
  if (!asked) return { routes: unique(routes), problems, missing: why ?? `"${ref}" is not known` }
  const next = fallbacks.flatMap(configured)
  return { routes: unique([asked, ...next]), problems: [] }
}

/** A model of what was discovered: any of a vendor's or of Workers AI, those a local server lists. */
function pick(ref: string, found: ModelRoute[]): ModelRoute | undefined {
  const { provider, model } = splitModelRef(ref)
  for (const route of found) {
    const listed = route.modelId === model || route.settings.models?.includes(model) === true
    const named = canonicalProvider(provider).toLowerCase() === route.provider
    if (provider ? named && (listed || route.source === 'env') : listed) {
      return { ...route, modelId: model, ref: `${route.provider}/${model}` }
    }
  }
  return undefined
}

const unique = (routes: ModelRoute[]) =>
  routes.filter((route, i) => routes.findIndex((other) => other.ref === route.ref) === i)
