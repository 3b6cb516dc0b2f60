/**
 * What the model room adds to a model call: choosing the model and its fallbacks, the credential, the repairs of the answer.
 * Against the provider's SDK alone, on the same upstream, call by call in turn.
 */
import type { LanguageModelV4, LanguageModelV4CallOptions } from '@ai-sdk/provider'
import { openAccountHome } from '../../test/support/account-home.ts'
import { startOAuthServer } from '../../test/support/oauth-server.ts'
import { type Figure, median } from '../figures.ts'
import { startModel } from '../gateways.ts'
import type { Measurement } from '../stage.ts'

const AIM_MS = 0.2
const KEY = 'sk-the-key-of-the-owner'
/** As a turn asks: with tools, so that printed calls are looked for, and some words that come at once. */
const CALL: LanguageModelV4CallOptions = {
  prompt: [
    { role: 'system', content: 'You are a helpful assistant.' },
    { role: 'user', content: [{ type: 'text', text: 'tokens=8' }] },
  ],
  maxOutputTokens: 1000,
  tools: [{ type: 'function', name: 'read_file', inputSchema: { type: 'object', properties: {} } }],
}

export const pool: Measurement = {
  name: 'pool',
  about: 'ms that choosing model and credential and repairing answers add to a model call, against the SDK alone',
  runtimes: ['node'],
  async run(stage) {
    const upstream = await startModel(stage)
    const issuer = await startOAuthServer()
    stage.after(() => issuer.close())
    const baseUrl = `${upstream.url}/v1`
    const model = { baseUrl, signers: [], close: async () => {} }
    const { createOpenAICompatible } = await import('@ai-sdk/openai-compatible')
    const plain = createOpenAICompatible({ name: 'plain', baseURL: baseUrl, apiKey: KEY, includeUsage: true })('m-1')
    const figures: Figure[] = []
    for (const auth of ['bearer', 'oauth'] as const) {
      const files = { 'a.json': { ...issuer.issue('ann@example.com'), email: 'ann@example.com' } }
      const home = await openAccountHome({ issuer, model, files, provider: { auth, api_key: KEY } })
      const ours = async () => {
        home.time.now = Date.now()
        const [candidate] = await home.models.candidates()
        await read(candidate!.model)
        home.models.succeeded(candidate!)
      }
      const times = await inTurn(stage.pick(2000, 400), ours, () => read(plain))
      home.close()
      const [value, baseline] = [median(times.ours), median(times.baseline)]
      figures.push({
        name: `model call, ${auth === 'oauth' ? 'an account' : 'a key'} signs, p50`,
        runtime: 'node',
        unit: 'ms',
        value,
        baseline,
        against: 'the SDK alone',
        ratio: value / baseline,
        aim: `baseline + ${AIM_MS} ms`,
        met: value - baseline < AIM_MS,
      })
    }
    return figures
  },
}

/** The times of both, one call of each in turn, after a tenth that nobody counts. */
async function inTurn(calls: number, ours: () => Promise<void>, baseline: () => Promise<void>) {
  const times = { ours: [] as number[], baseline: [] as number[] }
  for (let i = -calls / 10; i < calls; i++) {
    const order = i % 2 === 0 ? (['ours', 'baseline'] as const) : (['baseline', 'ours'] as const)
    for (const which of order) {
      const started = performance.now()
      await (which === 'ours' ? ours() : baseline())
      if (i >= 0) times[which].push(performance.now() - started)
    }
  }
  return times
}

/** Asks and reads the whole stream; throws what it reports. */
async function read(model: LanguageModelV4): Promise<void> {
  const { stream } = await model.doStream(CALL)
  const reader = stream.getReader()
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    if (part.value.type === 'error') throw part.value.error
  }
}
