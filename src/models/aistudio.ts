/**
 * The `aistudio` provider: Gemini without a key of ours, through a relay that dials in and brings its own (relay.md
 * section 6). It is the SDK's Google model over a `fetch` of the relay room.
 */
import type { LanguageModelV4 } from '@ai-sdk/provider'
import { baseUrlOf } from './provider-kind.ts'
import type { ModelRoute } from './route.ts'

/** Gives a `fetch` that relays perform; `timeoutMs` is the longest silence it bears. */
export type RelayPort = (limits: { timeoutMs: number }) => typeof globalThis.fetch

const DEFAULT_TIMEOUT_SEC = 90

/** The model of an `aistudio` route. */
export async function openAiStudio(route: ModelRoute, relay: RelayPort): Promise<LanguageModelV4> {
  const { provider, kind, settings, modelId } = route
  const { createGoogle } = await import('@ai-sdk/google')
  const fetch = relay({ timeoutMs: (settings.timeout_sec || DEFAULT_TIMEOUT_SEC) * 1000 })
  // Existing configs name models with a thinking suffix, `gemini-2.5-pro(high)`, which the vendor does not know.
  const name = modelId.replace(/\([^()]*\)$/, '')
  // An empty key keeps the SDK from looking into the process environment; the relay's `fetch` sends no credentials.
  return createGoogle({ baseURL: baseUrlOf(provider, kind, settings) ?? '', apiKey: '', fetch })(name)
}
