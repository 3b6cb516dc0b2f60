import { describe, expect, it } from 'vitest'
import type { StoredMessage } from '../sessions/index.ts'
import { LOST, promptOf } from './context.ts'

let seq = 0
function message(part: Partial<StoredMessage>): StoredMessage {
  seq++
  return {
    seq,
    at: 0,
    role: 'user',
    content: '',
    turn: null,
    step: null,
    name: null,
    failed: false,
    parts: undefined,
    ...part,
  }
}
const call = (id: string, args = '{}') => ({
  id,
  type: 'function' as const,
  function: { name: 'read_file', arguments: args },
})
const now = { turn: 9, provider: 'openai' }

describe('promptOf', () => {
  it('pairs results with their calls by step and id, in the order of the calls', () => {
    const prompt = promptOf(
      'sys',
      [
        message({ content: 'hi' }),
        message({ role: 'assistant', tool_calls: [call('a'), call('b')], turn: 1, step: 0 }),
        message({ role: 'tool', tool_call_id: 'b', content: 'B', turn: 1, step: 0 }),
        message({ role: 'tool', tool_call_id: 'a', content: 'A', turn: 1, step: 0, failed: true }),
        message({ role: 'assistant', tool_calls: [call('a')], turn: 2, step: 0 }),
        message({ role: 'tool', tool_call_id: 'a', content: 'other turn', turn: 2, step: 0 }),
      ],
      now,
    )
    expect(prompt.map(({ role }) => role)).toEqual(['system', 'user', 'assistant', 'tool', 'assistant', 'tool'])
    expect(prompt[3]).toMatchObject({
      content: [
        { toolCallId: 'a', output: { type: 'error-text', value: 'A' } },
        { toolCallId: 'b', output: { type: 'text', value: 'B' } },
      ],
    })
    expect(prompt[5]).toMatchObject({ content: [{ output: { value: 'other turn' } }] })
  })

  it('gives a call without a result one that says so, and leaves out a result without a call', () => {
    const prompt = promptOf(
      'sys',
      [
        message({ role: 'tool', tool_call_id: 'gone', content: 'x' }),
        message({ role: 'assistant', tool_calls: [call('a', 'not json')] }),
        message({ content: 'next' }),
      ],
      now,
    )
    expect(prompt.map(({ role }) => role)).toEqual(['system', 'assistant', 'tool', 'user'])
    expect(prompt[1]).toMatchObject({ content: [{ type: 'tool-call', input: {} }] })
    expect(prompt[2]).toMatchObject({ content: [{ output: { type: 'error-text', value: LOST } }] })
  })

  it('returns reasoning and signatures only within the turn and only to the provider that made them', () => {
    const parts = {
      by: 'openai',
      content: [{ type: 'reasoning', text: 'hm', providerOptions: { openai: { itemId: 'r1' } } }],
    }
    const said = { role: 'assistant' as const, content: 'yes', parts }
    const inTurn = promptOf('s', [message({ ...said, turn: 9 })], now)
    expect(inTurn[1]).toMatchObject({ content: parts.content })
    for (const other of [
      promptOf('s', [message({ ...said, turn: 8 })], now),
      promptOf('s', [message({ ...said, turn: 9 })], { ...now, provider: 'claude' }),
    ]) {
      expect(other[1]).toEqual({ role: 'assistant', content: [{ type: 'text', text: 'yes' }] })
    }
  })

  it('leaves out empty messages, which providers refuse', () => {
    expect(promptOf('s', [message({ content: ' ' }), message({ role: 'assistant', content: '' })], now)).toHaveLength(1)
  })
})
