import { beforeEach, expect, it } from 'vitest'
import type * as z from 'zod'
import { nodeDatabase } from '../../adapters/node/database.ts'
import { memoryFiles } from '../../test/support/memory-files.ts'
import { fileOf, openConfig, type TestHome } from './config-for-tests.ts'
import { isRecord, sameJson } from './document.ts'
import { EVERY_KEY } from './every-key.fixture.ts'
import { configJsonSchema, configSchema, defaults } from './index.ts'
import { below, shapeOf } from './shape.ts'

let home: TestHome
beforeEach(() => {
  home = { db: nodeDatabase(':memory:'), files: memoryFiles() }
})

/** Known keys that a document leaves at their default, or leaves out. Of a map or list only its last entry counts. */
function untouched(schema: z.ZodType, value: unknown, path: string): string[] {
  const shape = shapeOf(schema)
  if (shape.kind === 'struct') {
    return Object.entries(shape.fields).flatMap(([key, field]) =>
      untouched(field, isRecord(value) ? value[key] : undefined, `${path}.${key}`),
    )
  }
  const last = isRecord(value) ? Object.values(value).at(-1) : Array.isArray(value) ? value.at(-1) : undefined
  const inner = below(schema, '0')
  if (inner && shapeOf(inner).kind === 'struct') return untouched(inner, last, `${path}.0`)
  const parsed = schema.safeParse(undefined)
  return value === undefined || (parsed.success && sameJson(parsed.data, value)) ? [path] : []
}

it('has a fixture that sets every key to something else than its default', () => {
  const mcp = { ...EVERY_KEY.tools.mcp, servers: { all: { ...EVERY_KEY.tools.mcp.servers.local, url: 'https://a' } } }
  const document = { ...EVERY_KEY, tools: { ...EVERY_KEY.tools, mcp } }
  expect(untouched(configSchema, document, '')).toEqual([])
})

it('keeps every key, known or not, through save, restart and reload', async () => {
  const service = await openConfig(home)
  await service.saveRaw(EVERY_KEY, 'webui')
  expect(await fileOf(home)).toEqual(EVERY_KEY)
  expect(service.current).toMatchObject(withoutUnknown())
  const restarted = await openConfig(home)
  expect(restarted.current).toEqual(service.current)
  expect(restarted.unknownKeys.sort()).toEqual([
    'agents.subagents.coder.system_prompt',
    'channels.matrix',
    'models.providers.proxy.headers',
    'plugins',
    'tools.filesystem.note',
  ])
})

it('loads a file of the original, its sample with fallbacks included', async () => {
  await home.files.write(
    'config.json',
    JSON.stringify({
      agents: {
        defaults: {
          workspace: '~/.clawgo/workspace',
          model: { primary: 'openai/gpt-5.4', fallbacks: ['deepseek/chat', 'google/gemini'] },
        },
      },
      models: {
        providers: {
          openai: {
            api_key: '',
            api_base: 'https://api.openai.com/v1',
            models: ['gpt-5.4'],
            supports_responses_compact: false,
            auth: '',
            timeout_sec: 90,
            oauth: {},
            responses: { file_search_vector_store_ids: null, include: null, file_search_max_num_results: 0 },
          },
        },
      },
      gateway: { host: '0.0.0.0', port: 18790, token: 'cg_x' },
    }),
  )
  const service = await openConfig(home)
  expect(service.unknownKeys).toEqual([])
  expect(service.current.agents.defaults.model.fallbacks).toEqual(['deepseek/chat', 'gemini/gemini'])
  await service.saveRaw(service.plain(), 'webui')
})

it('keeps zeros, false and empty texts whose default is something else', async () => {
  const service = await openConfig(home)
  const zeros = {
    agents: {
      defaults: { model: { primary: '' }, max_tokens: 0, temperature: 0 },
      router: { sticky_thread_owner: false, max_hops: 0, default_timeout_sec: 0, strategy: '' },
      communication: {
        persist_threads: false,
        persist_messages: false,
        dead_letter_queue: false,
        max_messages_per_thread: 0,
        default_message_ttl_sec: 0,
      },
    },
    cron: { max_consecutive_failure_retries: 0 },
  }
  await service.saveRaw(zeros, 'webui')
  expect((await openConfig(home)).current).toMatchObject(zeros)
  expect(await fileOf(home)).toMatchObject(zeros)
})

it('has the defaults of config.md section 3', () => {
  const { agents, gateway, cron, tools, models } = defaults('/h')
  expect(agents.defaults).toMatchObject({ workspace: '/h/workspace', max_tokens: 8192, temperature: 0.7 })
  expect(gateway).toMatchObject({
    host: '0.0.0.0',
    port: 18790,
    allowed_origins: [],
    public_url: '',
    allow_public_without_token: false,
  })
  expect(cron.retry_backoff_max_sec).toBe(1800)
  expect(tools.shell).toMatchObject({ mode: 'auto', timeout: 60_000_000_000, sandbox: { image: 'alpine:3.20' } })
  expect(models.providers).toMatchObject({ openai: { api_base: 'https://api.openai.com/v1', timeout_sec: 90 } })
  expect(defaults('/').logging.dir).toBe('/logs')
})

it('describes itself as JSON Schema, secrets marked', () => {
  const schema = JSON.stringify(configJsonSchema())
  expect(schema).toContain('"allowed_origins"')
  expect(configJsonSchema()).toMatchObject({
    properties: {
      gateway: { properties: { token: { format: 'password' }, port: { type: 'integer', default: 18790 } } },
    },
  })
})

function withoutUnknown() {
  const { plugins: _plugins, ...config } = structuredClone(EVERY_KEY) as Record<string, never> & typeof EVERY_KEY
  const { system_prompt: _prompt, ...coder } = config.agents.subagents.coder
  const { matrix: _matrix, ...channels } = config.channels
  const { headers: _headers, ...proxy } = config.models.providers.proxy
  return {
    ...config,
    agents: { ...config.agents, subagents: { ...config.agents.subagents, coder } },
    channels,
    models: { providers: { ...config.models.providers, proxy } },
    tools: { ...config.tools, filesystem: {} },
  }
}
