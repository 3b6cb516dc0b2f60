/** A model whose vendor answers streams only: an answer in one piece is put together from one. */
import type {
  LanguageModelV4,
  LanguageModelV4Content,
  LanguageModelV4GenerateResult,
  LanguageModelV4StreamPart,
} from '@ai-sdk/provider'

type Block = Extract<LanguageModelV4Content, { type: 'text' | 'reasoning' }>

/** The same model; `doGenerate` asks for a stream. It rejects with what the stream reports, or when it breaks off. */
export function streamOnly(model: LanguageModelV4): LanguageModelV4 {
  return {
    specificationVersion: 'v4',
    provider: model.provider,
    modelId: model.modelId,
    supportedUrls: model.supportedUrls,
    doStream: (options) => model.doStream(options),
    async doGenerate(options) {
      const { stream, request, response } = await model.doStream(options)
      const answer = await collected(stream)
      return { ...answer, ...(request ? { request } : {}), response: { ...response, ...answer.response } }
    },
  }
}

async function collected(stream: ReadableStream<LanguageModelV4StreamPart>): Promise<LanguageModelV4GenerateResult> {
  const content: LanguageModelV4Content[] = []
  const blocks = new Map<string, Block>()
  let warnings: LanguageModelV4GenerateResult['warnings'] = []
  let response: LanguageModelV4GenerateResult['response'] = {}
  let end: Extract<LanguageModelV4StreamPart, { type: 'finish' }> | undefined
  for await (const part of stream as unknown as AsyncIterable<LanguageModelV4StreamPart>) {
    const metadata =
      'providerMetadata' in part && part.providerMetadata ? { providerMetadata: part.providerMetadata } : {}
    switch (part.type) {
      case 'stream-start':
        warnings = part.warnings
        break
      case 'response-metadata': {
        const { type: _, ...about } = part
        response = { ...response, ...about }
        break
      }
      case 'text-start':
      case 'reasoning-start': {
        const block: Block = { type: part.type === 'text-start' ? 'text' : 'reasoning', text: '', ...metadata }
        blocks.set(part.id, block)
        content.push(block)
        break
      }
      case 'text-delta':
      case 'reasoning-delta': {
        const block = blocks.get(part.id)
        if (block) Object.assign(block, { text: block.text + part.delta }, metadata)
        break
      }
      case 'text-end':
      case 'reasoning-end':
        Object.assign(blocks.get(part.id) ?? {}, metadata)
        break
      case 'tool-call':
      case 'tool-result':
      case 'file':
      case 'source':
        content.push(part)
        break
      case 'finish':
        end = part
        break
      case 'error':
        throw part.error
      default: // tool input deltas and raw chunks: the finished call says it all
        break
    }
  }
  if (!end) throw new Error('The provider closed the connection in the middle of its answer.')
  const { finishReason, usage, providerMetadata } = end
  return { content, finishReason, usage, warnings, response, ...(providerMetadata ? { providerMetadata } : {}) }
}
