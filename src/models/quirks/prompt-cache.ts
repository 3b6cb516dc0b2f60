/**
 * Prompt caching at Anthropic (providers.md section 4.4): the tools and the system text are the same in every call of a
 * session, and the conversation only grows. Marks the ends of all three; a prompt shorter than the vendor caches is
 * simply not cached. A caller that placed marks of its own is left alone.
 */
import type { LanguageModelV4CallOptions, LanguageModelV4Message, SharedV4ProviderOptions } from '@ai-sdk/provider'
import type { Quirk } from './wrapped-model.ts'

interface Marked {
  providerOptions?: SharedV4ProviderOptions
}

export const promptCache: Quirk = {
  options(options) {
    const { prompt, tools } = options
    if (isMarked(options)) return options
    const lastSystem = prompt.findLastIndex(({ role }) => role === 'system')
    const lastInput = prompt.findLastIndex(({ role }) => role === 'user' || role === 'tool')
    return {
      ...options,
      prompt: prompt.map((message, at) => (at === lastSystem || at === lastInput ? marked(message) : message)),
      ...(tools?.length
        ? {
            tools: tools.map((tool, at) => (at === tools.length - 1 && tool.type === 'function' ? marked(tool) : tool)),
          }
        : {}),
    }
  },
}

/** On a message the SDK puts the mark on its last part. */
function marked<T extends LanguageModelV4Message | Marked>(thing: T): T {
  const anthropic = { ...thing.providerOptions?.anthropic, cacheControl: { type: 'ephemeral' as const } }
  return { ...thing, providerOptions: { ...thing.providerOptions, anthropic } }
}

function isMarked({ prompt, tools }: LanguageModelV4CallOptions): boolean {
  const parts = prompt.flatMap(({ content }): Marked[] => (typeof content === 'string' ? [] : content))
  const things: Marked[] = [...prompt, ...parts, ...(tools?.filter((tool) => tool.type === 'function') ?? [])]
  return things.some(({ providerOptions }) => {
    const own = providerOptions?.anthropic
    return own !== undefined && ('cacheControl' in own || 'cache_control' in own)
  })
}
