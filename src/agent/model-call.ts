/**
 * One model call: the provider's stream in, text and calls out. This is the AI SDK's provider interface itself
 * (`LanguageModelV4.doStream`): the loop, the retries and the tools are ours, because each step is committed before
 * anything it asked for runs (durable-turns.md section 5).
 */
import type {
  LanguageModelV4FunctionTool,
  LanguageModelV4Message,
  LanguageModelV4Prompt,
  LanguageModelV4StreamPart,
  LanguageModelV4ToolChoice,
} from '@ai-sdk/provider'
import type { ModelUsage, PendingCall } from '../chat/index.ts'
import type { Candidate } from '../models/index.ts'

export interface ModelRequest {
  prompt: LanguageModelV4Prompt
  tools: LanguageModelV4FunctionTool[]
  toolChoice?: LanguageModelV4ToolChoice
  signal: AbortSignal
}

/** Where a stream goes while it comes. */
export interface ModelSink {
  text(delta: string): void
  reasoning(delta: string): void
  toolCall(call: PendingCall): void
}

type AssistantPart = Extract<LanguageModelV4Message, { role: 'assistant' }>['content'][number]

export interface ModelAnswer {
  text: string
  calls: PendingCall[]
  parts: AssistantPart[]
  reason: string
  usage: ModelUsage | null
}

/** Thrown when the model sends nothing for `Candidate.timeoutMs`. */
export class Stalled extends Error {
  override name = 'TimeoutError'
}

/** Streams one call. Throws the provider's error, `Stalled`, or the abort's reason; what was shown may be partial then. */
export async function callModel(candidate: Candidate, request: ModelRequest, sink: ModelSink): Promise<ModelAnswer> {
  const watchdog = new AbortController()
  const signal = AbortSignal.any([request.signal, watchdog.signal])
  let timer: ReturnType<typeof setTimeout> | undefined
  const awake = () => {
    clearTimeout(timer)
    timer = setTimeout(
      () => watchdog.abort(new Stalled(`no answer for ${Math.round(candidate.timeoutMs / 1000)} s`)),
      candidate.timeoutMs,
    )
  }
  awake()
  try {
    const result = await orAborted(
      candidate.model.doStream({
        prompt: request.prompt,
        maxOutputTokens: candidate.maxOutputTokens,
        ...(candidate.temperature === undefined ? {} : { temperature: candidate.temperature }),
        ...(request.tools.length ? { tools: request.tools, toolChoice: request.toolChoice ?? { type: 'auto' } } : {}),
        abortSignal: signal,
      }),
      signal,
    )
    const silenced = request.toolChoice?.type === 'none'
    return await collect(result.stream, sink, signal, { awake, silenced })
  } catch (error) {
    // The abort's own reason says more than the error a provider makes of it.
    throw signal.aborted ? signal.reason : error
  } finally {
    clearTimeout(timer)
  }
}

async function collect(
  stream: ReadableStream<LanguageModelV4StreamPart>,
  sink: ModelSink,
  signal: AbortSignal,
  { awake, silenced }: { awake: () => void; silenced: boolean },
): Promise<ModelAnswer> {
  const blocks = new Map<string, Extract<AssistantPart, { type: 'text' | 'reasoning' }>>()
  const answer: ModelAnswer = { text: '', calls: [], parts: [], reason: '', usage: null }
  const reader = stream.getReader()
  try {
    for (;;) {
      const { done, value: part } = await orAborted(reader.read(), signal)
      if (done) break
      awake()
      switch (part.type) {
        case 'text-start':
        case 'reasoning-start': {
          const block = {
            type: part.type === 'text-start' ? ('text' as const) : ('reasoning' as const),
            text: '',
            ...own(part.providerMetadata),
          }
          blocks.set(part.id, block)
          answer.parts.push(block)
          break
        }
        case 'text-delta':
        case 'reasoning-delta': {
          const block = blocks.get(part.id)
          if (block) Object.assign(block, { text: block.text + part.delta }, own(part.providerMetadata))
          if (part.type === 'reasoning-delta') sink.reasoning(part.delta)
          else {
            answer.text += part.delta
            sink.text(part.delta)
          }
          break
        }
        case 'text-end':
        case 'reasoning-end': {
          const block = blocks.get(part.id)
          if (block) Object.assign(block, own(part.providerMetadata))
          break
        }
        case 'tool-call': {
          if (silenced) break // some models call tools although they were told not to
          const call = { id: freshId(part.toolCallId, answer.calls), name: part.toolName, input: parsed(part.input) }
          answer.calls.push(call)
          answer.parts.push({
            type: 'tool-call',
            toolCallId: call.id,
            toolName: call.name,
            input: call.input,
            ...own(part.providerMetadata),
          })
          sink.toolCall(call)
          break
        }
        case 'finish':
          answer.reason = part.finishReason.unified
          answer.usage = {
            input: part.usage.inputTokens.total ?? 0,
            output: part.usage.outputTokens.total ?? 0,
            cached: part.usage.inputTokens.cacheRead ?? 0,
          }
          break
        case 'error':
          throw part.error
        default: // metadata, raw chunks, tool input deltas: the finished call says it all
          break
      }
    }
  } finally {
    reader.cancel().catch(() => {})
  }
  if (!answer.reason) throw new TypeError('the model closed the connection in the middle of its answer')
  if (answer.reason === 'error') throw new Error('the model reported an error without saying which')
  if (answer.reason === 'content-filter' && !answer.text && !answer.calls.length) {
    throw new Error("the answer was withheld by the provider's content filter")
  }
  answer.parts = answer.parts.filter((part) => part.type !== 'text' || part.text !== '')
  return answer
}

/** A provider that ignores its signal must not hold a stopped turn. */
function orAborted<T>(work: PromiseLike<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason)
    // Also after an abort somebody must listen to the work: a rejection nobody hears ends the process on Node.
    Promise.resolve(work)
      .then(resolve, reject)
      .finally(() => signal.removeEventListener('abort', abort))
    if (signal.aborted) abort()
    else signal.addEventListener('abort', abort, { once: true })
  })
}

/** Some servers leave call ids out or repeat them; results are paired by id. */
function freshId(id: string, calls: readonly PendingCall[]): string {
  return id && !calls.some((call) => call.id === id) ? id : `call_${crypto.randomUUID().slice(0, 8)}`
}

/** Arguments as JSON; text that is none goes on as it is, and the tool's own check says so to the model. */
function parsed(input: string): unknown {
  if (!input.trim()) return {}
  try {
    return JSON.parse(input)
  } catch {
    return input
  }
}

/** What a provider wants back with the part (signatures, item ids). */
function own<M>(metadata: M | undefined): { providerOptions?: M } {
  return metadata === undefined ? {} : { providerOptions: metadata }
}
