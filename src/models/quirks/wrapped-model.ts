/** How a quirk gets around a model: by what goes in, and by what comes out. */
import type {
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4Content,
  LanguageModelV4FinishReason,
  LanguageModelV4StreamPart,
} from '@ai-sdk/provider'

export type Part = LanguageModelV4StreamPart
export type PartStream = TransformStream<Part, Part>

/** An answer in one piece, as far as quirks change it. */
export interface Answer {
  content: LanguageModelV4Content[]
  finishReason: LanguageModelV4FinishReason
}

/** The habit of a vendor or a model. What it leaves out stays as it is. */
export interface Quirk {
  /** Changes what is asked. */
  options?(options: LanguageModelV4CallOptions): LanguageModelV4CallOptions
  /** Rewrites the answer's stream; undefined where this call needs no rewriting. */
  stream?(options: LanguageModelV4CallOptions): PartStream | undefined
  /** Rewrites an answer in one piece. */
  answer?(answer: Answer, options: LanguageModelV4CallOptions): Answer
}

/** The model with its quirks taken care of: options through all of them in order, answers likewise. */
export function withQuirks(model: LanguageModelV4, quirks: readonly Quirk[]): LanguageModelV4 {
  if (quirks.length === 0) return model
  const asked = (options: LanguageModelV4CallOptions) =>
    quirks.reduce((changed, quirk) => quirk.options?.(changed) ?? changed, options)
  return {
    specificationVersion: 'v4',
    provider: model.provider,
    modelId: model.modelId,
    supportedUrls: model.supportedUrls,
    async doGenerate(options) {
      const result = await model.doGenerate(asked(options))
      const { content, finishReason } = quirks.reduce<Answer>(
        (answer, quirk) => quirk.answer?.(answer, options) ?? answer,
        result,
      )
      return { ...result, content, finishReason }
    },
    async doStream(options) {
      const result = await model.doStream(asked(options))
      const stream = quirks.reduce((parts, quirk) => {
        const rewrite = quirk.stream?.(options)
        return rewrite ? parts.pipeThrough(rewrite) : parts
      }, result.stream)
      return { ...result, stream }
    },
  }
}
