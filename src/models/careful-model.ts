/** Habits of this gateway, whatever the provider. */
import type { LanguageModelV4, LanguageModelV4CallOptions, LanguageModelV4StreamPart } from '@ai-sdk/provider'

/**
 * The same model, but OpenAI is told to store nothing (else the SDK refers to items it kept, which expire while our
 * sessions do not), and a stream that breaks off is an error, not a short answer.
 */
export function careful(model: LanguageModelV4): LanguageModelV4 {
  return {
    specificationVersion: 'v4',
    provider: model.provider,
    modelId: model.modelId,
    supportedUrls: model.supportedUrls,
    doGenerate: (options) => model.doGenerate(unstored(options)),
    async doStream(options) {
      const result = await model.doStream(unstored(options))
      return { ...result, stream: result.stream.pipeThrough(whole()) }
    },
  }
}

function unstored(options: LanguageModelV4CallOptions): LanguageModelV4CallOptions {
  const { providerOptions } = options
  return { ...options, providerOptions: { ...providerOptions, openai: { store: false, ...providerOptions?.openai } } }
}

/** A connection that ends early ends the answer with `interrupted`, or with nothing at all. */
function whole(): TransformStream<LanguageModelV4StreamPart, LanguageModelV4StreamPart> {
  const broken = () => new Error('The provider closed the connection in the middle of its answer.')
  let ended = false
  return new TransformStream({
    transform(part, controller) {
      ended ||= part.type === 'finish' || part.type === 'error'
      const early = part.type === 'finish' && part.finishReason.unified === 'interrupted'
      controller.enqueue(early ? { type: 'error', error: broken() } : part)
    },
    flush(controller) {
      if (!ended) controller.enqueue({ type: 'error', error: broken() })
    },
  })
}
