/** How a quirk gets around a model: by what goes in, and by what comes out. */
import type {
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4Content,
  LanguageModelV4FinishReason,
  LanguageModelV4StreamPart,
} from '@ai-sdk/provider'

export type Part = LanguageModelV4StreamPart

/**
 * Rewrites the parts of one answer as they come. Plain calls, not a stream of its own: a hop through a `TransformStream`
 * costs more than all the quirks together.
 */
export interface PartRewriter {
  part(part: Part, send: (part: Part) => void): void
  /** The answer ended; what was held back may still go. Not called when it broke off with an error. */
  end?(send: (part: Part) => void): void
}

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
  stream?(options: LanguageModelV4CallOptions): PartRewriter | undefined
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
      const rewriters = quirks.flatMap((quirk) => quirk.stream?.(options) ?? [])
      return { ...result, stream: rewriters.length > 0 ? rewritten(result.stream, rewriters) : result.stream }
    },
  }
}

/** The parts after all rewriters, each of which gets what the one before it sends. Pulled: nothing is read ahead. */
function rewritten(source: ReadableStream<Part>, rewriters: readonly PartRewriter[]): ReadableStream<Part> {
  const reader = source.getReader()
  let sent = 0
  let out: (part: Part) => void = () => {}
  // What a rewriter sends goes to the one behind it, the last one's to the reader.
  const sends: Array<(part: Part) => void> = [...rewriters.keys()].map(
    (at) => (part) => rewriters[at]!.part(part, sends[at + 1]!),
  )
  sends.push((part) => out(part))
  return new ReadableStream<Part>(
    {
      start(controller) {
        out = (part) => {
          sent++
          controller.enqueue(part)
        }
      },
      async pull(controller) {
        const before = sent
        while (sent === before) {
          const { done, value } = await reader.read()
          if (done) {
            for (const [at, rewriter] of rewriters.entries()) rewriter.end?.(sends[at + 1]!)
            return controller.close()
          }
          sends[0]!(value)
        }
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  )
}
