/** Which models are asked, in which order, and how a failure changes that. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type NodeDatabase, nodeDatabase } from '../../adapters/node/database.ts'
import { type ModelServer, startModelServer } from '../../test/support/model-server.ts'
import { migrate } from '../db/index.ts'
import type { WorkersAi } from '../platform.ts'
import {
  createModelService,
  type ModelDeps,
  type ModelSettings,
  modelMigrations,
  type ProviderSettings,
} from './index.ts'

const UNTOUCHED: Record<string, ProviderSettings> = {
  openai: { api_key: '', api_base: 'https://api.openai.com/v1', models: ['gpt-5.4'], timeout_sec: 90 },
}
const ai: WorkersAi = { run: async () => ({ response: 'hi' }) }

let folder: string
let db: NodeDatabase
let time: number
const lines: string[] = []

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'models-'))
  db = open()
  time = 1_800_000_000_000
  lines.length = 0
})
afterEach(() => {
  db.close()
  rmSync(folder, { recursive: true })
})

function open(): NodeDatabase {
  const opened = nodeDatabase(join(folder, 'gateway.db'))
  migrate(opened, [modelMigrations])
  return opened
}

function configOf(
  providers: Record<string, ProviderSettings>,
  primary = 'openai/gpt-5.4',
  fallbacks: string[] = [],
): ModelSettings {
  return {
    models: { providers },
    agents: { defaults: { model: { primary, fallbacks }, max_tokens: 8192, temperature: 0.7 } },
  }
}

function service(config: ModelSettings, more: Partial<ModelDeps> = {}) {
  const write = (message: string, fields?: object) => void lines.push(`${message} ${JSON.stringify(fields)}`)
  const log = { debug: write, info: write, warn: write, error: write }
  const deps = { config: () => config, env: {}, fetch: globalThis.fetch, db, now: () => time, log, local: false }
  return createModelService({ ...deps, ...more })
}

const refs = async (models: ReturnType<typeof service>, ref?: string) =>
  (await models.candidates(ref)).map((c) => c.ref)
const apiError = (statusCode: number, message = 'no', responseHeaders = {}) => ({
  statusCode,
  message,
  responseHeaders,
})

const TWO = {
  anthropic: { api_key: 'a', models: ['claude-x'], timeout_sec: 20, max_tokens: 1000, temperature: 0.2 },
  mine: { api_key: 'b', api_base: 'https://h.example/v1', models: ['big', 'small'], context_window: 4000 },
}

describe('the order', () => {
  it('is the primary, then the fallbacks, each once, aliases on both sides', async () => {
    const models = service(configOf(TWO, 'claude/claude-x', ['mine/small', 'anthropic/claude-x', 'gone/x', 'mine/big']))
    expect(await refs(models)).toEqual(['anthropic/claude-x', 'mine/small', 'mine/big'])
    expect((await models.describe()).problems).toEqual(['"gone/x" names a provider that is not configured'])
  })

  it('is the asked model, then the fallbacks', async () => {
    const models = service(configOf(TWO, 'claude/claude-x', ['mine/small']))
    expect(await refs(models, 'mine/other/model')).toEqual(['mine/other/model', 'mine/small'])
    expect(await refs(models, 'big')).toEqual(['mine/big', 'mine/small'])
    expect(await refs(models, 'new-claude')).toEqual(['anthropic/new-claude', 'mine/small'])
  })

  it('falls back to the primary when the asked model cannot be had, and says so in the log', async () => {
    const models = service(configOf(TWO, 'claude/claude-x'))
    expect(await refs(models, 'gone/x')).toEqual(['anthropic/claude-x'])
    expect(lines.join()).toContain('not configured')
  })

  it('gives each model its own limits, else those of the agents', async () => {
    const [claude, big] = await service(configOf(TWO, 'claude/claude-x', ['mine/big'])).candidates()
    expect(claude).toMatchObject({ maxOutputTokens: 1000, temperature: 0.2, timeoutMs: 20_000, contextWindow: 200_000 })
    expect(big).toMatchObject({ maxOutputTokens: 2000, temperature: 0.7, timeoutMs: 90_000, contextWindow: 4000 })
  })

  it('uses another configured provider when the primary has no key', async () => {
    const models = service(configOf({ ...UNTOUCHED, ...TWO }))
    expect(await refs(models)).toEqual(['anthropic/claude-x', 'mine/big'])
  })

  it('opens a model once, until the config changes', async () => {
    let config = configOf(TWO, 'claude/claude-x')
    const models = service(config, { config: () => config })
    const [first] = await models.candidates()
    expect((await models.candidates())[0]?.model).toBe(first?.model)
    config = configOf({ ...TWO, anthropic: { ...TWO.anthropic, api_key: 'c' } }, 'claude/claude-x')
    expect((await models.candidates())[0]?.model).not.toBe(first?.model)
  })
})

describe('without a usable provider', () => {
  let server: ModelServer
  beforeEach(async () => {
    server = await startModelServer({ models: ['text-embedding-1', 'llama3:8b', 'qwen3:4b'] })
  })
  afterEach(() => server.close())
  const localPorts = () => [{ name: 'ollama', port: Number(new URL(server.url).port) }]
  const sourceOf = async (more: Partial<ModelDeps>, config = configOf(UNTOUCHED)) => {
    const { primary, source, detail } = await service(config, more).describe()
    return [source, primary, detail]
  }

  it('asks what there is, in order: a key in the environment, a local server, Workers AI, itself', async () => {
    const all = { env: { GROQ_API_KEY: 'g', ANTHROPIC_API_KEY: 'a' }, local: true, localPorts: localPorts(), ai }
    expect(await sourceOf(all)).toEqual(['env', 'claude/claude-sonnet-5-5', 'ANTHROPIC_API_KEY'])
    expect(await sourceOf({ ...all, env: { GROQ_API_KEY: 'g' } })).toEqual([
      'env',
      'groq/openai/gpt-oss-120b',
      'GROQ_API_KEY',
    ])
    expect(await sourceOf({ ...all, env: {} })).toEqual(['local', 'ollama/llama3:8b', `${server.url}/v1`])
    expect(await sourceOf({ ai })).toEqual(['workers-ai', 'workers-ai/@cf/zai-org/glm-4.7-flash', 'Workers AI binding'])
    expect(await sourceOf({})).toEqual(['offline', 'offline/guide', 'built in'])
  })

  it('looks at its own machine only where that is allowed, and at most every 30 s', async () => {
    let probes = 0
    const fetch: typeof globalThis.fetch = (...args) => {
      probes++
      return globalThis.fetch(...args)
    }
    const edge = service(configOf(UNTOUCHED), { localPorts: localPorts(), fetch })
    expect((await edge.describe()).source).toBe('offline')
    expect(probes).toBe(0)
    const laptop = service(configOf(UNTOUCHED), { localPorts: localPorts(), fetch, local: true })
    await laptop.candidates()
    time += 29_000
    await laptop.candidates()
    expect(probes).toBe(1)
    await server.close()
    time += 2000
    expect(await refs(laptop)).toEqual(['offline/guide'])
    expect(probes).toBe(2)
  })

  it('puts a key from the environment to the entry that lacks it, with its models', async () => {
    const config = configOf({ openai: { ...UNTOUCHED.openai, models: ['gpt-5-mini'] } }, 'openai/gpt-5-mini')
    expect(await sourceOf({ env: { OPENAI_API_KEY: 'k' } }, config)).toEqual([
      'env',
      'openai/gpt-5-mini',
      'OPENAI_API_KEY',
    ])
  })

  it('never sends a key from the environment to an address that is not its vendor', async () => {
    const config = configOf({ openai: { api_base: `${server.url}/v1`, models: ['m'] } }, 'openai/m')
    const [candidate] = await service(config, { env: { OPENAI_API_KEY: 'k' } }).candidates()
    await candidate?.model.doGenerate({ prompt: [{ role: 'user', content: [{ type: 'text', text: 'hi' }] }] })
    expect(server.lastRequest?.headers).not.toHaveProperty('authorization')
  })

  it.each([
    [{ OPENAI_API_KEY: 'k', CLAWGO_MODEL: 'gpt-4o' }, 'openai/gpt-4o'],
    [{ OPENAI_API_KEY: 'k', GROQ_API_KEY: 'g', CLAWGO_MODEL: 'groq/llama-3' }, 'groq/llama-3'],
    [{ OPENROUTER_API_KEY: 'k', CLAWGO_MODEL: 'anthropic/claude-x' }, 'openrouter/anthropic/claude-x'],
  ])('takes the model from CLAWGO_MODEL: %o', async (env, ref) => {
    expect((await sourceOf({ env }))[1]).toBe(ref)
  })

  it('lets CLAWGO_MODEL choose on a local server and on Workers AI', async () => {
    const local = { local: true, localPorts: localPorts() }
    expect((await sourceOf({ ...local, env: { CLAWGO_MODEL: 'qwen3:4b' } }))[1]).toBe('ollama/qwen3:4b')
    expect((await sourceOf({ ai, env: { CLAWGO_MODEL: '@cf/openai/gpt-oss-20b' } }))[1]).toBe(
      'workers-ai/@cf/openai/gpt-oss-20b',
    )
  })

  it('lets a session ask for another model of what was found', async () => {
    const models = service(configOf(UNTOUCHED), { local: true, localPorts: localPorts(), env: {} })
    expect(await refs(models, 'ollama/qwen3:4b')).toEqual(['ollama/qwen3:4b'])
    expect(await refs(models, 'qwen3:4b')).toEqual(['ollama/qwen3:4b'])
    expect(await refs(models, 'ollama/not-there')).toEqual(['ollama/llama3:8b'])
    const keyed = service(configOf(UNTOUCHED), { env: { GROQ_API_KEY: 'g' } })
    expect(await refs(keyed, 'groq/llama-3')).toEqual(['groq/llama-3'])
  })

  it('takes no web page and no gateway of our own for a model server', async () => {
    const fetch = async () => Response.json({ data: [{ id: 'clawgo', owned_by: 'clawgo' }] })
    expect((await sourceOf({ local: true, fetch }))[0]).toBe('offline')
    expect((await sourceOf({ local: true, fetch: async () => new Response('<html>') }))[0]).toBe('offline')
  })
})

describe('after a failure', () => {
  const config = configOf(TWO, 'claude/claude-x', ['mine/big', 'mine/small'])

  it('asks a resting model last, and first again when its rest is over', async () => {
    const models = service(config)
    const [claude] = await models.candidates()
    models.failed(claude!, apiError(429, 'slow down', { 'retry-after': '40' }))
    expect(await refs(models)).toEqual(['mine/big', 'mine/small', 'anthropic/claude-x'])
    time += 40_001
    expect((await refs(models))[0]).toBe('anthropic/claude-x')
  })

  it('keeps the rest over a restart', async () => {
    const [claude] = await service(config).candidates()
    service(config).failed(claude!, apiError(503))
    db.close()
    db = open()
    expect((await refs(service(config)))[0]).toBe('mine/big')
  })

  it('rests a whole provider when its key is refused, until the config changes', async () => {
    const models = service(configOf(TWO, 'mine/big', ['mine/small', 'claude/claude-x']))
    const [big] = await models.candidates()
    models.failed(big!, apiError(401, 'Incorrect API key provided: sk-abcdefgh12345678'))
    expect((await refs(models))[0]).toBe('anthropic/claude-x')
    const { cooling } = await models.describe()
    expect(cooling).toMatchObject([{ scope: 'mine/*', kind: 'auth', failures: 1 }])
    expect(JSON.stringify([cooling, lines])).not.toContain('abcdefgh')
    models.invalidate()
    expect((await refs(models))[0]).toBe('mine/big')
  })

  it('lengthens the rest of a model that keeps failing, and forgets it once it answers', async () => {
    const models = service(config)
    const [claude] = await models.candidates()
    const rests = []
    for (let i = 0; i < 3; i++) {
      models.failed(claude!, apiError(500))
      const { until } = (await models.describe()).cooling[0]!
      rests.push(until - time)
      time = until
    }
    expect(rests).toEqual([10_000, 20_000, 40_000])
    models.failed(claude!, apiError(500))
    models.succeeded(claude!)
    expect((await models.describe()).cooling).toEqual([])
    expect(db.query('SELECT * FROM model_cooldown')).toEqual([])
  })

  it('does not rest a relayed model for a broken connection: another relay may come at any moment', async () => {
    const relayed = { aistudio: { models: ['gemini-x'] }, openai: UNTOUCHED.openai! }
    const relay = () => async () => Promise.reject(new TypeError('fetch failed'))
    const models = service(configOf(relayed, 'aistudio/gemini-x'), { relay })
    const [model] = await models.candidates()
    expect(model!.ref).toBe('aistudio/gemini-x')
    models.failed(model!, new TypeError('fetch failed', { cause: new Error('no relay is connected') }))
    expect((await models.describe()).cooling).toEqual([])
    models.failed(model!, apiError(429))
    expect((await models.describe()).cooling).toHaveLength(1)
  })

  it.each([
    ['a bad request', apiError(400, 'messages.0 is wrong')],
    ['a prompt that is too long', apiError(400, 'prompt is too long')],
    ['a stop', new DOMException('stopped', 'AbortError')],
  ])('does not rest a model for %s', async (_what, error) => {
    const models = service(config)
    const [claude] = await models.candidates()
    models.failed(claude!, error)
    expect((await models.describe()).cooling).toEqual([])
  })
})
