/**
 * Workers AI through its binding. The binding takes OpenAI's chat input; newer models answer in OpenAI's words, older
 * ones in their own (`{ response, tool_calls }`). So the kept OpenAI-compatible client does the work, over a `fetch` that
 * calls the binding and translates the older answers.
 */
import type { LanguageModelV4 } from '@ai-sdk/provider'
import { messageOf } from '../errors.ts'
import type { WorkersAi } from '../platform.ts'

interface NativeAnswer {
  response?: unknown
  tool_calls?: Array<{ name?: string; arguments?: unknown; id?: string; function?: object }>
  usage?: object
}

/** HTTP status of the binding's error codes, where it is not 400. */
const STATUS: Readonly<Record<string, number>> = {
  '3006': 413,
  '3007': 408,
  '3008': 408,
  '3023': 403,
  '3036': 429,
  '3040': 429,
  '3041': 403,
  '3042': 404,
  '5007': 404,
  '5016': 403,
  '5018': 403,
}

/** A model of the Workers AI binding, for example `@cf/zai-org/glm-4.7-flash`; `more` goes into every request. */
export async function openWorkersAi(
  ai: WorkersAi,
  modelId: string,
  more: Record<string, unknown> = {},
): Promise<LanguageModelV4> {
  const { createOpenAICompatible } = await import('@ai-sdk/openai-compatible')
  const fetch = overBinding(ai)
  return createOpenAICompatible({
    name: 'workers-ai',
    baseURL: 'https://workers-ai.invalid',
    fetch,
    includeUsage: true,
    transformRequestBody: (body: Record<string, unknown>) => ({ ...body, ...more }),
  })(modelId)
}

function overBinding(ai: WorkersAi): typeof globalThis.fetch {
  return async (_input, init) => {
    const {
      model,
      stream_options: _,
      ...input
    } = JSON.parse(String(init?.body)) as Record<string, unknown> & { model: string }
    const signal = init?.signal ?? undefined
    signal?.throwIfAborted()
    let answer: unknown
    try {
      answer = await ai.run(model, { ...input, messages: textual(input.messages) }, signal ? { signal } : undefined)
    } catch (error) {
      signal?.throwIfAborted()
      return refusal(error)
    }
    if (answer instanceof ReadableStream) {
      const body = (answer as ReadableStream<Uint8Array>).pipeThrough(chunks(), signal ? { signal } : undefined)
      return new Response(body, { headers: { 'content-type': 'text/event-stream' } })
    }
    if (answer instanceof Response) return answer
    return input.stream === true ? asStream(answer as NativeAnswer) : Response.json(whole(answer as NativeAnswer))
  }
}

/** Older models refuse a message without content, which OpenAI allows beside tool calls. */
function textual(messages: unknown): unknown {
  if (!Array.isArray(messages)) return messages
  return messages.map((message: { content?: unknown }) => ({ ...message, content: message.content ?? '' }))
}

function refusal(error: unknown): Response {
  const message = messageOf(error)
  const code = /\b([35]\d{3}):/.exec(message)?.[1]
  const status = code === undefined ? 500 : (STATUS[code] ?? 400)
  return Response.json({ error: { message, code: code ?? null } }, { status })
}

/** Rewrites the event stream of an older model into chat completion chunks; a newer model's passes through. */
function chunks(): TransformStream<Uint8Array, Uint8Array> {
  const decoder = new TextDecoder()
  const encoder = new TextEncoder()
  let rest = ''
  let called = false
  let native = false
  const translate = (line: string): string => {
    if (!line.startsWith('data:')) return `${line}\n`
    const payload = line.slice(5).trim()
    if (payload === '[DONE]')
      return native ? `${chunk({}, called ? 'tool_calls' : 'stop')}data: [DONE]\n\n` : `${line}\n\n`
    const value = parsed(payload)
    if (value === undefined || 'choices' in value || 'error' in value || 'errors' in value) return `${line}\n\n`
    native = true
    called ||= (value.tool_calls?.length ?? 0) > 0
    return chunk(messageOfNative(value), null, value.usage)
  }
  return new TransformStream({
    transform(bytes, controller) {
      const lines = (rest + decoder.decode(bytes, { stream: true })).split(/\r?\n/)
      rest = lines.pop()!
      const text = lines.filter(Boolean).map(translate).join('')
      if (text) controller.enqueue(encoder.encode(text))
    },
    flush(controller) {
      if (rest.trim()) controller.enqueue(encoder.encode(translate(rest)))
    },
  })
}

function parsed(json: string): (NativeAnswer & object) | undefined {
  try {
    const value: unknown = JSON.parse(json)
    return typeof value === 'object' && value !== null ? value : undefined
  } catch {
    return undefined
  }
}

function chunk(delta: object, finish_reason: string | null, usage?: object): string {
  const value = {
    id: 'workers-ai',
    object: 'chat.completion.chunk',
    choices: [{ index: 0, delta, finish_reason }],
    usage,
  }
  return `data: ${JSON.stringify(value)}\n\n`
}

/** Some models answer with a number or an object where text is meant. */
function messageOfNative({ response, tool_calls }: NativeAnswer): { content: string | null; tool_calls?: object[] } {
  const content =
    response === undefined || response === null
      ? null
      : typeof response === 'string'
        ? response
        : JSON.stringify(response)
  if (!tool_calls?.length) return { content }
  return {
    content,
    tool_calls: tool_calls.map((call, index) => ({
      index,
      id: call.id ?? `call_${crypto.randomUUID()}`,
      type: 'function',
      function: call.function ?? {
        name: call.name,
        arguments: typeof call.arguments === 'string' ? call.arguments : JSON.stringify(call.arguments ?? {}),
      },
    })),
  }
}

function whole(answer: NativeAnswer): object {
  if ('choices' in answer) return answer
  const message = { role: 'assistant', ...messageOfNative(answer) }
  const finish_reason = answer.tool_calls?.length ? 'tool_calls' : 'stop'
  return {
    id: 'workers-ai',
    object: 'chat.completion',
    choices: [{ index: 0, message, finish_reason }],
    usage: answer.usage,
  }
}

/** A model that cannot stream (some cannot beside tools) answers at once: one chunk says it all. */
function asStream(answer: NativeAnswer): Response {
  const { choices, usage } = whole(answer) as {
    choices: Array<{ message: object; finish_reason: string }>
    usage?: object
  }
  const { message, finish_reason } = choices[0]!
  const text = `${chunk(message, null)}${chunk({}, finish_reason, usage)}data: [DONE]\n\n`
  return new Response(text, { headers: { 'content-type': 'text/event-stream' } })
}
