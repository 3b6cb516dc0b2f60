import { describe, expect, it } from 'vitest'
import { decodeConfig, toDocument } from './decode.ts'
import { EVERY_KEY } from './every-key.fixture.ts'
import { normalise } from './normalise.ts'
import { problemsOf } from './validate.ts'

const problems = (document: unknown) => problemsOf(normalise(decodeConfig(toDocument(document), '/h')))
const ok = { api_base: 'https://a', models: ['m'], timeout_sec: 1 }

it('accepts the defaults and a config with every key', () => {
  expect(problems({})).toEqual([])
  expect(problems(EVERY_KEY)).toEqual([])
})

it('collects all problems, in the order of the contract', () => {
  expect(
    problems({
      channels: { telegram: { enabled: true }, feishu: { enabled: true }, outbound_dedupe_window_seconds: 0 },
      tools: { mcp: { enabled: true, request_timeout_sec: 0 } },
      memory: { recent_days: 0 },
      sentinel: { interval_sec: 0, webhook_url: 'ftp://host/x' },
      logging: { dir: ' ', filename: '', max_size_mb: 0, retention_days: -1 },
      cron: {
        min_sleep_sec: 0,
        max_sleep_sec: -1,
        retry_backoff_base_sec: 0,
        retry_backoff_max_sec: -1,
        max_consecutive_failure_retries: -1,
        max_workers: 0,
      },
      gateway: { port: 65536 },
      agents: {
        communication: { mode: 'x', max_messages_per_thread: -1, default_message_ttl_sec: -1 },
        router: {
          policy: { intent_max_input_chars: 199, max_rounds_without_user: 0 },
          strategy: 'x',
          max_hops: -1,
          default_timeout_sec: -1,
          rules: [{}, { agent_id: 'a' }, { agent_id: 'a', keywords: [' '] }],
        },
        defaults: {
          model: { primary: 'nobody/' },
          max_tool_iterations: 0,
          execution: {
            run_state_ttl_seconds: 59,
            run_state_max: 0,
            tool_parallel_safe_names: ['a', ' '],
            tool_max_parallel_calls: 0,
          },
          summary_policy: { marker: '', outcomes_title: ' ' },
          heartbeat: { every_sec: 0, ack_max_chars: 0 },
          context_compaction: {
            mode: 'x',
            trigger_messages: 0,
            keep_recent_messages: 0,
            target_ratio: 1,
            protect_last_n: 0,
            pressure_threshold: 1.1,
            max_summary_chars: 0,
            max_transcript_chars: 0,
          },
        },
      },
    }),
  ).toEqual([
    'agents.defaults.max_tool_iterations must be > 0',
    'agents.defaults.execution.run_state_ttl_seconds must be >= 60',
    'agents.defaults.execution.run_state_max must be > 0',
    'agents.defaults.execution.tool_parallel_safe_names[1] must not be empty',
    'agents.defaults.execution.tool_max_parallel_calls must be > 0',
    'agents.defaults.summary_policy.marker must be non-empty',
    'agents.defaults.summary_policy.outcomes_title must be non-empty',
    'agents.defaults.heartbeat.every_sec must be > 0 when enabled=true',
    'agents.defaults.heartbeat.ack_max_chars must be > 0 when enabled=true',
    'agents.defaults.context_compaction.mode must be one of: summary, responses_compact, hybrid',
    'agents.defaults.context_compaction.trigger_messages must be > 0 when enabled=true',
    'agents.defaults.context_compaction.keep_recent_messages must be > 0 when enabled=true',
    'agents.defaults.context_compaction.target_ratio must be > 0 and < 1 when enabled=true',
    'agents.defaults.context_compaction.protect_last_n must be > 0 when enabled=true',
    'agents.defaults.context_compaction.pressure_threshold must be > 0 and <= 1 when enabled=true',
    'agents.defaults.context_compaction.keep_recent_messages must be < trigger_messages',
    'agents.defaults.context_compaction.max_summary_chars must be > 0 when enabled=true',
    'agents.defaults.context_compaction.max_transcript_chars must be > 0 when enabled=true',
    'agents.defaults.model.primary "nobody/" references unknown provider "nobody"',
    'agents.defaults.model.primary must include a model, expected provider/model',
    'agents.router.policy.intent_max_input_chars must be >= 200',
    'agents.router.policy.max_rounds_without_user must be > 0',
    'agents.router.strategy must be one of: rules_first, round_robin, manual',
    'agents.router.max_hops must be >= 0',
    'agents.router.default_timeout_sec must be >= 0',
    'agents.router.rules[0].agent_id is required',
    'agents.router.rules[1].agent_id "a" not found in agents.subagents',
    'agents.router.rules[1].keywords must not be empty',
    'agents.router.rules[2].agent_id "a" not found in agents.subagents',
    'agents.router.rules[2].keywords must not contain empty values',
    'agents.communication.mode must be one of: mediated, direct',
    'agents.communication.max_messages_per_thread must be >= 0',
    'agents.communication.default_message_ttl_sec must be >= 0',
    'gateway.port must be in 1..65535',
    'cron.min_sleep_sec must be > 0',
    'cron.max_sleep_sec must be > 0',
    'cron.min_sleep_sec must be <= cron.max_sleep_sec',
    'cron.retry_backoff_base_sec must be > 0',
    'cron.retry_backoff_max_sec must be > 0',
    'cron.retry_backoff_base_sec must be <= cron.retry_backoff_max_sec',
    'cron.max_consecutive_failure_retries must be >= 0',
    'cron.max_workers must be > 0',
    'logging.dir is required when logging.enabled=true',
    'logging.filename is required when logging.enabled=true',
    'logging.max_size_mb must be > 0',
    'logging.retention_days must be > 0',
    'sentinel.interval_sec must be > 0 when sentinel.enabled=true',
    'sentinel.webhook_url must use http or https',
    'memory.recent_days must be > 0',
    'tools.mcp.request_timeout_sec must be > 0 when tools.mcp.enabled=true',
    'channels.outbound_dedupe_window_seconds must be > 0',
    'channels.telegram.token is required when channels.telegram.enabled=true',
    'channels.feishu.app_id is required when channels.feishu.enabled=true',
    'channels.feishu.app_secret is required when channels.feishu.enabled=true',
  ])
})

describe('providers', () => {
  const withProvider = (entry: unknown) =>
    problems({ models: { providers: { openai: ok, p: entry } } }).map((problem) =>
      problem.replace('models.providers.p.', ''),
    )

  it.each<[unknown, string[]]>([
    [{}, ['api_base is required', 'timeout_sec must be > 0', 'models must contain at least one model']],
    [{ ...ok, max_tokens: -1 }, ['max_tokens must be >= 0']],
    [{ ...ok, auth: 'x' }, ['auth must be one of: bearer, oauth, hybrid, none']],
    [{ ...ok, auth: 'OAuth', models: [] }, ['oauth.provider is required when auth=oauth']],
    [
      { ...ok, auth: 'hybrid' },
      ['oauth.provider is required when auth=hybrid', 'hybrid auth requires api_key or oauth.provider'],
    ],
    [{ ...ok, auth: 'hybrid', api_key: 'k' }, ['oauth.provider is required when auth=hybrid']],
    [{ ...ok, oauth: { cooldown_sec: -1 } }, ['oauth.cooldown_sec must be >= 0']],
    [{ ...ok, responses: { api: 'x' } }, ['responses.api must be one of: responses, chat_completions']],
    [
      { ...ok, responses: { web_search_context_size: 'x', file_search_max_num_results: -1, include: [''] } },
      [
        'responses.web_search_context_size must be one of: low, medium, high',
        'responses.file_search_max_num_results must be >= 0',
        'responses.include[0] must not be empty',
      ],
    ],
    [
      { ...ok, responses: { file_search_vector_store_ids: ['a', ''] } },
      ['responses.file_search_vector_store_ids[1] must not be empty'],
    ],
    [{ models: ['@cf/x'], timeout_sec: 1, type: 'workers-ai' }, []],
    [{ models: ['gemini-x'], timeout_sec: 1, type: 'ai-studio' }, []],
  ])('%j', (entry, expected) => expect(withProvider(entry)).toEqual(expected))

  it('need one entry, and one that can compact where that is asked for', () => {
    expect(problems({ models: { providers: {} } })).toEqual([
      'models.providers must contain at least one provider',
      'agents.defaults.model.primary "openai/gpt-5.4" references unknown provider "openai"',
    ])
    const compacts = { agents: { defaults: { context_compaction: { mode: 'responses_compact' } } } }
    expect(problems(compacts)).toEqual([
      'context_compaction.mode=responses_compact requires active provider "openai" with supports_responses_compact=true',
    ])
  })
})

describe('subagents', () => {
  const main = { enabled: true, system_prompt_file: 'a.md' }
  const withAgent = (entry: unknown) =>
    problems({ agents: { subagents: { main, a: entry } } }).map((problem) => problem.replace('agents.subagents.a.', ''))

  it.each<[unknown, string[]]>([
    [{ type: 'x' }, ['type must be one of: router, worker, reviewer, observer']],
    [{ transport: 'x' }, ['transport must be one of: local']],
    [
      { notify_main_policy: 'x' },
      ['notify_main_policy must be one of: final_only, milestone, on_blocked, always, internal_only'],
    ],
    [{ runtime: { timeout_sec: -1 } }, ['runtime.timeout_sec must be >= 0']],
    [{ tools: { max_parallel_calls: -1 } }, ['tools.max_parallel_calls must be >= 0']],
    [{ enabled: true }, ['system_prompt_file is required when enabled=true']],
    [{ system_prompt_file: '/etc/x' }, ['system_prompt_file must be relative']],
    [{ system_prompt_file: 'a/../../x' }, ['system_prompt_file must stay within workspace']],
    [{ runtime: { provider: 'x' } }, ['runtime.provider "x" not found in providers']],
    [
      { accept_from: ['', 'x', 'user', 'a', 'main'] },
      ['accept_from must not contain empty values', 'accept_from references unknown agent "x"'],
    ],
    [
      { can_talk_to: ['x', 'main', 'user'] },
      ['can_talk_to references unknown agent "x"', 'can_talk_to "main" is not reciprocated by accept_from'],
    ],
    [{ can_talk_to: ['main'], accept_from: ['main'] }, []],
  ])('%j', (entry, expected) => expect(withAgent(entry)).toEqual(expected))

  it('need the main agent among them, free to talk, and ids that are not empty', () => {
    expect(problems({ agents: { subagents: { ' ': {} } } })).toEqual([
      'agents.router.main_agent_id "main" not found in agents.subagents',
      'agents.subagents contains an empty agent id',
    ])
    expect(problems({ agents: { subagents: { main: { ...main, requires_main_mediation: true } } } })).toEqual([
      'agents.subagents.main.requires_main_mediation must be false for main agent',
    ])
  })
})

describe('MCP servers', () => {
  const withServer = (entry: object, name = 's') =>
    problems({
      agents: { defaults: { workspace: '/w' } },
      tools: { mcp: { enabled: true, servers: { [name]: { enabled: true, ...entry } } } },
    }).map((problem) => problem.replace('tools.mcp.servers.s.', ''))

  it.each<[object, string[]]>([
    [{}, ['command is required when transport=stdio']],
    [{ transport: 'x' }, ['transport must be one of: stdio, http, streamable_http, sse']],
    [{ transport: 'SSE' }, ['url is required when transport=sse']],
    [{ command: 'c', permission: 'x' }, ['permission must be one of: workspace, full']],
    [
      { command: 'c', permission: 'full', working_dir: 'a' },
      ['working_dir must be an absolute path when permission=full'],
    ],
    [{ command: 'c', working_dir: '/wide' }, ['working_dir must stay within workspace unless permission=full']],
    [{ command: 'c', working_dir: '../x' }, ['working_dir must stay within workspace unless permission=full']],
    [{ command: 'c', working_dir: '/w/a' }, []],
    [{ enabled: false }, []],
  ])('%j', (entry, expected) => expect(withServer(entry)).toEqual(expected))

  it('need a name', () => {
    expect(withServer({ command: 'c' }, '')).toEqual(['tools.mcp.servers contains an empty server name'])
  })
})

it.each([
  ['hello', ['sentinel.webhook_url must be a valid http/https URL']],
  ['http://', ['sentinel.webhook_url must be a valid http/https URL']],
  ['ws://host', ['sentinel.webhook_url must use http or https']],
  ['https://host/x', []],
])('checks the webhook %s', (webhook_url, expected) => {
  expect(problems({ sentinel: { webhook_url } })).toEqual(expected)
})

it('checks what only this gateway has', () => {
  expect(
    problems({
      gateway: {
        token: 'same',
        relay_token: ' same ',
        allowed_origins: ['https://a.example', '*', 'https://a.example/x'],
      },
      tools: { shell: { mode: 'x' } },
    }),
  ).toEqual([
    'gateway.relay_token must not be gateway.token: it opens /v1/ws only',
    'gateway.allowed_origins[1] must be an origin such as https://example.com',
    'gateway.allowed_origins[2] must be an origin such as https://example.com',
    'tools.shell.mode must be one of: auto, real, simulated, off',
  ])
})
