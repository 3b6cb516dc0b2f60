/** ChatGPT accounts at the vendor's own address: providers.md section 4.3. */
import type { LanguageModelV4CallOptions } from '@ai-sdk/provider'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { portsOf } from '../../test/support/model-ports.ts'
import { type ModelServer, startModelServer } from '../../test/support/model-server.ts'
import { openLanguageModel } from './language-model.ts'
import { providerKind } from './provider-kind.ts'

let server: ModelServer
beforeAll(async () => {
  server = await startModelServer()
})
afterAll(() => server.close())

function open(name: string, oauth: string) {
  const settings = {
    ...{
      api_base: `${server.url}/v1`,
      models: ['gpt-5.4'],
      auth: 'hybrid',
      api_key: 'k-1',
      oauth: { provider: oauth },
    },
    // An old config may say so; that address has no chat completions.
    responses: { api: 'chat_completions' },
  }
  const kind = providerKind(name, settings)
  const route = {
    ...{ ref: `${name}/gpt-5.4`, provider: name, modelId: 'gpt-5.4', kind, key: 'k-1' },
    ...{ settings, source: 'config' as const, detail: '' },
  }
  return openLanguageModel(route, portsOf(name, settings))
}

const asked = (text: string): LanguageModelV4CallOptions => ({
  prompt: [
    { role: 'system', content: 'You are helpful.' },
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: [{ type: 'text', text }] },
  ],
  maxOutputTokens: 100,
  temperature: 0.5,
  topP: 0.9,
  providerOptions: { openai: { user: 'u', truncation: 'auto', safetyIdentifier: 's', previousResponseId: 'r' } },
})

it.each([
  ['codex', ''],
  ['work', 'codex'],
])('sends what the address demands, and nothing that it refuses: %s %s', async (name, oauth) => {
  await (await open(name, oauth)).doStream(asked('text=ok'))
  const { body, path, headers } = server.lastRequest!
  expect(path).toBe('/v1/responses')
  expect(body).toMatchObject({
    ...{ stream: true, store: false, parallel_tool_calls: true },
    instructions: 'You are helpful.\n\nBe brief.',
    include: ['reasoning.encrypted_content'],
  })
  expect((body.input as Array<{ role: string }>).map(({ role }) => role)).toEqual(['user'])
  for (const refused of [
    ...['max_output_tokens', 'temperature', 'top_p', 'truncation', 'user', 'safety_identifier'],
    ...['previous_response_id', 'prompt_cache_retention'],
  ]) {
    expect(body).not.toHaveProperty(refused)
  }
  expect(JSON.stringify(headers)).not.toMatch(/codex|originator|openai-beta/i)
})

it('puts an answer in one piece together from a stream', async () => {
  const model = await open('codex', '')
  const tools = [{ type: 'function' as const, name: 'read_file', inputSchema: { type: 'object' as const } }]
  const question = asked('think=2 say="Let me look." call=read_file:{"path":"a"} usage=12,34')
  const answer = await model.doGenerate({ ...question, tools })
  expect(server.lastRequest).toMatchObject({ stream: true })
  expect(answer.content.map(({ type }) => type)).toEqual(['reasoning', 'text', 'tool-call'])
  expect(answer.content[1]).toMatchObject({ text: 'Let me look.' })
  expect(answer.content[2]).toMatchObject({ toolName: 'read_file', input: '{"path":"a"}' })
  expect(answer).toMatchObject({
    finishReason: { unified: 'tool-calls' },
    usage: { inputTokens: { total: 12 }, outputTokens: { total: 34 } },
  })
})

it('rejects when the stream breaks off', async () => {
  await expect((await open('codex', '')).doGenerate(asked('tokens=9 cut=3'))).rejects.toThrow('middle of its answer')
})
