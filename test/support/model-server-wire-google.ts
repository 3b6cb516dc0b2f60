/** Google Gemini: `POST /v1beta/models/<model>:generateContent` and `:streamGenerateContent?alt=sse`. */
import type { Plan } from './model-server-script.ts'
import { data, textOf, type Wire } from './model-server-wire.ts'

interface Part {
  text?: string
  functionCall?: object
  functionResponse?: { response?: unknown }
}

interface GenerateRequest {
  contents?: Array<{ role?: string; parts?: Part[] }>
  tools?: Array<{
    functionDeclarations?: Array<{ name: string; parameters?: unknown; parametersJsonSchema?: unknown }>
  }>
}

const REASON = { stop: 'STOP', 'tool-calls': 'STOP', length: 'MAX_TOKENS', 'content-filter': 'SAFETY' }

const STATUS: Record<number, string> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  429: 'RESOURCE_EXHAUSTED',
  503: 'UNAVAILABLE',
}

const usageOf = (plan: Plan) => ({
  promptTokenCount: plan.inputTokens,
  candidatesTokenCount: plan.outputTokens,
  totalTokenCount: plan.inputTokens + plan.outputTokens,
})

const callOf = (call: Plan['calls'][number]) => ({
  functionCall: { name: call.name, args: JSON.parse(call.input) as object },
})

/** A tool's result as text, whichever of the usual envelopes holds it. */
function resultOf(response: unknown): string {
  const { content, result, output } = (response ?? {}) as Record<string, unknown>
  const value = content ?? result ?? output ?? response
  return typeof value === 'string' ? value : JSON.stringify(value)
}

export const google: Wire = {
  read(body, url) {
    const request = body as GenerateRequest
    const contents = request.contents ?? []
    const last = contents.findLastIndex((c) => c.role === 'user' && c.parts?.some((part) => part.text !== undefined))
    const since = contents.slice(last + 1).map((c) => c.parts ?? [])
    const [, model, action] = /\/models\/(.+):(\w+)$/.exec(decodeURIComponent(url.pathname)) ?? []
    return {
      model: model ?? '',
      stream: action === 'streamGenerateContent',
      prompt: textOf(contents[last]?.parts),
      step: since.filter((parts) => parts.some((part) => part.functionCall)).length,
      results: since
        .flat()
        .flatMap((part) => (part.functionResponse ? [resultOf(part.functionResponse.response)] : [])),
      tools: (request.tools ?? [])
        .flatMap((t) => t.functionDeclarations ?? [])
        .map((f) => ({ name: f.name, schema: f.parametersJsonSchema ?? f.parameters })),
      messages: contents.length,
    }
  },

  whole(plan, ask) {
    const parts = [
      ...(plan.reasoning.length > 0 ? [{ text: plan.reasoning.join(''), thought: true }] : []),
      ...(plan.deltas.length > 0 ? [{ text: plan.deltas.join('') }] : []),
      ...plan.calls.map(callOf),
    ]
    return {
      candidates: [{ index: 0, content: { role: 'model', parts }, finishReason: REASON[plan.finish] }],
      usageMetadata: usageOf(plan),
      modelVersion: ask.model,
      responseId: 'resp-1',
    }
  },

  *frames(plan, ask) {
    const chunk = (parts: object[], end: object = {}) =>
      data({
        candidates: [{ index: 0, content: { role: 'model', parts }, ...end }],
        usageMetadata: usageOf(plan),
        modelVersion: ask.model,
        responseId: 'resp-1',
      })
    for (const text of plan.reasoning) yield { text: chunk([{ text, thought: true }]), delta: true }
    for (const text of plan.deltas) yield { text: chunk([{ text }]), delta: true }
    for (const call of plan.calls) yield { text: chunk([callOf(call)]), delta: true }
    yield { text: chunk([{ text: '' }], { finishReason: REASON[plan.finish] }) }
  },

  error: (status, message) => ({
    error: { code: status, message, status: STATUS[status] ?? (status >= 500 ? 'INTERNAL' : 'INVALID_ARGUMENT') },
  }),

  overflow: () => ({
    status: 400,
    body: {
      error: {
        code: 400,
        message: 'The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).',
        status: 'INVALID_ARGUMENT',
      },
    },
  }),
}
