/** Habits of this gateway, whatever the provider. */
import type { LanguageModelV4CallOptions } from '@ai-sdk/provider'
import type { PartRewriter, Quirk } from './quirks/index.ts'

/**
 * OpenAI is told to store nothing (else the SDK refers to items it kept, which expire while our sessions do not), and a
 * stream that breaks off is an error, not a short answer.
 */
export const careful: Quirk = { options: unstored, stream: whole }

function unstored(options: LanguageModelV4CallOptions): LanguageModelV4CallOptions {
  const { providerOptions } = options
  return { ...options, providerOptions: { ...providerOptions, openai: { store: false, ...providerOptions?.openai } } }
}

/** A connection that ends early ends the answer with `interrupted`, or with nothing at all. */
function whole(): PartRewriter {
  const broken = () => new Error('The provider closed the connection in the middle of its answer.')
  let ended = false
  return {
    part(part, send) {
      ended ||= part.type === 'finish' || part.type === 'error'
      const early = part.type === 'finish' && part.finishReason.unified === 'interrupted'
      send(early ? { type: 'error', error: broken() } : part)
    },
    end(send) {
      if (!ended) send({ type: 'error', error: broken() })
    },
  }
}
