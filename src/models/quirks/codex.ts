/**
 * OpenAI's address for ChatGPT accounts (providers.md section 4.3). It speaks Responses, but demands `instructions`, keeps
 * nothing, answers streams only, and refuses a request for members that the public API takes. Nothing here passes for a
 * program of the vendor's: no header, no name, no prompt of theirs.
 */
import type { LanguageModelV4CallOptions, LanguageModelV4Prompt } from '@ai-sdk/provider'
import type { Quirk } from './wrapped-model.ts'

/** Members of the body, as the SDK's options name them, that are refused. */
const REFUSED = ['previousResponseId', 'truncation', 'user', 'promptCacheRetention', 'safetyIdentifier', 'metadata']

export const codexBody: Quirk = {
  options(options) {
    const { maxOutputTokens: _1, temperature: _2, topP: _3, prompt, providerOptions, ...rest } = options
    const kept = Object.entries(providerOptions?.openai ?? {}).filter(([name]) => !REFUSED.includes(name))
    const { instructions, input } = split(prompt)
    return {
      ...rest,
      prompt: input,
      providerOptions: {
        ...providerOptions,
        openai: {
          ...Object.fromEntries(kept),
          instructions,
          store: false,
          parallelToolCalls: true,
          include: ['reasoning.encrypted_content'],
        },
      },
    } satisfies LanguageModelV4CallOptions
  },
}

/** The system text is the instructions: the API's own place for it, and the one this address insists on. */
function split(prompt: LanguageModelV4Prompt): { instructions: string; input: LanguageModelV4Prompt } {
  const instructions = prompt.flatMap((message) => (message.role === 'system' ? [message.content] : [])).join('\n\n')
  return { instructions, input: prompt.filter(({ role }) => role !== 'system') }
}
