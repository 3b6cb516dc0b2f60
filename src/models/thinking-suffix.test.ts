/** `model(high)` on the wire of each protocol: providers.md section 3. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { portsOf } from '../../test/support/model-ports.ts'
import { type ModelServer, startModelServer } from '../../test/support/model-server.ts'
import { openLanguageModel } from './language-model.ts'
import { providerKind } from './provider-kind.ts'
import { splitThinking } from './thinking-suffix.ts'

let server: ModelServer
beforeAll(async () => {
  server = await startModelServer()
})
afterAll(() => server.close())

/** What a call to the model looks like on the wire. */
async function sent(name: string, modelId: string, providerOptions?: Record<string, Record<string, never>>) {
  const api_base = name === 'my-server' || name === 'openai' ? `${server.url}/v1` : server.url
  const settings = { api_base, models: [modelId], auth: 'none', ...(name === 'openai' && { type: 'openai' }) }
  const route = {
    ...{ ref: `${name}/${modelId}`, provider: name, modelId, kind: providerKind(name, settings) },
    ...{ key: undefined, settings, source: 'config' as const, detail: '' },
  }
  const model = await openLanguageModel(route, portsOf(name, settings))
  await model.doGenerate({
    prompt: [{ role: 'user', content: [{ type: 'text', text: 'text=ok' }] }],
    ...(providerOptions ? { providerOptions } : {}),
  })
  return server.lastRequest!
}

describe('the name', () => {
  it.each<[string, string, string | number | undefined]>([
    ['gemini-2.5-pro(high)', 'gemini-2.5-pro', 'high'],
    ['m( HIGH )', 'm', 'high'],
    ['m(8192)', 'm', 8192],
    ['m(none)', 'm', 0],
    ['m(auto)', 'm', -1],
    ['m(-1)', 'm', -1],
    ['m(0)', 'm', 0],
    ['vendor/m:free(low)', 'vendor/m:free', 'low'],
    ['m(beta)', 'm(beta)', undefined],
    ['m(high) v2', 'm(high) v2', undefined],
    ['m', 'm', undefined],
    ['(high)', '(high)', undefined],
  ])('%s is %s with %s', (given, name, thinking) => {
    expect(splitThinking(given)).toEqual({ name, thinking })
  })
})

describe('chat completions', () => {
  it.each<[string, object]>([
    ['minimal', { reasoning_effort: 'low' }],
    ['low', { reasoning_effort: 'low' }],
    ['medium', { reasoning_effort: 'medium' }],
    ['max', { reasoning_effort: 'high' }],
    ['auto', { reasoning_effort: 'auto' }],
    ['none', { thinking: { type: 'disabled' } }],
    ['0', { thinking: { type: 'disabled' } }],
    ['4096', { thinking: { type: 'enabled', budget_tokens: 4096 } }],
  ])('(%s)', async (suffix, expected) => {
    const { body, model } = await sent('my-server', `m-1(${suffix})`)
    expect(model).toBe('m-1')
    expect(body).toMatchObject(expected)
  })

  it('without a suffix says nothing', async () => {
    const { body } = await sent('my-server', 'm-1')
    expect(Object.keys(body)).not.toEqual(expect.arrayContaining(['thinking']))
    expect(body).not.toHaveProperty('reasoning_effort')
  })
})

describe('Google', () => {
  it.each<[string, object]>([
    ['gemini-2.5-pro(minimal)', { thinkingBudget: 128, includeThoughts: true }],
    ['gemini-2.5-pro(low)', { thinkingBudget: 1024, includeThoughts: true }],
    ['gemini-2.5-pro(medium)', { thinkingBudget: 8192, includeThoughts: true }],
    ['gemini-2.5-pro(high)', { thinkingBudget: 24_576, includeThoughts: true }],
    ['gemini-2.5-pro(xhigh)', { thinkingBudget: 32_768, includeThoughts: true }],
    ['gemini-2.5-pro(auto)', { thinkingBudget: -1, includeThoughts: true }],
    ['gemini-2.5-pro(none)', { thinkingBudget: 128, includeThoughts: false }],
    ['gemini-2.5-pro(777)', { thinkingBudget: 777, includeThoughts: true }],
    ['gemini-3-pro(minimal)', { thinkingLevel: 'low', includeThoughts: true }],
    ['gemini-3-pro(medium)', { thinkingLevel: 'medium', includeThoughts: true }],
    ['gemini-3-pro(max)', { thinkingLevel: 'high', includeThoughts: true }],
    ['gemini-3-pro(none)', { thinkingLevel: 'low', includeThoughts: false }],
    ['gemini-3-pro(777)', { thinkingBudget: 777, includeThoughts: true }],
  ])('%s', async (modelId, expected) => {
    const { body, path } = await sent('google', modelId)
    expect(path).toBe(`/v1beta/models/${modelId.replace(/\(.*/, '')}:generateContent`)
    expect(body.generationConfig).toMatchObject({ thinkingConfig: expected })
  })

  it('leaves it to the caller whether thoughts are shown', async () => {
    const thinkingConfig = { includeThoughts: false } as never
    const { body } = await sent('google', 'gemini-2.5-pro(low)', { google: { thinkingConfig } })
    expect(body.generationConfig).toMatchObject({ thinkingConfig: { thinkingBudget: 1024, includeThoughts: false } })
  })
})

it('asks OpenAI for an effort, and Anthropic for a budget', async () => {
  expect((await sent('openai', 'gpt-5.4(low)')).body).toMatchObject({ model: 'gpt-5.4', reasoning: { effort: 'low' } })
  expect((await sent('openai', 'gpt-5.4(20000)')).body).toMatchObject({ reasoning: { effort: 'high' } })
  const { body } = await sent('anthropic', 'claude-sonnet-4-5(4096)')
  expect(body).toMatchObject({ model: 'claude-sonnet-4-5', thinking: { type: 'enabled', budget_tokens: 4096 } })
})
