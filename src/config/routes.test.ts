import { beforeEach, describe, expect, it } from 'vitest'
import { nodeDatabase } from '../../adapters/node/database.ts'
import { memoryFiles } from '../../test/support/memory-files.ts'
import { BEARER, testApp } from '../http/gateway-for-tests.ts'
import { fileOf, openConfig, type TestHome } from './config-for-tests.ts'
import { EVERY_KEY } from './every-key.fixture.ts'
import { type ConfigService, configRoutes } from './index.ts'

let home: TestHome
let service: ConfigService
let ask: ReturnType<typeof testApp>['ask']
beforeEach(async () => {
  home = { db: nodeDatabase(':memory:'), files: memoryFiles() }
  service = await openConfig(home, { token: 't' })
  ask = testApp({ db: home.db, routes: configRoutes(service) }).ask
})

const get = (query = '') => ask(`/api/config${query}`, { headers: BEARER })
const post = (body: unknown, query = '') =>
  ask(`/api/config${query}`, {
    method: 'POST',
    headers: BEARER,
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
const json = async (answer: Promise<Response>) =>
  (await answer).json() as Promise<Record<string, Record<string, unknown>>>
const view = () => json(get('?mode=normalized')).then(({ config }) => config!)

describe('GET /api/config', () => {
  it('answers the bare config, indented, keys in order, without a last line feed', async () => {
    const response = await get()
    expect(response.headers.get('content-type')).toBe('application/json')
    const text = await response.text()
    expect(text).toMatch(/^\{\n {2}"agents": \{\n {4}"communication": \{/)
    expect(text).toMatch(/\n\}$/)
    expect(JSON.parse(text)).toEqual(service.plain())
    expect(await (await get('?mode=nonsense')).text()).toBe(text)
  })

  it.each(['?mode=hot', '?mode=%20HOT%20', '?include_hot_reload_fields=1'])(
    '%s adds the hot reload fields',
    async (query) => {
      const body = await json(get(query))
      expect(Object.keys(body).sort()).toEqual(['config', 'hot_reload_field_details', 'hot_reload_fields', 'ok'])
      expect(body.config).toEqual(service.plain())
      expect(body.hot_reload_fields).toHaveLength(9)
      expect(body.hot_reload_field_details![8]).toEqual({
        path: 'gateway.*',
        name: 'Gateway',
        description: 'Mostly hot-reloadable; host/port may require restart',
      })
    },
  )

  it('only takes 1 for the flag', async () => {
    expect(await json(get('?include_hot_reload_fields=true'))).toEqual(service.plain())
  })

  it('answers the normalized view beside all that is in force', async () => {
    expect(await json(get('?mode=normalized'))).toEqual({
      ok: true,
      config: {
        core: {
          default_provider: 'openai',
          default_model: 'gpt-5.4',
          main_agent_id: 'main',
          tools: { shell_enabled: true, mcp_enabled: false },
          gateway: { host: '127.0.0.1', port: 18790 },
        },
        runtime: {
          router: {
            enabled: false,
            strategy: 'rules_first',
            max_hops: 6,
            default_timeout_sec: 600,
            sticky_thread_owner: true,
          },
          providers: {
            openai: {
              api_base: 'https://api.openai.com/v1',
              timeout_sec: 90,
              oauth: {},
              responses: {
                api: '',
                web_search_enabled: false,
                web_search_context_size: '',
                file_search_vector_store_ids: [],
                file_search_max_num_results: 0,
                include: [],
                stream_include_usage: false,
              },
            },
          },
        },
      },
      raw_config: service.raw(),
    })
    expect(await json(get('?mode=normalized&include_hot_reload_fields=1'))).toHaveProperty('hot_reload_fields')
  })
})

describe('POST /api/config', () => {
  it('saves a raw config and gives it back whole, secrets masked', async () => {
    const response = await post(EVERY_KEY)
    expect([response.status, await response.text()]).toEqual([200, '{"ok":true}\n'])
    expect(await fileOf(home)).toEqual(EVERY_KEY)
    const shown = await (await get()).text()
    expect(shown).not.toContain('SECRET')
    const again = await post(shown, '?mode=raw')
    expect(again.status).toBe(200)
    expect(await fileOf(home)).toMatchObject(EVERY_KEY)
  })

  it('answers broken rules with the list of them', async () => {
    const response = await post({ gateway: { port: 0 }, cron: { max_workers: 0 } })
    expect(response.status).toBe(400)
    expect(await response.json()).toEqual({
      ok: false,
      error: 'invalid config: gateway.port must be in 1..65535; cron.max_workers must be > 0',
      errors: ['gateway.port must be in 1..65535', 'cron.max_workers must be > 0'],
    })
  })

  it.each([
    ['{"gateway":{"token":"abc",', '', /^decode config: not valid JSON/],
    ['', '', /^decode config: the file is empty|^decode config: .*EOF/],
    ['5', '', /^decode config: json: cannot unmarshal number/],
    ['{"gateway":{"port":"1"}}', '?mode=raw', /^decode config: json: .*gateway\.port of type int/],
    ['[1', '?mode=normalized', /^decode normalized config: not valid JSON/],
    [
      '{"core":{"gateway":{"port":"1"}}}',
      '?mode=normalized',
      /^decode normalized config: .*core\.gateway\.port of type int/,
    ],
    ['{}', '?mode=hot', /^unsupported config mode: hot\n$/],
  ])('refuses %s%s', async (body, query, message) => {
    const response = await post(body, query)
    expect(response.status).toBe(400)
    const text = await response.text()
    expect(text).toMatch(message)
    expect(text).not.toContain('abc')
  })

  it('reads the first JSON value, whatever follows', async () => {
    expect((await post('{"gateway":{"port":5}} trailing')).status).toBe(200)
    expect(service.current.gateway.port).toBe(5)
  })

  it('is refused with 413 when it is too large', async () => {
    expect((await post({ x: 'x'.repeat(1024 * 1024) })).status).toBe(413)
  })

  it('answers 400 and keeps the old config when it cannot be applied', async () => {
    service.subscribe(() => {
      throw new Error('no')
    })
    const response = await post({ gateway: { port: 5 } })
    expect([response.status, await response.text()]).toEqual([400, 'apply config: no\n'])
    expect(service.current.gateway.port).toBe(18790)
  })
})

describe('POST /api/config?mode=normalized', () => {
  const save = async (body: unknown) => expect((await post(body, '?mode=normalized')).status).toBe(200)

  it('changes nothing when the view comes back as it is', async () => {
    await post(EVERY_KEY)
    const before = service.current
    await save(await view())
    expect(service.current).toEqual(before)
    expect(await fileOf(home)).toMatchObject({ plugins: EVERY_KEY.plugins, gateway: EVERY_KEY.gateway })
  })

  it('applies what it lists and keeps the rest', async () => {
    await post(EVERY_KEY)
    const edited = (await view()) as {
      core: Record<string, unknown>
      runtime: { router: Record<string, unknown>; providers: Record<string, Record<string, unknown>> }
    }
    edited.core = {
      ...edited.core,
      default_provider: 'Anthropic',
      default_model: 'opus',
      gateway: { host: ' ', port: 77 },
      tools: {},
      subagents: { coder: { enabled: true, prompt: 'new.md', provider: 'openai', runtime_class: 'provider_bound' } },
    }
    edited.runtime.router = { enabled: false, max_hops: 0 }
    edited.runtime.providers = {
      claude: { api_base: 'https://claude.example', timeout_sec: 4, auth: 'oauth', oauth: { provider: 'claude' } },
      proxy: { api_base: 'https://other.example', max_tokens: -1 },
    }
    await save(edited)
    const { agents, models, tools, gateway } = service.current
    expect(agents.defaults.model.primary).toBe('claude/opus')
    expect(gateway).toEqual({ ...EVERY_KEY.gateway, port: 77 })
    expect(tools).toMatchObject({ shell: { enabled: false }, mcp: { enabled: false, servers: { local: {} } } })
    expect(agents.subagents.coder).toMatchObject({
      role: '',
      system_prompt_file: 'new.md',
      display_name: 'Coder',
      tools: { allowlist: [], denylist: ['spawn'] },
      runtime: { provider: 'openai', model: 'small' },
    })
    expect(agents.subagents.chief).toBeDefined()
    expect(agents.router).toMatchObject({ enabled: false, rules: [], sticky_thread_owner: false, strategy: 'manual' })
    expect(models.providers.proxy).toMatchObject({
      api_key: 'SECRET-proxy',
      api_base: 'https://other.example',
      models: ['big/model', 'small'],
      max_tokens: 5,
      temperature: 0,
      timeout_sec: 10,
      auth: '',
      oauth: { provider: '', client_secret: '', scopes: [] },
      responses: { api: '', include: [] },
      supports_responses_compact: true,
    })
    expect(models.providers.openai!.api_key).toBe('SECRET-openai')
    expect(models.providers.claude).toMatchObject({ auth: 'oauth', models: [] })
  })

  it('does not lose the default provider that is in no file', async () => {
    const edited = (await view()) as { runtime: { providers: Record<string, unknown> } }
    edited.runtime.providers = {
      other: { api_base: 'https://a', timeout_sec: 5, auth: 'oauth', oauth: { provider: 'x' } },
    }
    await save(edited)
    expect(service.current.models.providers.openai).toMatchObject({ models: ['gpt-5.4'], timeout_sec: 90 })
  })
})

describe('history and schema', () => {
  it('lists revisions without contents and puts one back', async () => {
    await post(EVERY_KEY)
    const listed = await ask('/api/config/history', { headers: BEARER })
    const text = await listed.text()
    expect(text).not.toContain('SECRET')
    const { revisions } = JSON.parse(text) as { revisions: Array<{ id: number; source: string }> }
    expect(revisions.map(({ source }) => source)).toEqual(['webui', 'start'])
    const rollback = (id: unknown) =>
      ask('/api/config/rollback', { method: 'POST', headers: BEARER, body: JSON.stringify({ id }) })
    expect((await rollback(revisions[1]!.id)).status).toBe(200)
    expect(service.current.gateway.token).toBe('t')
    expect((await rollback(1000)).status).toBe(404)
    expect((await rollback('x')).status).toBe(400)
  })

  it('serves the JSON Schema', async () => {
    const schema = await json(ask('/api/config/schema', { headers: BEARER }))
    expect(schema).toMatchObject({ type: 'object', properties: { gateway: { type: 'object' } } })
  })
})
