/**
 * Opens the AI SDK model behind a route. The providers' packages are loaded when first needed: a start, and a Worker's
 * cold start, pays for none of them.
 */
import type { LanguageModelV4 } from '@ai-sdk/provider'
import type { WorkersAi } from '../platform.ts'
import { openAiStudio, type RelayPort } from './aistudio.ts'
import { careful } from './careful-model.ts'
import { createOfflineModel } from './offline.ts'
import type { CredentialPool } from './pool.ts'
import { providerFetch } from './provider-fetch.ts'
import { baseUrlOf, usesResponses } from './provider-kind.ts'
import { forgivingFetch, QUIRKS, withQuirks } from './quirks/index.ts'
import type { ModelRoute } from './route.ts'
import { openWorkersAi } from './workers-ai.ts'

export interface ModelPorts {
  readonly fetch: typeof globalThis.fetch
  readonly ai?: WorkersAi
  /** The relays, for `aistudio`. */
  readonly relay?: RelayPort
  /** True where the gateway runs on its owner's machine. */
  readonly local: boolean
  /** Signs the calls. */
  readonly pool: CredentialPool
  readonly now: () => number
}

/** The model of a route. The route is usable (`ModelRoute`), so this fails only for a missing Workers AI binding. */
export async function openLanguageModel(route: ModelRoute, ports: ModelPorts): Promise<LanguageModelV4> {
  return careful(withQuirks(await openVendors(route, ports), QUIRKS[route.kind]))
}

async function openVendors(route: ModelRoute, ports: ModelPorts): Promise<LanguageModelV4> {
  const { kind, modelId, provider, settings } = route
  const baseURL = baseUrlOf(provider, kind, settings) ?? ''
  // A key of '' keeps the SDKs from looking into the process environment; `providerFetch` signs in its place.
  const apiKey = ''
  const fetch = forgivingFetch(providerFetch(route, baseURL, ports), baseURL)
  switch (kind) {
    case 'anthropic': {
      const { createAnthropic } = await import('@ai-sdk/anthropic')
      return createAnthropic({ baseURL, apiKey, fetch })(modelId)
    }
    case 'google': {
      const { createGoogle } = await import('@ai-sdk/google')
      return createGoogle({ baseURL, apiKey, fetch })(modelId)
    }
    case 'aistudio':
      if (!ports.relay) throw new Error('There are no relays here.')
      return openAiStudio(route, ports.relay)
    case 'workers-ai':
      if (!ports.ai) throw new Error('There is no Workers AI binding here.')
      return openWorkersAi(ports.ai, modelId)
    case 'offline':
      return createOfflineModel({ local: ports.local })
    default: {
      if (usesResponses(kind, settings) || kind === 'openai') {
        const { createOpenAI } = await import('@ai-sdk/openai')
        const openai = createOpenAI({ baseURL, apiKey, fetch })
        return usesResponses(kind, settings) ? openai.responses(modelId) : openai.chat(modelId)
      }
      const { createOpenAICompatible } = await import('@ai-sdk/openai-compatible')
      return createOpenAICompatible({ name: provider, baseURL, apiKey, fetch, includeUsage: true })(modelId)
    }
  }
}
