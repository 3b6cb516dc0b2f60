/**
 * Tool calls printed as text become tool calls: only where tools were offered, the text is nothing but such a block, and
 * the model made no real call beside it. Everything else passes as it comes, from the first letter that differs.
 */
import type { LanguageModelV4CallOptions, LanguageModelV4ToolCall } from '@ai-sdk/provider'
import { beginsPrinted, type PrintedCall, readPrinted } from './printed-call-syntax.ts'
import type { Answer, Part, PartRewriter, Quirk } from './wrapped-model.ts'

export const printedCalls: Quirk = {
  stream(options) {
    const offered = offeredBy(options)
    return offered.size > 0 ? converter(offered) : undefined
  },
  answer(answer, options) {
    const offered = offeredBy(options)
    return offered.size > 0 ? converted(answer, offered) : answer
  },
}

function offeredBy({ tools, toolChoice }: LanguageModelV4CallOptions): ReadonlySet<string> {
  const names = toolChoice?.type === 'none' ? [] : (tools ?? []).map(({ name }) => name)
  return new Set(names)
}

/** Ids are unique over the steps of a turn: the results go back by them. */
const callOf = ({ name, input }: PrintedCall): LanguageModelV4ToolCall => ({
  type: 'tool-call',
  toolCallId: `compat_call_${crypto.randomUUID().slice(0, 8)}`,
  toolName: name,
  input,
})

const CALLED = { unified: 'tool-calls', raw: 'tool_calls' } as const

function converted(answer: Answer, offered: ReadonlySet<string>): Answer {
  if (answer.content.some(({ type }) => type === 'tool-call')) return answer
  const text = answer.content.map((part) => (part.type === 'text' ? part.text : '')).join('')
  const calls = readPrinted(text, offered)
  if (!calls) return answer
  const rest = answer.content.filter(({ type }) => type !== 'text')
  return { content: [...rest, ...calls.map(callOf)], finishReason: CALLED }
}

/** Holds text back while it may be a block; what came after it waits behind it, in order. */
function converter(offered: ReadonlySet<string>): PartRewriter {
  let held: Part[] = []
  let text = ''
  let begins: 'yes' | 'maybe' | 'no' = 'maybe'
  return {
    part(part, send) {
      const release = () => {
        for (const each of held) send(each)
        held = []
        begins = 'no'
      }
      if (begins === 'no') return send(part)
      switch (part.type) {
        case 'text-delta':
          text += part.delta
          held.push(part)
          if (begins === 'maybe') begins = beginsPrinted(text)
          if (begins === 'no') release()
          return
        case 'text-start':
        case 'text-end':
          held.push(part)
          return
        case 'finish': {
          const calls = part.finishReason.unified === 'stop' ? readPrinted(text, offered) : null
          if (!calls) {
            release()
            return send(part)
          }
          // Text parts only: the rest was not held.
          held = []
          for (const call of calls) send(callOf(call))
          return send({ ...part, finishReason: CALLED })
        }
        case 'tool-call':
        case 'tool-input-start':
        case 'error':
          release()
          return send(part)
        default:
          // Reasoning and metadata need not wait for the text.
          return send(part)
      }
    },
    end(send) {
      for (const each of held) send(each)
    },
  }
}
