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
import { baseUrlOf, isCodex, usesResponses } from './provider-kind.ts'
import { codexBody, forgivingFetch, quirksOf, withQuirks } from './quirks/index.ts'
import type { ModelRoute } from './route.ts'
import { streamOnly } from './stream-only.ts'
import { splitThinking, type Thinking, thinkingBody, thinkingQuirk } from './thinking-suffix.ts'
import { openWorkersAi } from './workers-ai.ts'

/** What one call asks of the credential pool. */
export type CallPool = Pick<CredentialPool, 'attempts' | 'freeIn' | 'token' | 'succeeded' | 'record'> & {
  failed(...given: Parameters<CredentialPool['failed']>): void
}

export interface ModelPorts {
  readonly fetch: typeof globalThis.fetch
  readonly ai?: WorkersAi
  /** The relays, for `aistudio`. */
  readonly relay?: RelayPort
  /** True where the gateway runs on its owner's machine. */
  readonly local: boolean
  /** Signs the calls. */
  readonly pool: CallPool
  readonly now: () => number
}

/** The model of a route. The route is usable (`ModelRoute`), so this fails only for a missing Workers AI binding. */
export async function openLanguageModel(route: ModelRoute, ports: ModelPorts): Promise<LanguageModelV4> {
  const { kind, modelId, provider, settings } = route
  const { name, thinking } = splitThinking(modelId)
  const codex = isCodex(provider, kind, settings)
  const asked = thinkingQuirk(kind, name, thinking)
  const quirks = [...(asked ? [asked] : []), ...(codex ? [codexBody] : []), ...quirksOf(kind, name), careful]
  const model = withQuirks(await openVendors({ ...route, modelId: name }, ports, thinking), quirks)
  return codex ? streamOnly(model) : model
}

async function openVendors(route: ModelRoute, ports: ModelPorts, thinking: Thinking): Promise<LanguageModelV4> {
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
      return openAiStudio(route, ports.relay, ports.pool)
    case 'workers-ai':
      if (!ports.ai) throw new Error('There is no Workers AI binding here.')
      return openWorkersAi(ports.ai, modelId, thinkingBody(thinking))
    case 'offline':
      return createOfflineModel({ local: ports.local })
    default: {
      if (isCodex(provider, kind, settings)) {
        const { createOpenAI } = await import('@ai-sdk/openai')
        return createOpenAI({ baseURL, apiKey, fetch }).responses(modelId)
      }
      if (usesResponses(kind, settings) || kind === 'openai') {
        const { createOpenAI } = await import('@ai-sdk/openai')
        const openai = createOpenAI({ baseURL, apiKey, fetch })
        return usesResponses(kind, settings) ? openai.responses(modelId) : openai.chat(modelId)
      }
      const { createOpenAICompatible } = await import('@ai-sdk/openai-compatible')
      const transformRequestBody = (body: Record<string, unknown>) => ({ ...body, ...thinkingBody(thinking) })
      const options = { name: provider, baseURL, apiKey, fetch, includeUsage: true, transformRequestBody }
      return createOpenAICompatible(options)(modelId)
    }
  }
}
