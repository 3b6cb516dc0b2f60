import * as fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import { nodeDatabase } from '../../adapters/node/database.ts'
import { memoryFiles } from '../../test/support/memory-files.ts'
import { fileOf, openConfig, type TestHome } from './config-for-tests.ts'
import { EVERY_KEY } from './every-key.fixture.ts'
import { type ConfigService, configSchema } from './index.ts'
import { Masks } from './masks.ts'

const MASK = /^\*{4}[0-9a-f]{12}$/

let home: TestHome
let service: ConfigService
beforeEach(async () => {
  home = { db: nodeDatabase(':memory:'), files: memoryFiles() }
  service = await openConfig(home, { token: 'the-token' })
})

const view = () => service.plain() as typeof EVERY_KEY
const save = (body: unknown) => service.saveRaw(body, 'webui')

describe('what leaves', () => {
  it('holds no secret, in any view', async () => {
    await save(EVERY_KEY)
    for (const shown of [service.plain(), service.raw(), service.normalized()]) {
      expect(JSON.stringify(shown)).not.toContain('SECRET')
    }
    expect(JSON.stringify(await fileOf(home)).match(/SECRET/g)).toHaveLength(
      JSON.stringify(EVERY_KEY).match(/SECRET/g)!.length,
    )
  })

  it('masks only the secret part of a URL or an argument', async () => {
    await save(EVERY_KEY)
    const { models, sentinel, tools } = view()
    expect(models.providers.proxy.api_base).toMatch(/^https:\/\/user:\*{4}[0-9a-f]{12}@proxy\.example\/v1$/)
    expect(models.providers.proxy.oauth.network_proxy).toMatch(/^http:\/\/me:\*{4}[0-9a-f]{12}@proxy\.example:8080$/)
    expect(sentinel.webhook_url).toMatch(/^https:\/\/hooks\.example\/services\/\*{4}[0-9a-f]{12}$/)
    expect(tools.mcp.servers.remote.url).toMatch(/^https:\/\/mcp\.example\/s\/\*{4}\w{12}\/mcp\?key=\*{4}\w{12}$/)
    expect(tools.mcp.servers.local.args[2]).toMatch(/^--api-key=\*{4}[0-9a-f]{12}$/)
    expect(tools.mcp.servers.local.args[4]).toMatch(MASK)
  })

  it('leaves what is no secret readable, empty secrets too', async () => {
    await save({
      ...EVERY_KEY,
      sentinel: { webhook_url: 'https://hooks.example/notify/me' },
      channels: { feishu: { app_secret: '' } },
      plugins: { token_budget: 5000, max_tokens: 100, url: 'https://docs.example/a/very-long-readable-path' },
    })
    const shown = view()
    expect(shown.channels.feishu.app_secret).toBe('')
    expect(shown.sentinel.webhook_url).toBe('https://hooks.example/notify/me')
    expect(shown.plugins).toEqual({
      token_budget: 5000,
      max_tokens: 100,
      url: 'https://docs.example/a/very-long-readable-path',
    })
    expect(shown.agents.defaults.max_tokens).toBe(1000)
  })

  it('finds secrets among unknown keys, whatever their type and depth', async () => {
    await save({
      plugins: {
        botToken: 'SECRET',
        apiKey: 'SECRET',
        password: 123456,
        secrets: { deep: [{ a: 'SECRET' }] },
        notes: 'sk-SECRET0123456789',
        dsn: 'postgres://app:SECRET@db/x',
        hook: 'https://api.telegram.org/bot123456:SECRETabcdef/sendMessage',
        proxy: 'https://SECRET@host',
      },
    })
    expect(JSON.stringify(service.plain())).not.toMatch(/SECRET|123456/)
    await save(service.plain())
    expect(await fileOf(home)).toMatchObject({ plugins: { password: 123456, secrets: { deep: [{ a: 'SECRET' }] } } })
  })

  it('is the same mask for the same secret, also after a restart, and another in another home', async () => {
    const mask = view().gateway.token
    expect((await openConfig(home)).get('gateway.token')).toBe(mask)
    const other = await openConfig({ db: nodeDatabase(':memory:'), files: memoryFiles() }, { token: 'the-token' })
    expect(other.get('gateway.token')).not.toBe(mask)
  })

  it('covers secrets of the environment', async () => {
    const withEnv = await openConfig(home, { env: { CLAWGO_TOOLS_WEB_SEARCH_API_KEY: 'SECRET' } })
    expect(withEnv.current.tools.web.search.api_key).toBe('SECRET')
    expect(JSON.stringify(withEnv.raw())).not.toContain('SECRET')
    await withEnv.saveRaw(withEnv.raw(), 'webui')
    expect(JSON.stringify(await fileOf(home))).not.toContain('SECRET')
  })
})

describe('what comes back', () => {
  it('keeps every secret through read, edit, save', async () => {
    await save(EVERY_KEY)
    const before = service.current
    const edited = structuredClone(view())
    edited.gateway.port = 4321
    await save(edited)
    expect(service.current).toEqual({ ...before, gateway: { ...before.gateway, port: 4321 } })
    expect(await fileOf(home)).toMatchObject({ ...EVERY_KEY, gateway: { ...EVERY_KEY.gateway, port: 4321 } })
  })

  it('keeps every secret through the normalized view', async () => {
    await save(EVERY_KEY)
    const before = service.current
    await service.saveNormalized(service.normalized(), 'webui')
    expect(service.current).toEqual(before)
  })

  it('lets an earlier copy be put back after its secrets were taken out', async () => {
    await save(EVERY_KEY)
    const before = service.current
    const copy = view()
    await save({ gateway: { token: 'another' } })
    expect(JSON.stringify(await fileOf(home))).not.toContain('SECRET')
    const restarted = await openConfig(home)
    await restarted.saveRaw(copy, 'webui')
    expect(restarted.current).toEqual(before)
  })

  it('moves with its field: a renamed provider, a reordered account', async () => {
    await save(EVERY_KEY)
    const edited = structuredClone(view())
    const { proxy, ...rest } = edited.models.providers
    await save({ ...edited, models: { providers: { ...rest, proxy, renamed: proxy } } })
    expect(service.current.models.providers.renamed!.api_key).toBe('SECRET-proxy')
  })

  it('can be replaced, one part of a URL beside another', async () => {
    await save(EVERY_KEY)
    const edited = structuredClone(view())
    edited.tools.mcp.servers.remote.url = edited.tools.mcp.servers.remote.url.replace(/key=.*/, 'key=new')
    await save(edited)
    const url = 'https://mcp.example/s/SECRET0123456789abcdef/mcp?key=new'
    expect(service.current.tools.mcp.servers.remote!.url).toBe(url)
  })

  it.each([
    [{ tools: { web: { search: { api_key: '****0123456789ab' } } } }, 'tools.web.search.api_key'],
    [{ tools: { web: { search: { api_key: '********' } } } }, 'tools.web.search.api_key'],
    [
      { channels: { weixin: { accounts: [{ bot_token: '****ffffffffffff' }] } } },
      'channels.weixin.accounts[0].bot_token',
    ],
    [{ tools: { mcp: { servers: { a: { env: { X: '****ffffffffffff' } } } } } }, 'tools.mcp.servers.a.env.X'],
    [{ plugins: { secret: '****ffffffffffff' } }, 'plugins.secret'],
  ])('is an error that names the field when it is not known: %j', async (body, field) => {
    const errors = [`${field} holds a masked secret that is no longer known, enter the secret itself`]
    await expect(save(body)).rejects.toMatchObject({
      status: 400,
      body: { ok: false, error: `invalid config: ${errors[0]}`, errors },
    })
    expect(service.current.gateway.token).toBe('the-token')
  })

  it('does not become readable in a place that is shown', async () => {
    const mask = view().gateway.token
    for (const body of [
      { logging: { filename: mask } },
      { plugins: { note: mask } },
      { models: { providers: { a: { api_base: `https://host/${mask}` } } } },
      { tools: { mcp: { servers: { a: { args: ['x', mask] } } } } },
    ]) {
      await expect(save(body)).rejects.toThrow('holds a masked secret, which is not allowed in this place')
    }
    expect(JSON.stringify(service.plain())).not.toContain('the-token')
  })

  it('is what was sent, for any document', async () => {
    const masks = await Masks.open(home.db)
    const secret = fc.stringMatching(/^S{4}[a-z0-9@:/ -]{1,12}$/)
    const text = fc.oneof(
      secret,
      fc.string(),
      fc.tuple(fc.constantFrom('user:', ''), secret).map(([user, word]) => `https://${user}${word}@host/path`),
      secret.map((word) => `https://host/?a=b&token=${encodeURIComponent(word)}#x`),
      secret.map((word) => `--token=${word}`),
      fc.constantFrom('--api-key', '-v', 'https://host/a1b2c3d4e5f6a7b8c9d0/x', ''),
    )
    const names = ['token', 'apiKey', 'note', 'url', 'args', 'network_proxy', 'gateway', 'env', 'tools', 'plugins', 'x']
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { maxDepth: 4 },
        text,
        fc.integer(),
        fc.constantFrom(null, true),
        fc.array(tie('tree'), { maxLength: 3 }),
        fc.dictionary(fc.constantFrom(...names), tie('tree'), { maxKeys: 4 }),
      ),
    }))
    const property = fc.asyncProperty(fc.dictionary(fc.constantFrom(...names), tree), async (document) => {
      await masks.learn(configSchema, [document])
      const shown = masks.mask(configSchema, document)
      expect(masks.resolve(configSchema, shown)).toEqual({ document: { ...document }, errors: [] })
      for (const each of secretsOf(document))
        expect(JSON.stringify(shown)).not.toContain(`"token":${JSON.stringify(each)}`)
    })
    await fc.assert(property, { numRuns: 300 })
  })

  it('is forgotten with the last revision that had it', async () => {
    const copy = view()
    for (let i = 0; i < 20; i++) await save({ gateway: { token: `t${i}` } })
    await expect(save(copy)).rejects.toThrow('gateway.token holds a masked secret')
  })
})

/** Texts under a key that says it is a secret. */
function secretsOf(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, each]) =>
    key === 'token' && typeof each === 'string' && each !== '' ? [each] : secretsOf(each),
  )
}
