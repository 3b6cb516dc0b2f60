/** The model that is always there: no key, no network. It answers, and says how to connect a real one. */
import type {
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4Prompt,
  LanguageModelV4StreamPart,
} from '@ai-sdk/provider'

export interface OfflineOptions {
  /** True on the owner's machine, where a local model server is an option. */
  local: boolean
}

const USAGE = {
  inputTokens: { total: 0, noCache: 0, cacheRead: 0, cacheWrite: 0 },
  outputTokens: { total: 0, text: 0, reasoning: 0 },
}
const FINISH = { unified: 'stop', raw: 'stop' } as const

/** A model whose answer depends on the last user message and the options only. Calls no tools. */
export function createOfflineModel(options: OfflineOptions): LanguageModelV4 {
  return {
    specificationVersion: 'v4',
    provider: 'offline',
    modelId: 'guide',
    supportedUrls: {},
    async doGenerate(call) {
      call.abortSignal?.throwIfAborted()
      const text = offlineAnswer(call.prompt, options)
      return { content: [{ type: 'text', text }], finishReason: FINISH, usage: USAGE, warnings: [] }
    },
    async doStream(call) {
      call.abortSignal?.throwIfAborted()
      return { stream: streamOf(paragraphs(offlineAnswer(call.prompt, options)), call) }
    },
  }
}

function streamOf(deltas: string[], call: LanguageModelV4CallOptions): ReadableStream<LanguageModelV4StreamPart> {
  const id = 'text'
  const parts: LanguageModelV4StreamPart[] = [
    { type: 'stream-start', warnings: [] },
    { type: 'text-start', id },
    ...deltas.map((delta) => ({ type: 'text-delta' as const, id, delta })),
    { type: 'text-end', id },
    { type: 'finish', finishReason: FINISH, usage: USAGE },
  ]
  return new ReadableStream({
    pull(controller) {
      if (call.abortSignal?.aborted) return controller.error(call.abortSignal.reason)
      const part = parts.shift()
      if (part) controller.enqueue(part)
      else controller.close()
    },
  })
}

/** Paragraphs with the blank line behind them, so that the deltas add up to the text. */
const paragraphs = (text: string): string[] => text.match(/[^\n]+\n*/g) ?? []

function offlineAnswer(prompt: LanguageModelV4Prompt, { local }: OfflineOptions): string {
  const asked = lastQuestion(prompt)
  const greeting = asked
    ? `Hello! I read your message ("${asked}"), but no language model is connected yet, so I cannot really answer it.`
    : 'Hello! No language model is connected yet, so I can only tell you how to connect one.'
  const ways = [
    local
      ? '- **With a key in the environment**: set `OPENAI_API_KEY`, `ANTHROPIC_API_KEY`, `GEMINI_API_KEY`, `OPENROUTER_API_KEY`, `DEEPSEEK_API_KEY`, `GROQ_API_KEY`, `MISTRAL_API_KEY` or `XAI_API_KEY` and start the gateway again. `CLAWGO_MODEL` picks another model.'
      : '- **With a key as a secret**: `npx wrangler secret put OPENAI_API_KEY` (or `ANTHROPIC_API_KEY`, `GEMINI_API_KEY`, `OPENROUTER_API_KEY`, ...). `CLAWGO_MODEL` picks another model.',
    '- **In the configuration**: put the `api_key` (and `api_base`, for any OpenAI-compatible server) under `models.providers.<name>`, and name the model in `agents.defaults.model.primary`, for example `openai/gpt-5.4`. It takes effect at once.',
    local
      ? '- **On this machine**: start Ollama, LM Studio or llama.cpp with a model; I find it on its usual port within half a minute.'
      : '- **On Cloudflare**: add an `[ai]` binding named `AI` to `wrangler.toml` and deploy again; Workers AI needs no key.',
  ]
  const meanwhile = asked
    ? 'Your message is kept in this session: ask again once a model is connected, and it will see it. Slash commands such as `/help` work meanwhile.'
    : 'Slash commands such as `/help` work meanwhile.'
  return [greeting, 'Any one of these is enough:', ways.join('\n'), meanwhile].join('\n\n')
}

/** The last user message in one line of at most 200 characters, no code point cut. */
function lastQuestion(prompt: LanguageModelV4Prompt): string {
  const message = prompt.findLast((m) => m.role === 'user')
  const text = message?.content.map((part) => (part.type === 'text' ? part.text : '')).join(' ') ?? ''
  const line = [...text.replace(/\s+/g, ' ').trim()]
  return line.length > 200 ? `${line.slice(0, 199).join('')}…` : line.join('')
}
