/** OpenAI responses: `POST /v1/responses`. */
import type { Ask, Plan } from './model-server-script.ts'
import { event, type Frame, halves, textOf, type Wire } from './model-server-wire.ts'
import { chat, openAiCode, openAiType } from './model-server-wire-chat.ts'

interface ResponsesRequest {
  model?: string
  stream?: boolean
  input?: string | Array<{ type?: string; role?: string; content?: unknown; output?: unknown }>
  tools?: Array<{ type: string; name?: string; parameters?: unknown }>
}

function finished(plan: Plan, ask: Ask, output: object[]) {
  const cut = plan.finish === 'length' || plan.finish === 'content-filter'
  const reason = plan.finish === 'length' ? 'max_output_tokens' : 'content_filter'
  return {
    id: 'resp_1',
    object: 'response',
    created_at: 1_700_000_000,
    status: cut ? 'incomplete' : 'completed',
    error: null,
    incomplete_details: cut ? { reason } : null,
    model: ask.model,
    output,
    usage: {
      input_tokens: plan.inputTokens,
      input_tokens_details: { cached_tokens: 0 },
      output_tokens: plan.outputTokens,
      output_tokens_details: { reasoning_tokens: plan.reasoning.length },
      total_tokens: plan.inputTokens + plan.outputTokens,
    },
  }
}

/** The finished items of the answer, in order: reasoning, message, calls. */
function itemsOf(plan: Plan) {
  const reasoning = {
    type: 'reasoning',
    id: 'rs_1',
    summary: [{ type: 'summary_text', text: plan.reasoning.join('') }],
  }
  const message = {
    type: 'message',
    id: 'msg_1',
    status: 'completed',
    role: 'assistant',
    content: [{ type: 'output_text', text: plan.deltas.join(''), annotations: [], logprobs: [] }],
  }
  const calls = plan.calls.map((c) => ({
    type: 'function_call',
    id: `fc_${c.id}`,
    call_id: c.id,
    name: c.name,
    arguments: c.input,
    status: 'completed',
  }))
  return [...(plan.reasoning.length > 0 ? [reasoning] : []), ...(plan.deltas.length > 0 ? [message] : []), ...calls]
}

export const responses: Wire = {
  read(body) {
    const request = body as ResponsesRequest
    const input = typeof request.input === 'string' ? [{ role: 'user', content: request.input }] : (request.input ?? [])
    const last = input.findLastIndex((item) => item.role === 'user')
    const since = input.slice(last + 1) as Array<{ type?: string; output?: unknown }>
    return {
      model: request.model ?? '',
      stream: request.stream === true,
      prompt: textOf(input[last]?.content),
      // Parallel calls are neighbours: a round starts where a call follows something else.
      step: since.filter((item, i) => item.type === 'function_call' && since[i - 1]?.type !== 'function_call').length,
      results: since.filter((item) => item.type === 'function_call_output').map((item) => textOf(item.output)),
      tools: (request.tools ?? [])
        .filter((t) => t.type === 'function')
        .map((t) => ({ name: t.name ?? '', schema: t.parameters })),
      messages: input.length,
    }
  },

  whole: (plan, ask) => finished(plan, ask, itemsOf(plan)),

  *frames(plan, ask) {
    let sequence_number = 0
    const frame = (value: { type: string } & Record<string, unknown>, delta = false): Frame => ({
      text: event({ ...value, sequence_number: sequence_number++ }),
      delta,
    })
    const started = { ...finished(plan, ask, []), status: 'in_progress', incomplete_details: null, usage: null }
    yield frame({ type: 'response.created', response: started })
    for (const [output_index, item] of itemsOf(plan).entries()) {
      const at = { output_index, item_id: item.id }
      const added = (empty: object) =>
        frame({ type: 'response.output_item.added', output_index, item: { ...item, ...empty } })
      if (item.type === 'reasoning') {
        yield added({ summary: [] })
        const part = { type: 'summary_text', text: '' }
        yield frame({ type: 'response.reasoning_summary_part.added', ...at, summary_index: 0, part })
        for (const delta of plan.reasoning) {
          yield frame({ type: 'response.reasoning_summary_text.delta', ...at, summary_index: 0, delta }, true)
        }
        yield frame({ type: 'response.reasoning_summary_part.done', ...at, summary_index: 0, part })
      } else if (item.type === 'message') {
        yield added({ status: 'in_progress', content: [] })
        for (const delta of plan.deltas) {
          yield frame({ type: 'response.output_text.delta', ...at, content_index: 0, delta, logprobs: [] }, true)
        }
        const text = plan.deltas.join('')
        yield frame({ type: 'response.output_text.done', ...at, content_index: 0, text, logprobs: [] })
      } else if ('arguments' in item) {
        yield added({ status: 'in_progress', arguments: '' })
        for (const delta of halves(item.arguments)) {
          yield frame({ type: 'response.function_call_arguments.delta', ...at, delta }, true)
        }
        yield frame({ type: 'response.function_call_arguments.done', ...at, arguments: item.arguments })
      }
      yield frame({ type: 'response.output_item.done', output_index, item })
    }
    const response = finished(plan, ask, itemsOf(plan))
    yield frame({ type: `response.${response.status}`, response })
  },

  error: (status, message) => ({ error: { message, type: openAiType(status), param: null, code: openAiCode(status) } }),
  overflow: chat.overflow,
}
