/** OpenAI chat completions: `POST /v1/chat/completions`. */
import type { Plan } from './model-server-script.ts'
import { data, halves, textOf, type Wire } from './model-server-wire.ts'

interface ChatRequest {
  model?: string
  stream?: boolean
  stream_options?: { include_usage?: boolean } | null
  messages?: Array<{ role: string; content?: unknown; tool_calls?: unknown[] }>
  tools?: Array<{ function: { name: string; parameters?: unknown } }>
}

const REASON = { stop: 'stop', 'tool-calls': 'tool_calls', length: 'length', 'content-filter': 'content_filter' }

const usageOf = (plan: Plan) => ({
  prompt_tokens: plan.inputTokens,
  completion_tokens: plan.outputTokens,
  total_tokens: plan.inputTokens + plan.outputTokens,
})

export const chat: Wire = {
  read(body) {
    const request = body as ChatRequest
    const messages = request.messages ?? []
    const last = messages.findLastIndex((m) => m.role === 'user')
    const since = messages.slice(last + 1)
    return {
      model: request.model ?? '',
      stream: request.stream === true,
      prompt: textOf(messages[last]?.content),
      step: since.filter((m) => (m.tool_calls?.length ?? 0) > 0).length,
      results: since.filter((m) => m.role === 'tool').map((m) => textOf(m.content)),
      tools: (request.tools ?? []).map((t) => ({ name: t.function.name, schema: t.function.parameters })),
      messages: messages.length,
    }
  },

  whole(plan, ask) {
    const tool_calls = plan.calls.map((c) => ({
      id: c.id,
      type: 'function',
      function: { name: c.name, arguments: c.input },
    }))
    const message = {
      role: 'assistant',
      content: plan.deltas.join('') || null,
      ...(plan.reasoning.length > 0 && { reasoning_content: plan.reasoning.join('') }),
      ...(tool_calls.length > 0 && { tool_calls }),
    }
    return {
      id: 'chatcmpl-1',
      object: 'chat.completion',
      created: 1_700_000_000,
      model: ask.model,
      choices: [{ index: 0, message, finish_reason: REASON[plan.finish] }],
      usage: usageOf(plan),
    }
  },

  *frames(plan, ask) {
    const head = { id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1_700_000_000, model: ask.model }
    const chunk = (delta: object, finish_reason: string | null = null) =>
      data({ ...head, choices: [{ index: 0, delta, finish_reason }] })
    yield { text: chunk({ role: 'assistant', content: '' }) }
    for (const reasoning_content of plan.reasoning) yield { text: chunk({ reasoning_content }), delta: true }
    for (const content of plan.deltas) yield { text: chunk({ content }), delta: true }
    for (const [index, call] of plan.calls.entries()) {
      const opened = { index, id: call.id, type: 'function', function: { name: call.name, arguments: '' } }
      yield { text: chunk({ tool_calls: [opened] }), delta: true }
      for (const half of halves(call.input)) {
        yield { text: chunk({ tool_calls: [{ index, function: { arguments: half } }] }), delta: true }
      }
    }
    yield { text: chunk({}, REASON[plan.finish]) }
    yield { text: data({ ...head, choices: [], usage: usageOf(plan) }) }
    yield { text: 'data: [DONE]\n\n' }
  },

  error: (status, message) => ({ error: { message, type: openAiType(status), param: null, code: openAiCode(status) } }),

  overflow: () => ({
    status: 400,
    body: {
      error: {
        message:
          "This model's maximum context length is 8192 tokens. However, your messages resulted in 9000 tokens. Please reduce the length of the messages.",
        type: 'invalid_request_error',
        param: 'messages',
        code: 'context_length_exceeded',
      },
    },
  }),
}

/** The `type` OpenAI puts beside a status. */
export function openAiType(status: number): string {
  if (status === 402) return 'insufficient_quota'
  if (status === 429) return 'requests'
  return status >= 500 ? 'server_error' : 'invalid_request_error'
}

/** The `code` OpenAI puts beside a status. */
export function openAiCode(status: number): string | null {
  if (status === 401) return 'invalid_api_key'
  if (status === 402) return 'insufficient_quota'
  return status === 429 ? 'rate_limit_exceeded' : null
}
