import { describe, expect, it } from 'vitest'
import type { Candidate } from '../models/index.ts'
import type { StoredMessage } from '../sessions/index.ts'
import { type CompactionSettings, cutAt, isFull } from './compaction.ts'

const settings: CompactionSettings = {
  enabled: true,
  trigger_messages: 60,
  target_ratio: 0.35,
  protect_last_n: 4,
  pressure_threshold: 0.8,
  max_summary_chars: 6000,
  max_transcript_chars: 20000,
}
const candidate = { contextWindow: 10_000, maxOutputTokens: 2000 } as Candidate
const calls = [{ id: 'c', type: 'function' as const, function: { name: 'x', arguments: '{}' } }]

function messages(shape: string): StoredMessage[] {
  return [...shape].map((letter, i) => ({
    seq: i + 1,
    at: 0,
    role: letter === 'u' ? 'user' : letter === 't' ? 'tool' : 'assistant',
    content: 'x',
    turn: null,
    step: null,
    name: null,
    failed: false,
    parts: undefined,
    ...(letter === 'c' ? { tool_calls: calls } : {}),
  }))
}

describe('cutAt', () => {
  it('cuts only before a user message, so that no call loses its result', () => {
    for (const shape of ['uauauaua', 'uctctauctaua', 'ucttttttttau', 'uauctctctcta']) {
      const list = messages(shape)
      const cut = cutAt(list, settings)
      if (cut > 0) expect([shape, shape[cut]]).toEqual([shape, expect.stringMatching(/[uc]/)])
      for (const { role } of list.slice(cut, cut + 1)) expect(role).not.toBe('tool')
    }
    expect(cutAt(messages('uauauaua'), settings)).toBe(4)
  })

  it('cuts one endless turn before its newest step', () => {
    expect(cutAt(messages('uctctctct'), settings)).toBe(7)
  })

  it('leaves a session alone that is too short', () => {
    expect(cutAt(messages('u'), settings)).toBe(0)
    expect(cutAt(messages('ua'), settings)).toBe(0)
  })
})

describe('isFull', () => {
  it('goes by the provider’s own count against the window, less what the answer needs', () => {
    const context = { messages: messages('ua'), candidate }
    expect(isFull(settings, { ...context, tokens: 6400 })).toBe(false)
    expect(isFull(settings, { ...context, tokens: 6401 })).toBe(true)
    expect(isFull({ ...settings, enabled: false }, { ...context, tokens: 9999 })).toBe(false)
  })

  it('counts what was said, not what tools returned', () => {
    expect(isFull(settings, { tokens: 1, messages: messages('ua'.repeat(30)), candidate })).toBe(false)
    expect(isFull(settings, { tokens: 1, messages: messages('ua'.repeat(31)), candidate })).toBe(true)
    expect(isFull(settings, { tokens: 1, messages: messages(`u${'ct'.repeat(60)}a`), candidate })).toBe(false)
  })

  it('estimates where the provider does not count', () => {
    const big = messages('u')
    big[0]!.content = 'word '.repeat(8000)
    expect(isFull(settings, { tokens: 0, messages: big, candidate })).toBe(true)
  })
})
