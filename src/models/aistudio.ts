/**
 * The `aistudio` provider: Gemini without a key of ours, through a relay that dials in and brings its own (relay.md
 * section 6). It is the SDK's Google model over a `fetch` of the relay room.
 */
import type { LanguageModelV4 } from '@ai-sdk/provider'
import { messageOf } from '../errors.ts'
import type { CredentialPool } from './pool.ts'
import { baseUrlOf } from './provider-kind.ts'
import { redact } from './redact.ts'
import type { ModelRoute } from './route.ts'

/** Gives a `fetch` that relays perform; `timeoutMs` is the longest silence it bears, `told` hears how each relay did. */
export type RelayPort = (limits: {
  timeoutMs: number
  told(relay: string, error?: unknown): void
}) => typeof globalThis.fetch

const DEFAULT_TIMEOUT_SEC = 90

/** The model of an `aistudio` route. */
export async function openAiStudio(
  route: ModelRoute,
  relay: RelayPort,
  pool: Pick<CredentialPool, 'record'>,
): Promise<LanguageModelV4> {
  const { provider, kind, settings, modelId } = route
  const { createGoogle } = await import('@ai-sdk/google')
  const fetch = relay({
    timeoutMs: (settings.timeout_sec || DEFAULT_TIMEOUT_SEC) * 1000,
    told(target, error) {
      const failed = error !== undefined
      pool.record(provider, failed ? 'errors' : 'hits', {
        kind: 'relay',
        target,
        reason: failed ? redact(messageOf(error)).slice(0, 200) : 'success',
        detail: modelId,
      })
    },
  })
  // An empty key keeps the SDK from looking into the process environment; the relay's `fetch` sends no credentials.
  return createGoogle({ baseURL: baseUrlOf(provider, kind, settings) ?? '', apiKey: '', fetch })(modelId)
}
