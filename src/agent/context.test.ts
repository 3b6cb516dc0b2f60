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
  it('lets a person speak first, also where a compaction or /new left the agent at the beginning', () => {
    const roles = (...messages: StoredMessage[]) => promptOf('sys', messages, now).map(({ role }) => role)
    const said = message({ role: 'assistant', content: 'A new conversation.' })
    expect(roles(said, message({ content: 'hi' }))).toEqual(['system', 'user', 'assistant', 'user'])
    expect(roles(message({ role: 'assistant', tool_calls: [call('a')] }))).toEqual([
      'system',
      'user',
      'assistant',
      'tool',
    ])
    expect(roles(message({ content: 'hi' }), said)).toEqual(['system', 'user', 'assistant'])
    expect(roles()).toEqual(['system'])
  })

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
        message({ content: 'hi' }),
        message({ role: 'tool', tool_call_id: 'gone', content: 'x' }),
        message({ role: 'assistant', tool_calls: [call('a', 'not json')] }),
        message({ content: 'next' }),
      ],
      now,
    )
    expect(prompt.map(({ role }) => role)).toEqual(['system', 'user', 'assistant', 'tool', 'user'])
    expect(prompt[2]).toMatchObject({ content: [{ type: 'tool-call', input: {} }] })
    expect(prompt[3]).toMatchObject({ content: [{ output: { type: 'error-text', value: LOST } }] })
  })

  it('returns reasoning and signatures only within the turn and only to the provider that made them', () => {
    const parts = {
      by: 'openai',
      content: [{ type: 'reasoning', text: 'hm', providerOptions: { openai: { itemId: 'r1' } } }],
    }
    const said = { role: 'assistant' as const, content: 'yes', parts }
    const asked = message({ content: 'hi' })
    const inTurn = promptOf('s', [asked, message({ ...said, turn: 9 })], now)
    expect(inTurn[2]).toMatchObject({ content: parts.content })
    for (const other of [
      promptOf('s', [asked, message({ ...said, turn: 8 })], now),
      promptOf('s', [asked, message({ ...said, turn: 9 })], { ...now, provider: 'claude' }),
    ]) {
      expect(other[2]).toEqual({ role: 'assistant', content: [{ type: 'text', text: 'yes' }] })
    }
  })

  it('shows the files of the running turn with its message, and only there', () => {
    const media = [{ type: 'text' as const, text: 'Content of tea.txt' }]
    const readable = (text: string) => text.toUpperCase()
    const prompt = promptOf(
      's',
      [
        message({ content: 'old', turn: 8 }),
        message({ content: 'new', turn: 9 }),
        message({ role: 'system', content: 'x', turn: 9 }),
      ],
      { ...now, media, readable },
    )
    expect(prompt.slice(1).map(({ content }) => content)).toEqual([
      [{ type: 'text', text: 'OLD' }],
      [{ type: 'text', text: 'NEW' }, ...media],
      [{ type: 'text', text: 'x' }],
    ])
  })

  it('leaves out empty messages, which providers refuse', () => {
    expect(promptOf('s', [message({ content: ' ' }), message({ role: 'assistant', content: '' })], now)).toHaveLength(1)
  })
})
