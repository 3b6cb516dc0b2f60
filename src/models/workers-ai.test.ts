/** The binding cannot run here; these bindings answer in the shapes it is documented to answer in. */
import { generateText, stepCountIs, streamText, tool } from 'ai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as z from 'zod'
import { type ModelServer, startModelServer } from '../../test/support/model-server.ts'
import type { WorkersAi } from '../platform.ts'
import { classify } from './failure.ts'
import { openWorkersAi } from './workers-ai.ts'

let server: ModelServer
beforeAll(async () => {
  server = await startModelServer()
})
afterAll(() => server.close())

const tools = { weather: tool({ description: 'Weather', inputSchema: z.object({ city: z.string() }) }) }

/** A newer model: OpenAI's chat completions, byte for byte, from a server that speaks them. */
const newer: WorkersAi = {
  async run(model, input, options) {
    const response = await fetch(`${server.url}/v1/chat/completions`, {
      method: 'POST',
      body: JSON.stringify({ model, ...input }),
      signal: (options?.signal as AbortSignal | undefined) ?? null,
    })
    return input.stream ? response.body : response.json()
  },
}

/** An older model: its own events, cut at awkward places. */
function older(events: unknown[]): WorkersAi & { inputs: Array<Record<string, unknown>> } {
  const inputs: Array<Record<string, unknown>> = []
  const text = `${events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('')}data: [DONE]\n\n`
  const bytes = new TextEncoder().encode(text)
  return {
    inputs,
    async run(_model, input) {
      inputs.push(input)
      return new ReadableStream({
        start(controller) {
          for (let at = 0; at < bytes.length; at += 7) controller.enqueue(bytes.slice(at, at + 7))
          controller.close()
        },
      })
    },
  }
}

async function ask(ai: WorkersAi, prompt: string) {
  const model = await openWorkersAi(ai, '@cf/some/model')
  const result = streamText({ model, prompt, tools, stopWhen: stepCountIs(1), maxRetries: 0, onError: () => {} })
  const parts = []
  for await (const part of result.fullStream) parts.push(part)
  return {
    text: parts.flatMap((p) => (p.type === 'text-delta' ? [p.text] : [])).join(''),
    calls: parts.flatMap((p) => (p.type === 'tool-call' ? [[p.toolName, p.input]] : [])),
    finish: parts.find((p) => p.type === 'finish'),
    error: parts.find((p) => p.type === 'error')?.error,
  }
}

describe('Workers AI', () => {
  it('streams the text and the tool calls of newer models', async () => {
    expect(await ask(newer, 'text="hello there" usage=3,4')).toMatchObject({
      text: 'hello there',
      finish: { finishReason: 'stop', totalUsage: { inputTokens: 3, outputTokens: 4 } },
    })
    expect(server.lastRequest).toMatchObject({ model: '@cf/some/model', stream: true })
    const { calls } = await ask(newer, 'call=weather:{"city":"Bern"}')
    expect(calls).toEqual([['weather', { city: 'Bern' }]])
  })

  it('streams the text and the tool calls of older models', async () => {
    const usage = { prompt_tokens: 5, completion_tokens: 2, total_tokens: 7 }
    const text = await ask(older([{ response: 'Grü' }, { response: 'ezi 🙂' }, { response: '', usage }]), 'hi')
    expect(text).toMatchObject({ text: 'Grüezi 🙂', finish: { finishReason: 'stop', totalUsage: { totalTokens: 7 } } })
    const called = await ask(
      older([{ response: null, tool_calls: [{ name: 'weather', arguments: { city: 'Bern' } }] }]),
      'hi',
    )
    expect(called).toMatchObject({ calls: [['weather', { city: 'Bern' }]], finish: { finishReason: 'tool-calls' } })
  })

  it('takes an answer in one piece where a stream was asked for', async () => {
    const ai: WorkersAi = { run: async () => ({ tool_calls: [{ name: 'weather', arguments: '{"city":"Bern"}' }] }) }
    expect((await ask(ai, 'hi')).calls).toEqual([['weather', { city: 'Bern' }]])
    const model = await openWorkersAi({ run: async () => ({ response: 'whole' }) }, '@cf/x')
    expect((await generateText({ model, prompt: 'hi' })).text).toBe('whole')
  })

  it('passes an empty text where OpenAI allows none', async () => {
    const ai = older([{ response: 'ok' }])
    const model = await openWorkersAi(ai, '@cf/x')
    const output = { type: 'text' as const, value: 'sunny' }
    await model.doStream({
      prompt: [
        { role: 'user', content: [{ type: 'text', text: 'hi' }] },
        { role: 'assistant', content: [{ type: 'tool-call', toolCallId: 'c', toolName: 'weather', input: {} }] },
        { role: 'tool', content: [{ type: 'tool-result', toolCallId: 'c', toolName: 'weather', output }] },
      ],
    })
    expect(ai.inputs[0]?.messages).toMatchObject([
      {},
      { role: 'assistant', content: '' },
      { role: 'tool', content: 'sunny' },
    ])
  })

  it.each([
    ['AiError: 3036: You have used up your daily free allocation of 10,000 neurons.', 'quota'],
    ['3040: No more data centers to forward the request to', 'rate_limit'],
    ['AiError: 5007: No such model @cf/x or task', 'missing'],
    ['AiError: 3023: Service unavailable for account', 'auth'],
    ['something broke', 'server'],
  ])('tells why it was refused: %s', async (message, kind) => {
    const { error } = await ask({ run: () => Promise.reject(new Error(message)) }, 'hi')
    expect(classify(error)).toMatchObject({ kind })
    expect(classify(error).message).toContain(message)
  })

  it('ends with the call', async () => {
    const abort = new AbortController()
    const model = await openWorkersAi(newer, '@cf/x')
    const { stream } = await model.doStream({
      prompt: [{ role: 'user', content: [{ type: 'text', text: 'k=edge tokens=500 delay=5' }] }],
      abortSignal: abort.signal,
    })
    const reader = stream.getReader()
    await reader.read()
    abort.abort()
    await expect.poll(() => server.requestsOf('edge').map((r) => r.outcome)).toEqual(['left'])
  })
})
