import { streamText } from 'ai'
import { describe, expect, it } from 'vitest'
import { createOfflineModel } from './offline.ts'

async function answer(prompt: string, local: boolean) {
  const result = streamText({ model: createOfflineModel({ local }), prompt })
  const deltas: string[] = []
  for await (const delta of result.textStream) deltas.push(delta)
  return { deltas, text: deltas.join(''), reason: await result.finishReason }
}

describe('the offline model', () => {
  it('answers in several pieces, says what it was asked and how to connect a model', async () => {
    const { deltas, text, reason } = await answer('What is\nthe weather?', true)
    expect(deltas.length).toBeGreaterThan(3)
    expect(reason).toBe('stop')
    for (const part of ['"What is the weather?"', 'OPENAI_API_KEY', 'models.providers', 'Ollama'])
      expect(text).toContain(part)
    expect(await answer('What is\nthe weather?', true)).toEqual({ deltas, text, reason })
  })

  it('speaks of secrets and the AI binding on the edge', async () => {
    const { text } = await answer('hi', false)
    expect(text).toContain('wrangler secret put')
    expect(text).toContain('[ai]')
    expect(text).not.toContain('Ollama')
  })

  it('quotes a long question shortened, no character cut', async () => {
    const { text } = await answer('🙂'.repeat(300), true)
    expect(text).toContain(`${'🙂'.repeat(199)}…"`)
  })

  it('stops when it is told to', async () => {
    const model = createOfflineModel({ local: true })
    const abort = new AbortController()
    const { stream } = await model.doStream({ prompt: [], abortSignal: abort.signal })
    const reader = stream.getReader()
    await reader.read()
    abort.abort()
    await expect(reader.read().then(() => reader.read())).rejects.toThrow('aborted')
  })
})
