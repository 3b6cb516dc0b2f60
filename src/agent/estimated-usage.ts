/** What a model call took that ended without the provider's own count. */
import type { LanguageModelV4Prompt } from '@ai-sdk/provider'
import { estimateTokenCount } from 'tokenx'
import type { ModelUsage } from '../chat/index.ts'

/** Tokens by estimate: the texts of the prompt in, what was said so far out. Pictures and files are not guessed at. */
export function estimatedUsage(prompt: LanguageModelV4Prompt, said: string): ModelUsage {
  return { input: estimateTokenCount(textsOf(prompt).join('\n')), output: estimateTokenCount(said), cached: 0 }
}

function textsOf(prompt: LanguageModelV4Prompt): string[] {
  return prompt.flatMap(({ content }) => {
    if (typeof content === 'string') return [content]
    return content.flatMap((part) => {
      if (part.type === 'text' || part.type === 'reasoning') return [part.text]
      if (part.type === 'tool-call') return [JSON.stringify(part.input)]
      return part.type === 'tool-result' && 'value' in part.output ? [asText(part.output.value)] : []
    })
  })
}

const asText = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value))
