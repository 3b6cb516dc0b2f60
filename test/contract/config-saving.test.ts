/** What a save does, refuses and leaves behind: api-behaviour.md sections 6.3, 7.3 to 7.5 and 7.8; our history. */
import { expect, it } from 'vitest'
import { jsonOf } from '../support/json.ts'
import { connect } from '../support/live-client.ts'
import { post } from '../support/post.ts'
import { configFor, scriptedModel } from '../support/scripted-model.ts'
import { describeTargets, HOSTED, shareTarget, type Target } from '../support/targets.ts'

const read = async (target: Target, path = '/api/config') => jsonOf(target.fetch(path))

/** The config as it is shown, with sections changed; what a console posts. */
async function edited(target: Target, sections: Record<string, object>) {
  const config = await read(target)
  for (const [name, changes] of Object.entries(sections)) Object.assign(config[name], changes)
  return config
}

describeTargets('POST /api/config refuses', (_, name) => {
  const target = shareTarget(name)

  it.each([
    [{ gateway: { port: 70000 } }, ['gateway.port must be in 1..65535']],
    [
      { cron: { max_workers: 0, min_sleep_sec: 9, max_sleep_sec: 3 } },
      ['cron.min_sleep_sec must be <= cron.max_sleep_sec', 'cron.max_workers must be > 0'],
    ],
    [{ agents: { defaults: { max_tool_iterations: -1 } } }, ['agents.defaults.max_tool_iterations must be > 0']],
    [
      { agents: { defaults: { model: { primary: 'nobody/x' } } } },
      ['agents.defaults.model.primary "nobody/x" references unknown provider "nobody"'],
    ],
    [
      { channels: { telegram: { enabled: true } } },
      ['channels.telegram.token is required when channels.telegram.enabled=true'],
    ],
    [
      { models: { providers: { p: { api_base: '', timeout_sec: 0, auth: 'magic', models: ['m'] } } } },
      [
        'models.providers.p.api_base is required',
        'models.providers.p.timeout_sec must be > 0',
        'models.providers.p.auth must be one of: bearer, oauth, hybrid, none',
      ],
    ],
    [{ sentinel: { webhook_url: 'ftp://x.example' } }, ['sentinel.webhook_url must use http or https']],
  ])('what breaks a rule, in the words of the contract: %j', async (body, errors) => {
    const before = await (await target().fetch('/api/config')).text()
    const answer = await post(target(), '/api/config', body)
    expect([answer.status, answer.headers.get('content-type')]).toEqual([400, 'application/json'])
    expect(await jsonOf(answer)).toEqual({ ok: false, error: `invalid config: ${errors.join('; ')}`, errors })
    expect(await (await target().fetch('/api/config')).text()).toBe(before)
  })

  it.each([
    ['{"agents": ', '', 'decode config: '],
    ['', '', 'decode config: '],
    ['[]', '', 'decode config: '],
    ['"x"', '?mode=raw', 'decode config: '],
    ['{"gateway": {"port": "many"}}', '', 'decode config: '],
    ['{"gateway": {"token": "SECRET", }}', '', 'decode config: '],
    ['{"core": {"tools": {"shell_enabled": "yes"}}}', '?mode=normalized', 'decode normalized config: '],
    ['nope', '?mode=normalized', 'decode normalized config: '],
    ['{}', '?mode=hot', 'unsupported config mode: hot\n'],
    ['{}', '?mode=other', 'unsupported config mode: other\n'],
  ])('what cannot be read, as plain text: %s %s', async (body, query, beginning) => {
    const answer = await post(target(), `/api/config${query}`, body)
    expect([answer.status, answer.headers.get('content-type')]).toEqual([400, 'text/plain; charset=utf-8'])
    const text = await answer.text()
    expect(text.slice(0, beginning.length)).toBe(beginning)
    expect(text).toMatch(/[^\n]\n$/)
    expect(text).not.toContain('SECRET')
  })

  it('a place that would reach into the language’s own objects', async () => {
    await post(
      target(),
      '/api/config',
      '{"__proto__": {"polluted": true}, "constructor": {"prototype": {"polluted": 1}}}',
    )
    expect((await target().fetch('/api/version')).status).toBe(200)
    expect((await read(target())).polluted).toBeUndefined()
  })
})

describeTargets('POST /api/config puts in force without a restart', (open) => {
  it('another model', async () => {
    const [before, after] = [await scriptedModel(), await scriptedModel()]
    const target = await open({ config: configFor(before) })
    await post(target, '/api/chat', { message: 'text="one"' })
    const config = await edited(target, { models: configFor(after).models as object })
    expect((await post(target, '/api/config', config)).status).toBe(200)
    expect(await jsonOf(post(target, '/api/chat', { message: 'text="two"' }))).toMatchObject({ reply: 'two' })
    expect([before.requests.length, after.requests.length]).toEqual([1, 1])
  })

  it.skipIf(HOSTED)('another token, at once and for good', async () => {
    const target = await open()
    const config = await edited(target, { gateway: { token: 'cg_another_token' } })
    expect((await post(target, '/api/config', config)).status).toBe(200)
    const now = { headers: { authorization: 'Bearer cg_another_token' } }
    expect((await target.fetch('/api/version')).status).toBe(401)
    expect((await fetch(`${target.url}/api/version`, now)).status).toBe(200)
    await target.restart()
    expect((await fetch(`${target.url}/api/version`, now)).status).toBe(200)
  })

  it.skipIf(HOSTED)('other origins', async () => {
    const target = await open()
    const origin = 'https://console.example'
    const allowed = async () =>
      (await fetch(`${target.url}/health2`, { headers: { origin } })).headers.get('access-control-allow-origin')
    expect(await allowed()).toBeNull()
    await post(target, '/api/config', await edited(target, { gateway: { allowed_origins: [origin] } }))
    expect(await allowed()).toBe(origin)
  })

  it('one whole save after the other, when many come at once', async () => {
    const target = await open()
    const config = await read(target)
    const statuses = await Promise.all(
      Array.from({ length: 8 }, async (_, i) => {
        const mine = structuredClone(config)
        mine.agents.defaults.max_tool_iterations = 30 + i
        mine.agents.defaults.max_tokens = 3000 + i
        return (await post(target, '/api/config', mine)).status
      }),
    )
    expect(statuses).toEqual(Array(8).fill(200))
    const { max_tool_iterations, max_tokens } = (await read(target)).agents.defaults
    expect(max_tokens - 3000).toBe(max_tool_iterations - 30)
  })
})

describeTargets('GET /api/events/live', (_, name) => {
  const target = shareTarget(name)

  it('says ready first, and config_changed to every watcher after a save, once and only if it was taken', async () => {
    const url = `${target().socketUrl}/api/events/live?token=${target().token}`
    const watchers = [await connect(url), await connect(url)]
    for (const watcher of watchers) await watcher.until(({ type }) => type === 'ready')
    // What clients say is ignored, whatever it is.
    watchers[0]!.send('{nope')
    watchers[0]!.send({ type: 'config_changed', source: 'me' })
    await post(target(), '/api/config', { gateway: { port: 0.5 } })
    await post(target(), '/api/config', { cron: { max_workers: 0 } })
    const config = await edited(target(), { cron: { max_workers: 7 } })
    await post(target(), '/api/config', config)
    for (const watcher of watchers) {
      await watcher.until(({ type }) => type === 'config_changed')
      expect(watcher.frames).toEqual([{ type: 'ready' }, { type: 'config_changed', source: 'webui' }])
      watcher.close()
      await watcher.closed
    }
  })

  it('refuses the upgrade without the token, of a stranger’s page, and what is no upgrade', async () => {
    const url = `${target().socketUrl}/api/events/live`
    const headers = { authorization: `Bearer ${target().token}` }
    await expect(connect(url)).rejects.toMatchObject({ status: 401 })
    await expect(connect(url, { ...headers, origin: 'https://evil.example' })).rejects.toMatchObject({ status: 403 })
    const client = await connect(url, { ...headers, origin: target().url })
    await client.until(({ type }) => type === 'ready')
    client.close()
    const plain = await target().fetch('/api/events/live')
    expect([plain.status, plain.headers.get('sec-websocket-version'), await plain.text()]).toEqual([
      400,
      '13',
      'Bad Request\n',
    ])
    expect((await target().fetch('/api/events/live', { method: 'POST' })).status).toBe(405)
  })

  it('goes on for the others when one watcher has gone', async () => {
    const url = `${target().socketUrl}/api/events/live?token=${target().token}`
    const [stays, goes] = [await connect(url), await connect(url)]
    for (const watcher of [stays, goes]) await watcher.until(({ type }) => type === 'ready')
    goes.close()
    expect(await goes.closed).toBeGreaterThan(0)
    await post(target(), '/api/config', await edited(target(), { cron: { max_workers: 5 } }))
    await stays.until(({ type }) => type === 'config_changed')
    stays.close()
  })
})

describeTargets('the history of the config', (open, name) => {
  const target = shareTarget(name)

  it.skipIf(HOSTED)(
    'GET /api/config/history lists what was in force, newest first, and POST /api/config/rollback puts it back',
    async () => {
      const gateway = await open()
      const original = await read(gateway)
      await post(gateway, '/api/config', { gateway: { token: 'SECRET-second' }, memory: { recent_days: 9 } })
      const headers = { authorization: 'Bearer SECRET-second' }
      const history = await jsonOf(fetch(`${gateway.url}/api/config/history`, { headers }))
      expect(history).toEqual({ ok: true, revisions: [expect.anything(), expect.anything()] })
      const [now, first] = history.revisions
      expect(now).toMatchObject({
        source: 'webui',
        changed: expect.arrayContaining(['gateway.token']),
      })
      expect(first.source).toBe('start')
      expect(now.at).toBeGreaterThanOrEqual(first.at)
      expect(JSON.stringify(history)).not.toContain('SECRET')

      const back = await fetch(`${gateway.url}/api/config/rollback`, {
        method: 'POST',
        headers,
        body: JSON.stringify({ id: first.id }),
      })
      expect([back.status, await back.text()]).toEqual([200, '{"ok":true}\n'])
      expect(await read(gateway)).toEqual(original)
      expect((await read(gateway, '/api/config/history')).revisions).toHaveLength(3)
    },
  )

  it('knows no other revisions', async () => {
    const unknown = await post(target(), '/api/config/rollback', { id: 4711 })
    expect([unknown.status, unknown.headers.get('content-type')]).toEqual([404, 'text/plain; charset=utf-8'])
    for (const body of ['{}', '{"id": "1"}', '{"id": 1.5}', '[]', '']) {
      const answer = await post(target(), '/api/config/rollback', body)
      expect([body, answer.status, await answer.text()]).toEqual([body, 400, 'invalid json\n'])
    }
  })

  it('GET /api/config/schema describes every key that GET /api/config shows', async () => {
    const schema = await read(target(), '/api/config/schema')
    expect(schema.$schema).toBe('https://json-schema.org/draft/2020-12/schema')
    for (const [section, values] of Object.entries(await read(target()))) {
      const described = schema.properties[section].properties
      expect([section, Object.keys(values as object).filter((key) => !(key in described))]).toEqual([section, []])
    }
    expect(schema.properties.agents.properties.defaults.properties.model.properties).toHaveProperty('fallbacks')
    expect(JSON.stringify(schema)).not.toContain(target().token)
  })
})
