/** Anthropic messages: `POST /v1/messages`. */
import { event, halves, textOf, type Wire } from './model-server-wire.ts'

interface Block {
  type: string
  text?: string
  content?: unknown
}

interface MessagesRequest {
  model?: string
  stream?: boolean
  messages?: Array<{ role: string; content: string | Block[] }>
  tools?: Array<{ name: string; input_schema?: unknown }>
}

const REASON = { stop: 'end_turn', 'tool-calls': 'tool_use', length: 'max_tokens', 'content-filter': 'refusal' }

const blocksOf = (content: string | Block[]): Block[] =>
  typeof content === 'string' ? [{ type: 'text', text: content }] : content

const errorType = (status: number): string =>
  ({
    400: 'invalid_request_error',
    401: 'authentication_error',
    402: 'billing_error',
    403: 'permission_error',
    404: 'not_found_error',
    413: 'request_too_large',
    429: 'rate_limit_error',
    529: 'overloaded_error',
  })[status] ?? 'api_error'

export const anthropic: Wire = {
  read(body) {
    const request = body as MessagesRequest
    const messages = request.messages ?? []
    // Tool results travel as user messages: only one with text is the user speaking.
    const last = messages.findLastIndex(
      (m) => m.role === 'user' && blocksOf(m.content).some((block) => block.type === 'text'),
    )
    const since = messages.slice(last + 1).map((m) => blocksOf(m.content))
    return {
      model: request.model ?? '',
      stream: request.stream === true,
      prompt: textOf(blocksOf(messages[last]?.content ?? '').filter((block) => block.type === 'text')),
      step: since.filter((blocks) => blocks.some((block) => block.type === 'tool_use')).length,
      results: since
        .flat()
        .filter((block) => block.type === 'tool_result')
        .map((block) => textOf(block.content)),
      tools: (request.tools ?? []).map((t) => ({ name: t.name, schema: t.input_schema })),
      messages: messages.length,
    }
  },

  whole(plan, ask) {
    const thinking = { type: 'thinking', thinking: plan.reasoning.join(''), signature: 'c2ln' }
    return {
      id: 'msg_1',
      type: 'message',
      role: 'assistant',
      model: ask.model,
      content: [
        ...(plan.reasoning.length > 0 ? [thinking] : []),
        ...(plan.deltas.length > 0 ? [{ type: 'text', text: plan.deltas.join('') }] : []),
        ...plan.calls.map((c) => ({ type: 'tool_use', id: c.id, name: c.name, input: JSON.parse(c.input) as object })),
      ],
      stop_reason: REASON[plan.finish],
      stop_sequence: null,
      usage: { input_tokens: plan.inputTokens, output_tokens: plan.outputTokens },
    }
  },

  *frames(plan, ask) {
    let index = -1
    const start = (content_block: object) => ({
      text: event({ type: 'content_block_start', index: ++index, content_block }),
    })
    const delta = (value: object) => ({
      text: event({ type: 'content_block_delta', index, delta: value }),
      delta: true,
    })
    const stop = () => ({ text: event({ type: 'content_block_stop', index }) })
    const message = {
      id: 'msg_1',
      type: 'message',
      role: 'assistant',
      model: ask.model,
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage: { input_tokens: plan.inputTokens, output_tokens: 1 },
    }
    yield { text: event({ type: 'message_start', message }) }
    yield { text: event({ type: 'ping' }) }
    if (plan.reasoning.length > 0) {
      yield start({ type: 'thinking', thinking: '', signature: '' })
      for (const thinking of plan.reasoning) yield delta({ type: 'thinking_delta', thinking })
      yield delta({ type: 'signature_delta', signature: 'c2ln' })
      yield stop()
    }
    if (plan.deltas.length > 0) {
      yield start({ type: 'text', text: '' })
      for (const text of plan.deltas) yield delta({ type: 'text_delta', text })
      yield stop()
    }
    for (const call of plan.calls) {
      yield start({ type: 'tool_use', id: call.id, name: call.name, input: {} })
      for (const partial_json of halves(call.input)) yield delta({ type: 'input_json_delta', partial_json })
      yield stop()
    }
    const ended = { stop_reason: REASON[plan.finish], stop_sequence: null }
    yield { text: event({ type: 'message_delta', delta: ended, usage: { output_tokens: plan.outputTokens } }) }
    yield { text: event({ type: 'message_stop' }) }
  },

  error: (status, message) => ({ type: 'error', error: { type: errorType(status), message } }),

  overflow: () => ({
    status: 400,
    body: {
      type: 'error',
      error: { type: 'invalid_request_error', message: 'prompt is too long: 209000 tokens > 200000 maximum' },
    },
  }),
}
