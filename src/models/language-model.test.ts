/** Each protocol through the AI SDK's own code, against a server that speaks it. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { generateText, type ModelMessage, stepCountIs, streamText, tool } from 'ai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as z from 'zod'
import { portsOf } from '../../test/support/model-ports.ts'
import { type ModelServer, startModelServer } from '../../test/support/model-server.ts'
import { openLanguageModel } from './language-model.ts'
import { providerKind } from './provider-kind.ts'
import type { ModelRoute } from './route.ts'
import type { ProviderSettings } from './settings.ts'

Object.assign(globalThis, { AI_SDK_LOG_WARNINGS: false })

let server: ModelServer
beforeAll(async () => {
  server = await startModelServer({ apiKey: 'secret-key-of-the-test' })
})
afterAll(() => server.close())

const tools = {
  read_file: tool({ description: 'Reads a file', inputSchema: z.object({ path: z.string() }) }),
  list_files: tool({ description: 'Lists a folder', inputSchema: z.object({}) }),
}

function routeOf(name: string, settings: ProviderSettings): ModelRoute {
  const kind = providerKind(name, settings)
  const key = settings.api_key
  return { ref: `${name}/m-1`, provider: name, modelId: 'm-1', kind, key, settings, source: 'config', detail: '' }
}

const open = (name: string, settings: ProviderSettings) =>
  openLanguageModel(routeOf(name, settings), portsOf(name, settings))

async function ask(model: Awaited<ReturnType<typeof open>>, messages: ModelMessage[], offered = true) {
  const result = streamText({
    model,
    messages,
    ...(offered && { tools }),
    stopWhen: stepCountIs(1),
    maxRetries: 0,
    maxOutputTokens: 1000,
    onError: () => {},
  })
  const parts = []
  for await (const part of result.fullStream) parts.push(part)
  const text = parts.flatMap((p) => (p.type === 'text-delta' ? [p.text] : []))
  const reasoning = parts.flatMap((p) => (p.type === 'reasoning-delta' ? [p.text] : []))
  const calls = parts.flatMap((p) => (p.type === 'tool-call' ? [p] : []))
  const error = parts.find((p) => p.type === 'error')?.error
  const finish = parts.find((p) => p.type === 'finish')
  return { text, reasoning, calls, error, finish, result }
}

const key = { api_key: 'secret-key-of-the-test', models: ['m-1'] }
const protocols: Array<[title: string, name: string, settings: () => ProviderSettings, path: string]> = [
  ['chat completions', 'my-server', () => ({ ...key, api_base: `${server.url}/v1/` }), '/v1/chat/completions'],
  [
    'OpenAI chat completions',
    'openai',
    () => ({ ...key, type: 'openai', api_base: `${server.url}/v1`, responses: { api: 'chat_completions' } }),
    '/v1/chat/completions',
  ],
  ['OpenAI responses', 'openai', () => ({ ...key, type: 'openai', api_base: `${server.url}/v1` }), '/v1/responses'],
  [
    'responses of a compatible server',
    'my-server',
    () => ({ ...key, api_base: `${server.url}/v1`, responses: { api: 'responses' } }),
    '/v1/responses',
  ],
  ['Anthropic messages', 'anthropic', () => ({ ...key, api_base: server.url }), '/v1/messages'],
  ['Anthropic messages, base with version', 'claude', () => ({ ...key, api_base: `${server.url}/v1` }), '/v1/messages'],
  [
    'Google',
    'google',
    () => ({ ...key, api_base: `${server.url}/v1beta` }),
    '/v1beta/models/m-1:streamGenerateContent',
  ],
]

describe.each(protocols)('%s', (_title, name, settings, path) => {
  it('streams text as it comes, with usage', async () => {
    const { text, finish } = await ask(await open(name, settings()), [
      { role: 'user', content: 'text="one two three" usage=12,34' },
    ])
    expect(text.join('')).toBe('one two three')
    expect(text.length).toBeGreaterThan(1)
    expect(finish).toMatchObject({ finishReason: 'stop', totalUsage: { inputTokens: 12, outputTokens: 34 } })
    expect(server.lastRequest).toMatchObject({ path, model: 'm-1', stream: true, outcome: 'done' })
  })

  it('calls tools, also two at once, and answers from their results', async () => {
    const model = await open(name, settings())
    const prompt = 'call=read_file:{"path":"a b.txt"} +call=list_files:{} text="It says {results}."'
    const first = await ask(model, [{ role: 'user', content: prompt }])
    expect(first.calls.map((c) => [c.toolName, c.input])).toEqual([
      ['read_file', { path: 'a b.txt' }],
      ['list_files', {}],
    ])
    expect(first.finish).toMatchObject({ finishReason: 'tool-calls' })
    const output = (value: string) => ({ type: 'text' as const, value })
    const second = await ask(model, [
      { role: 'user', content: prompt },
      ...(await first.result.responseMessages),
      {
        role: 'tool',
        content: first.calls.map((c, i) => ({
          type: 'tool-result',
          toolCallId: c.toolCallId,
          toolName: c.toolName,
          output: output(`result ${i}`),
        })),
      },
    ])
    expect(second.calls).toEqual([])
    expect(second.text.join('')).toBe('It says result 0|result 1.')
    expect(server.lastRequest?.step).toBe(1)
  })

  it('answers in one piece when not streamed', async () => {
    const model = await open(name, settings())
    const { text } = await generateText({ model, prompt: 'text="all at once"', maxRetries: 0, maxOutputTokens: 99 })
    expect(text).toBe('all at once')
  })

  it('reports thinking apart from the answer', async () => {
    const { text, reasoning } = await ask(await open(name, settings()), [
      { role: 'user', content: 'think=2 text=done' },
    ])
    expect(text.join('')).toBe('done')
    // OpenAI's own chat completions have no words for it.
    if (_title !== 'OpenAI chat completions') expect(reasoning.join('')).toContain('r0 r1')
  })

  it('never repeats its key, not even when the provider does', async () => {
    const { error } = await ask(await open(name, { ...settings(), api_key: 'wrong-key-1234' }), [
      { role: 'user', content: 'hi' },
    ])
    expect(error).toMatchObject({ statusCode: 401 })
    const { message, responseBody, requestBodyValues } = error as Record<string, unknown>
    expect(JSON.stringify([message, responseBody, requestBodyValues])).not.toContain('wrong-key-1234')
    expect(message).toContain('Incorrect API key provided: ***')
  })
})

it('sends no credentials where there are none', async () => {
  const open1 = await startModelServer()
  try {
    for (const name of ['my-server', 'claude', 'gemini']) {
      const settings = { api_base: `${open1.url}${name === 'my-server' ? '/v1' : ''}`, auth: 'none' }
      const { text } = await ask(await open(name, settings), [{ role: 'user', content: 'text=free' }])
      expect(text.join('')).toBe('free')
      expect(open1.lastRequest?.headers).not.toHaveProperty('authorization')
      expect(open1.lastRequest?.headers).not.toHaveProperty('x-api-key')
      expect(open1.lastRequest?.headers).not.toHaveProperty('x-goog-api-key')
    }
  } finally {
    await open1.close()
  }
})

it('does not follow a redirect with its key, and says what to change', async () => {
  const redirecting = createServer((_, res) =>
    res.writeHead(307, { location: `${server.url}/v1/chat/completions` }).end(),
  )
  await new Promise<void>((resolve) => redirecting.listen(0, '127.0.0.1', resolve))
  const { port } = redirecting.address() as AddressInfo
  const before = server.requests.length
  const { error } = await ask(await open('my-server', { ...key, api_base: `http://127.0.0.1:${port}/v1` }), [
    { role: 'user', content: 'hi' },
  ])
  redirecting.close()
  expect((error as Error).message).toContain('redirects to 127.0.0.1')
  expect(server.requests.length).toBe(before)
})

it('asks OpenAI to store nothing', async () => {
  await ask(await open('openai', { ...key, type: 'openai', api_base: `${server.url}/v1` }), [
    { role: 'user', content: 'hi' },
  ])
  expect(server.lastRequest?.body.store).toBe(false)
})

it('closes the upstream stream when the call is aborted', async () => {
  const model = await open('my-server', { ...key, api_base: `${server.url}/v1` })
  const abort = new AbortController()
  const result = streamText({
    model,
    prompt: 'k=aborted tokens=500 delay=5',
    maxRetries: 0,
    abortSignal: abort.signal,
    onError: () => {},
  })
  for await (const part of result.fullStream) if (part.type === 'text-delta') abort.abort()
  await expect.poll(() => server.requestsOf('aborted').map((r) => r.outcome)).toEqual(['left'])
  expect(server.openStreams).toBe(0)
})
