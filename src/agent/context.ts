/** A session's messages as a model prompt, healed: every call has a result and every result a call. */
import type { LanguageModelV4Message, LanguageModelV4Prompt } from '@ai-sdk/provider'
import type { StoredMessage } from '../sessions/index.ts'

type User = Extract<LanguageModelV4Message, { role: 'user' }>
type Assistant = Extract<LanguageModelV4Message, { role: 'assistant' }>
type ToolResult = Extract<Extract<LanguageModelV4Message, { role: 'tool' }>['content'][number], { type: 'tool-result' }>

/** How an assistant message keeps the model's own parts. */
export interface StoredParts {
  /** The provider that made them: signatures and ids mean something to nobody else. */
  by: string
  content: Assistant['content']
}

/** The call that a prompt is for. */
export interface PromptFor {
  /** The running turn. */
  turn: number
  provider: string
  /** Files that came with the turn's message; they follow its text. */
  media?: User['content']
  /** How a stored user message reads to the model; default as it is. */
  readable?(text: string): string
}

/** What a model is told of a call whose result a crash took with it. */
export const LOST = 'Interrupted: this call may or may not have taken effect. Check before you repeat it.'

/**
 * The prompt for one call: the system text, the working messages, nothing a provider would refuse. Reasoning and
 * provider metadata go back only within the running turn and only to the provider they came from.
 */
export function promptOf(system: string, messages: readonly StoredMessage[], now: PromptFor): LanguageModelV4Prompt {
  const prompt: LanguageModelV4Prompt = [{ role: 'system', content: system }]
  const results = resultsById(messages)
  for (const message of messages) {
    if (message.role === 'user' || message.role === 'system') {
      if (message.content.trim()) prompt.push({ role: 'user', content: userContent(message, now) })
      continue
    }
    if (message.role !== 'assistant') continue // results follow their call
    const content = assistantContent(message, now)
    if (!content.length) continue
    prompt.push({ role: 'assistant', content })
    const calls = content.filter((part) => part.type === 'tool-call')
    if (calls.length) {
      prompt.push({
        role: 'tool',
        content: calls.map((call): ToolResult => {
          const result = results.get(resultKey(message, call.toolCallId))
          return {
            type: 'tool-result',
            toolCallId: call.toolCallId,
            toolName: call.toolName,
            output:
              result === undefined
                ? { type: 'error-text', value: LOST }
                : { type: result.failed ? 'error-text' : 'text', value: result.content || '(no output)' },
          }
        }),
      })
    }
  }
  // After a compaction or `/new` the agent may speak first, which some providers refuse.
  if (prompt[1] && prompt[1].role !== 'user') prompt.splice(1, 0, NOT_SHOWN)
  return prompt
}

const NOT_SHOWN: User = { role: 'user', content: [{ type: 'text', text: '[System] What came before is not shown.' }] }

function userContent({ role, content, turn }: StoredMessage, now: PromptFor): User['content'] {
  if (role !== 'user') return [{ type: 'text', text: content }]
  const text = now.readable?.(content) ?? content
  return [{ type: 'text', text }, ...(turn === now.turn ? (now.media ?? []) : [])]
}

function assistantContent(message: StoredMessage, now: PromptFor): Assistant['content'] {
  const stored = message.parts as StoredParts | undefined
  if (stored && message.turn === now.turn && stored.by === now.provider) return stored.content
  const content: Assistant['content'] = message.content.trim() ? [{ type: 'text', text: message.content }] : []
  for (const call of message.tool_calls ?? []) {
    content.push({
      type: 'tool-call',
      toolCallId: call.id,
      toolName: call.function.name,
      input: parsed(call.function.arguments),
    })
  }
  return content
}

/** Ids repeat over turns with some models, so a result belongs to its step, and without one to its id alone. */
function resultKey(message: StoredMessage, callId: string | undefined): string {
  return message.turn === null ? `${callId}` : `${message.turn}/${message.step}/${callId}`
}

function resultsById(messages: readonly StoredMessage[]): Map<string, StoredMessage> {
  const results = new Map<string, StoredMessage>()
  for (const message of messages) {
    if (message.role === 'tool') results.set(resultKey(message, message.tool_call_id), message)
  }
  return results
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return {}
  }
}
