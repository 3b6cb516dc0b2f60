/** The normalized view: the few settings a console edits, and how an edited view is applied (config.md section 8). */
import * as z from 'zod'
import { canonical, type Document, isRecord, setAt, valueAt } from './document.ts'
import { flag, int, number, text, texts } from './fields.ts'
import { canonicalProvider, findProvider, providerOf, splitModelRef } from './model-ref.ts'
import { type Config, configSchema } from './schema.ts'
import { routerRuleSchema } from './schema-agents.ts'
import { oauthSchema, responsesSchema } from './schema-models.ts'
import { below, shapeOf } from './shape.ts'

const subagent = z.object({
  enabled: flag('Whether it may be started.'),
  role: text('What it is for.'),
  prompt: text('Its prompt file.'),
  provider: text('Provider of its model.'),
  tool_allowlist: texts('Tools it may use.'),
  runtime_class: text('provider_bound, a transport, or default.'),
})

const provider = z.object({
  auth: text('bearer, oauth, hybrid or none.'),
  api_base: text('Base URL of the API.'),
  max_tokens: int("Longest answer; 0: the agent's."),
  temperature: number("0: the agent's."),
  timeout_sec: int('Limit of one call, seconds.'),
  oauth: oauthSchema.prefault({}),
  runtime_persist: flag('Keep its runtime history.'),
  runtime_history_file: text('File that the history of this provider is kept in, and taken over from once.'),
  runtime_history_max: int('Entries of its runtime history.'),
  responses: responsesSchema.prefault({}),
})

/** The view; everything may be left out, at the price the table of section 8.2 names. */
export const normalizedSchema = z.object({
  core: z
    .object({
      default_provider: text('Provider of the primary model.'),
      default_model: text('The primary model.'),
      main_agent_id: text('The main agent.'),
      subagents: z.record(z.string(), subagent).default({}),
      tools: z.object({ shell_enabled: flag('Shell.'), mcp_enabled: flag('MCP.') }).prefault({}),
      gateway: z.object({ host: text('Address.'), port: int('Port.') }).prefault({}),
    })
    .prefault({}),
  runtime: z
    .object({
      router: z
        .object({
          enabled: flag('Routing.'),
          strategy: text('Strategy.'),
          allow_direct_agent_chat: flag('Direct chat.'),
          max_hops: int('Hops.'),
          default_timeout_sec: int('Wait.'),
          sticky_thread_owner: flag('Sticky.'),
          rules: z.array(routerRuleSchema).default([]),
        })
        .prefault({}),
      providers: z.record(z.string(), provider).default({}),
    })
    .prefault({}),
})

export type NormalizedView = z.output<typeof normalizedSchema>

/** The view of a config. Members that are empty, zero or false are left out, but for the switches. */
export function normalizedView(config: Config): Document {
  const { agents, models, tools, gateway } = config
  const { provider: named, model } = splitModelRef(agents.defaults.model.primary)
  const { router } = agents
  const subagents = mapEntries(agents.subagents, (entry) => ({
    enabled: entry.enabled,
    ...given({
      role: entry.role,
      prompt: entry.system_prompt_file,
      provider: entry.runtime.provider,
      tool_allowlist: entry.tools.allowlist,
      runtime_class: entry.runtime.provider.trim() ? 'provider_bound' : entry.transport.trim() || 'default',
    }),
  }))
  const providers = mapEntries(models.providers, (entry) => ({
    ...given({
      auth: entry.auth,
      api_base: entry.api_base,
      max_tokens: entry.max_tokens,
      temperature: entry.temperature,
      timeout_sec: entry.timeout_sec,
    }),
    oauth: given(entry.oauth),
    ...given({
      runtime_persist: entry.runtime_persist,
      runtime_history_file: entry.runtime_history_file,
      runtime_history_max: entry.runtime_history_max,
    }),
    responses: { ...entry.responses },
  }))
  return {
    core: {
      ...given({
        default_provider: model === '' && named === '' ? '' : named || providerOf(models.providers, ''),
        default_model: model,
        main_agent_id: router.main_agent_id.trim(),
        subagents,
      }),
      tools: { shell_enabled: tools.shell.enabled, mcp_enabled: tools.mcp.enabled },
      gateway: given({ host: gateway.host, port: gateway.port }),
    },
    runtime: {
      router: {
        enabled: router.enabled,
        ...given({
          strategy: router.strategy,
          allow_direct_agent_chat: router.allow_direct_agent_chat,
          max_hops: router.max_hops,
          default_timeout_sec: router.default_timeout_sec,
          sticky_thread_owner: router.sticky_thread_owner,
          rules: router.rules,
        }),
      },
      ...given({ providers }),
    },
  }
}

/** Only the members that say something. */
function given(members: Document): Document {
  return Object.fromEntries(
    Object.entries(members).filter(
      ([, value]) =>
        value && !(Array.isArray(value) && value.length === 0) && !(isRecord(value) && Object.keys(value).length === 0),
    ),
  )
}

function mapEntries<T>(map: Record<string, T>, shape: (entry: T) => Document): Document {
  return Object.fromEntries(Object.entries(map).map(([key, entry]) => [key, shape(entry)]))
}

/** The document with an edited view applied; keys that the view does not have stay as they are. */
export function applyNormalizedView(document: Document, view: NormalizedView, config: Config): Document {
  const next = structuredClone(document)
  const set = (path: string, value: unknown) => setAt(next, path.split('.'), value)
  const { core, runtime } = view

  const [name, model] = [core.default_provider.trim(), core.default_model.trim()]
  if (name !== '' && model !== '') {
    const { providers } = config.models
    const listed = { ...providers, ...runtime.providers }
    set('agents.defaults.model.primary', `${findProvider(listed, name) ?? canonicalProvider(name)}/${model}`)
  }
  if (core.main_agent_id.trim() !== '') set('agents.router.main_agent_id', core.main_agent_id.trim())
  set('tools.shell.enabled', core.tools.shell_enabled)
  set('tools.mcp.enabled', core.tools.mcp_enabled)
  if (core.gateway.host.trim() !== '') set('gateway.host', core.gateway.host.trim())
  if (core.gateway.port > 0) set('gateway.port', core.gateway.port)

  const { router } = runtime
  set('agents.router.enabled', router.enabled)
  set('agents.router.allow_direct_agent_chat', router.allow_direct_agent_chat)
  set('agents.router.sticky_thread_owner', router.sticky_thread_owner)
  set('agents.router.rules', router.rules)
  if (router.strategy.trim() !== '') set('agents.router.strategy', router.strategy.trim())
  if (router.max_hops > 0) set('agents.router.max_hops', router.max_hops)
  if (router.default_timeout_sec > 0) set('agents.router.default_timeout_sec', router.default_timeout_sec)

  // Without a map of its own the file means the default entry, which must not vanish beside the ones listed here.
  if (Object.keys(runtime.providers).length > 0 && valueAt(next, ['models', 'providers']) === undefined) {
    set('models.providers', structuredClone(config.models.providers))
  }
  for (const [id, entry] of Object.entries(core.subagents)) applySubagent(next, id, entry, config)
  for (const [key, entry] of Object.entries(runtime.providers)) applyProvider(next, key, entry, config)
  return canonical(configSchema, next) as Document
}

function applySubagent(next: Document, id: string, entry: NormalizedView['core']['subagents'][string], config: Config) {
  const set = (path: string[], value: unknown) => setAt(next, ['agents', 'subagents', id, ...path], value)
  set(['enabled'], entry.enabled)
  set(['role'], entry.role || undefined)
  set(['system_prompt_file'], entry.prompt || undefined)
  set(['tools', 'allowlist'], entry.tool_allowlist.length > 0 ? entry.tool_allowlist : undefined)
  set(['runtime', 'provider'], entry.provider || undefined)
  const kind = entry.runtime_class.trim()
  const before = Object.hasOwn(config.agents.subagents, id) ? config.agents.subagents[id]!.transport.trim() : ''
  if (kind === 'provider_bound') set(['transport'], before || 'local')
  else if (kind !== '' && kind !== 'default') set(['transport'], kind)
}

function applyProvider(
  next: Document,
  name: string,
  entry: NormalizedView['runtime']['providers'][string],
  config: Config,
): void {
  const at = ['models', 'providers', name]
  // The default entry may be in force without being in the file: it must not lose what the view does not show.
  if (valueAt(next, at) === undefined && Object.hasOwn(config.models.providers, name)) {
    setAt(next, at, structuredClone(config.models.providers[name]))
  }
  const { oauth, responses, timeout_sec, max_tokens, ...plain } = entry
  for (const [key, value] of Object.entries(plain)) setAt(next, [...at, key], value || undefined)
  if (timeout_sec > 0) setAt(next, [...at, 'timeout_sec'], timeout_sec)
  if (max_tokens >= 0) setAt(next, [...at, 'max_tokens'], max_tokens || undefined)
  for (const [block, value] of [['oauth', oauth] as const, ['responses', responses] as const]) {
    const shape = shapeOf(below(provider, block)!)
    if (shape.kind !== 'struct') continue
    const said = given(value)
    for (const key of Object.keys(shape.fields)) setAt(next, [...at, block, key], said[key])
  }
}
