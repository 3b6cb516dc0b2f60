/** `POST /api/provider/test`: a provider is tried before it is saved, and afterwards. */
import { afterAll, expect, it } from 'vitest'
import { jsonOf } from '../support/json.ts'
import { type ModelServer, startModelServer } from '../support/model-server.ts'
import { post } from '../support/post.ts'
import { describeTargets, shareTarget, type Target } from '../support/targets.ts'

const KEY = 'sk-right-0123456789'

const attempt = (target: Target, body: object) => post(target, '/api/provider/test', body)
async function refusal(answer: Promise<Response>): Promise<string> {
  const response = await answer
  return `${response.status} ${(await response.text()).trimEnd()}`
}

describeTargets('trying a provider', (_, name) => {
  let server: ModelServer
  const target = shareTarget(name, async () => {
    server = await startModelServer({ apiKey: KEY, models: ['m-1', 'm-2'] })
    const entry = { api_base: `${server.url}/v1`, models: ['m-1'], timeout_sec: 10, api_key: KEY }
    return {
      config: {
        agents: { defaults: { model: { primary: 'saved/m-1' } } },
        models: { providers: { saved: entry, wrong: { ...entry, api_key: 'sk-wrong-0123456789' } } },
      },
    }
  })
  afterAll(() => server?.close())

  it('lists the models of a saved provider, and asks one', async () => {
    expect(await jsonOf(attempt(target(), {}))).toEqual({ ok: true, models: ['m-1', 'm-2'], reply: '', duration_ms: 0 })
    const asked = await jsonOf(attempt(target(), { provider: 'saved', model: 'saved/m-2' }))
    expect(asked).toMatchObject({ ok: true, models: ['m-1', 'm-2'], reply: expect.stringMatching(/\S/) })
    expect(server.lastRequest?.model).toBe('m-2')
  })

  it('tries a key that is not saved, for each protocol, and saves nothing', async () => {
    const before = await jsonOf(target().fetch('/api/config'))
    for (const [type, base] of [
      ['openai-compatible', `${server.url}/v1`],
      ['anthropic', server.url],
    ]) {
      const provider_config = { type, api_base: base, api_key: KEY }
      const tried = await jsonOf(attempt(target(), { provider: 'fresh', provider_config, model: 'm-1' }))
      expect([type, tried]).toMatchObject([type, { ok: true, models: ['m-1', 'm-2'] }])
    }
    expect(await jsonOf(target().fetch('/api/config'))).toEqual(before)
  })

  it('says why a provider cannot be used, without its key', async () => {
    const wrong = await refusal(attempt(target(), { provider: 'wrong' }))
    expect(wrong).toMatch(/^400 The provider refused the credentials \(401\)/)
    expect(wrong).not.toContain('sk-wrong')
    const away = { api_base: 'http://127.0.0.1:9/v1', api_key: KEY }
    expect(await refusal(attempt(target(), { provider: 'away', provider_config: away }))).toMatch(/^502 /)
    expect(await refusal(attempt(target(), { provider: 'nobody' }))).toBe('404 provider "nobody" not found')
    const bare = { auth: 'bearer', api_base: 'https://api.openai.com/v1' }
    expect(await refusal(attempt(target(), { provider: 'openai', provider_config: bare }))).toMatch(
      /^400 .*has no api_key/,
    )
  })

  it('a refused trial of an unsaved key does not rest the saved one', async () => {
    const provider_config = { api_base: `${server.url}/v1`, api_key: 'sk-typo-0123456789' }
    expect(await refusal(attempt(target(), { provider: 'saved', provider_config, model: 'm-1' }))).toMatch(/^400 /)
    const { view } = await jsonOf(target().fetch('/api/provider/runtime?provider=saved'))
    expect(view.items[0].candidate_order[0]).toMatchObject({ status: 'ready' })
  })

  it('takes a masked key at its own address only', async () => {
    const { models } = await jsonOf(target().fetch('/api/config'))
    const provider_config = models.providers.saved
    expect(provider_config.api_key).toMatch(/^\*{4}/)
    expect(await jsonOf(attempt(target(), { provider: 'saved', provider_config }))).toMatchObject({ ok: true })
    const elsewhere = { ...provider_config, api_base: 'https://collector.example/v1' }
    expect(await refusal(attempt(target(), { provider: 'saved', provider_config: elsewhere }))).toMatch(
      /^400 Enter the key again/,
    )
  })
})
