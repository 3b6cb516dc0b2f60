/** `/api/config`, read and written whole: gateway-api.md "Config", api-behaviour.md sections 7.1 to 7.4. */
import { expect, it } from 'vitest'
import { EVERY_KEY } from '../../src/config/every-key.fixture.ts'
import { jsonOf } from '../support/json.ts'
import { post } from '../support/post.ts'
import { configFor, scriptedModel } from '../support/scripted-model.ts'
import { describeTargets, shareTarget, type Target } from '../support/targets.ts'

const MASK = /\*{4}[0-9a-f]{12}/

/** Every known key and some unknown ones, with nothing switched on that would call the internet or leave the home. */
function everyKey(token: string) {
  const config = structuredClone(EVERY_KEY)
  for (const channel of [config.channels.weixin, config.channels.telegram, config.channels.feishu]) {
    channel.enabled = false
  }
  config.tools.mcp.enabled = false
  config.agents.defaults.workspace = ''
  config.gateway.token = token
  return config
}

/** Pairs of what was sent and what came back, one a leaf. */
function* leaves(sent: unknown, got: unknown, path = ''): Generator<[path: string, sent: unknown, got: unknown]> {
  if (typeof sent !== 'object' || sent === null) return yield [path, sent, got]
  for (const [key, value] of Object.entries(sent)) {
    yield* leaves(value, (got as Record<string, unknown> | undefined)?.[key], `${path}.${key}`)
  }
}

const read = async (target: Target, query = '') => jsonOf(target.fetch(`/api/config${query}`))

describeTargets('GET /api/config', (_, name) => {
  const target = shareTarget(name, { config: { agents: { defaults: { max_tool_iterations: 7 } } } })

  it('is the file over the defaults: a bare object, indented, its keys in order, no line feed at its end', async () => {
    for (const query of ['', '?mode=raw', '?mode=nonsense', '?mode=%20RAW%20']) {
      const answer = await target().fetch(`/api/config${query}`)
      expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/json'])
      const text = await answer.text()
      const config = JSON.parse(text)
      expect(text).toBe(JSON.stringify(config, null, 2))
      expect(Object.keys(config)).toEqual(Object.keys(config).sort())
      expect(config.agents.defaults).toMatchObject({ max_tool_iterations: 7, max_tokens: 8192, temperature: 0.7 })
      expect(config.cron).toMatchObject({ min_sleep_sec: 1, max_sleep_sec: 30, max_workers: 4 })
      expect(config).not.toHaveProperty('ok')
    }
  })

  it('tells with mode=hot what a save puts in force at once', async () => {
    for (const query of ['?mode=hot', '?include_hot_reload_fields=1']) {
      const body = await read(target(), query)
      expect(Object.keys(body)).toEqual(['ok', 'config', 'hot_reload_fields', 'hot_reload_field_details'])
      expect(body.hot_reload_fields).toEqual([
        'logging.*',
        'sentinel.*',
        'agents.*',
        'models.providers.*',
        'tools.*',
        'channels.*',
        'cron.*',
        'agents.defaults.heartbeat.*',
        'gateway.*',
      ])
      expect(body.hot_reload_field_details[2]).toEqual({
        path: 'agents.*',
        name: 'Agent',
        description: 'Models, policies, and default behavior',
      })
    }
  })

  it('gives with mode=normalized the short view and the whole config', async () => {
    const body = await read(target(), '?mode=normalized')
    expect(Object.keys(body)).toEqual(['ok', 'config', 'raw_config'])
    expect(body.config.core).toMatchObject({
      default_provider: 'openai',
      default_model: 'gpt-5.4',
      main_agent_id: 'main',
      tools: { shell_enabled: true, mcp_enabled: false },
      gateway: { host: '127.0.0.1' },
    })
    expect(body.config.runtime.router).toMatchObject({ enabled: false, strategy: 'rules_first', max_hops: 6 })
    expect(body.raw_config.agents.defaults.max_tool_iterations).toBe(7)
    expect(await read(target(), '?mode=Normalized&include_hot_reload_fields=1')).toHaveProperty('hot_reload_fields')
  })

  it('shows no secret in any mode', async () => {
    const { token } = target()
    for (const query of ['', '?mode=hot', '?mode=normalized']) {
      const text = await (await target().fetch(`/api/config${query}`)).text()
      expect([query, text.includes(token), MASK.test(text)]).toEqual([query, false, true])
    }
  })
})

describeTargets('a config with every key', (open) => {
  it('comes back whole and masked, can be sent back as it came, and loses nothing', async () => {
    const target = await open()
    const sent = everyKey(target.token)
    expect(await jsonOf(post(target, '/api/config', sent))).toEqual({ ok: true })

    const first = await read(target)
    let masked = 0
    for (const [path, was, is] of leaves(sent, first)) {
      if (path === '.agents.defaults.workspace' || path === '.agents.subagents.coder.system_prompt') continue
      if (path === '.gateway.token' || String(was).includes('SECRET')) {
        expect([path, is]).toEqual([path, expect.stringMatching(MASK)])
        expect([path, String(is).includes('SECRET')]).toEqual([path, false])
        masked++
      } else expect([path, is]).toEqual([path, was])
    }
    expect(masked).toBeGreaterThan(20)

    expect(await jsonOf(post(target, '/api/config', first))).toEqual({ ok: true })
    expect(await read(target)).toEqual(first)
    await target.restart()
    expect(await read(target)).toEqual(first)
    expect(await jsonOf(post(target, '/api/config?mode=raw', first))).toEqual({ ok: true })
    expect(await read(target)).toEqual(first)
  })

  it('survives the normalized view sent back as it came', async () => {
    const target = await open()
    await post(target, '/api/config', everyKey(target.token))
    const before = await read(target)
    const view = await read(target, '?mode=normalized')
    expect(JSON.stringify(view)).not.toContain('SECRET')
    const saved = await post(target, '/api/config?mode=normalized', view.config)
    expect([saved.status, await saved.text()]).toEqual([200, '{"ok":true}\n'])
    expect((await read(target, '?mode=normalized')).config).toEqual(view.config)
    const after = await read(target)
    for (const [path, was, is] of leaves(before, after)) expect([path, is]).toEqual([path, was])
  })
})

describeTargets('a saved config', (open) => {
  it('keeps the secrets behind the masks that come back', async () => {
    const model = await scriptedModel({ apiKey: 'SECRET-of-the-vendor' })
    const config = configFor(model)
    const { local } = (config.models as { providers: { local: object } }).providers
    const target = await open({
      config: {
        ...config,
        models: { providers: { local: { ...local, auth: 'bearer', api_key: 'SECRET-of-the-vendor' } } },
      },
    })
    const shown = await read(target)
    expect(shown.models.providers.local.api_key).toMatch(MASK)
    shown.agents.defaults.max_tool_iterations = 3
    expect((await post(target, '/api/config', shown)).status).toBe(200)
    expect(await jsonOf(post(target, '/api/chat', { message: 'text="it works"' }))).toMatchObject({ reply: 'it works' })
    expect(model.lastRequest!.headers.authorization).toBe('Bearer SECRET-of-the-vendor')
  })

  it('does not take a mask of something else for a secret', async () => {
    const target = await open()
    const shown = await read(target)
    shown.models.providers.openai.api_key = '****0123456789ab'
    const answer = await post(target, '/api/config', shown)
    expect(answer.status).toBe(400)
    expect((await jsonOf(answer)).errors).toEqual([expect.stringMatching(/^models\.providers\.openai\.api_key /)])
    // A place that shows what it holds cannot be used to read a secret.
    const stolen = await read(target)
    stolen.agents.defaults.heartbeat.prompt_template = stolen.gateway.token
    expect((await post(target, '/api/config', stolen)).status).toBe(400)
  })

  it('keeps keys nobody knows, and the fallbacks of the sample config', async () => {
    const target = await open()
    const shown = await read(target)
    shown.agents.defaults.model.fallbacks = ['openai/gpt-5.4']
    shown.agents.defaults.mood = 'calm'
    shown.plugins = { weather: { units: 'metric', list: [1, null, { deep: true }] } }
    expect((await post(target, '/api/config', shown)).status).toBe(200)
    expect(await read(target)).toEqual(shown)
    const { raw_config } = await read(target, '?mode=normalized')
    expect(raw_config).toMatchObject({ plugins: shown.plugins, agents: { defaults: { mood: 'calm' } } })
  })

  it('keeps the token when it is left out', async () => {
    const target = await open()
    for (const body of [{}, { gateway: { port: 18790 } }, { gateway: { token: null } }, null]) {
      expect([body, (await post(target, '/api/config', JSON.stringify(body))).status]).toEqual([body, 200])
      expect([body, (await target.fetch('/api/version')).status]).toEqual([body, 200])
    }
    await target.restart()
    expect((await target.fetch('/api/version')).status).toBe(200)
  })
})
