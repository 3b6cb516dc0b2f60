/** Environment variables that override config keys in memory, never in the file (config.md section 6). */
import { GatewayError } from '../errors.ts'

type Kind = 'text' | 'int' | 'number' | 'flag' | 'texts' | 'duration'

/** One key that the environment holds. */
export interface Override {
  path: readonly string[]
  value: unknown
}

/** Keys by kind. A variable is the key in capitals with `_` for `.`, after `CLAWGO_`, unless `NAMES` says otherwise. */
const KEYS: Record<Kind, string> = {
  text: `
    agents.defaults.workspace agents.defaults.model.primary agents.defaults.heartbeat.prompt_template
    agents.defaults.context_compaction.mode channels.weixin.base_url channels.weixin.bot_id channels.weixin.bot_token
    channels.weixin.ilink_user_id channels.weixin.context_token channels.weixin.get_updates_buf channels.telegram.token
    channels.feishu.app_id channels.feishu.app_secret channels.feishu.encrypt_key channels.feishu.verification_token
    gateway.host gateway.token gateway.relay_token tools.web.search.api_key tools.shell.working_dir tools.shell.mode
    tools.shell.sandbox.image logging.dir logging.filename sentinel.notify_channel sentinel.notify_chat_id
    sentinel.webhook_url`,
  int: `
    agents.defaults.max_tokens agents.defaults.max_tool_iterations agents.defaults.heartbeat.every_sec
    agents.defaults.heartbeat.ack_max_chars agents.defaults.context_compaction.trigger_messages
    agents.defaults.context_compaction.keep_recent_messages agents.defaults.context_compaction.protect_last_n
    agents.defaults.context_compaction.max_summary_chars agents.defaults.context_compaction.max_transcript_chars
    agents.defaults.execution.run_state_ttl_seconds agents.defaults.execution.run_state_max
    agents.router.policy.intent_max_input_chars agents.router.policy.max_rounds_without_user
    channels.inbound_message_id_dedupe_ttl_seconds channels.inbound_content_dedupe_window_seconds
    channels.outbound_dedupe_window_seconds gateway.port cron.min_sleep_sec cron.max_sleep_sec
    cron.retry_backoff_base_sec cron.retry_backoff_max_sec cron.max_consecutive_failure_retries cron.max_workers
    tools.web.search.max_results logging.max_size_mb logging.retention_days sentinel.interval_sec memory.recent_days`,
  number: `
    agents.defaults.temperature agents.defaults.context_compaction.target_ratio
    agents.defaults.context_compaction.pressure_threshold`,
  flag: `
    agents.defaults.heartbeat.enabled agents.defaults.context_compaction.enabled channels.weixin.enabled
    channels.telegram.enabled channels.telegram.enable_groups channels.telegram.require_mention_in_groups
    channels.feishu.enabled channels.feishu.enable_groups channels.feishu.require_mention_in_groups
    gateway.allow_public_without_token tools.shell.enabled tools.shell.auto_install_missing
    tools.shell.sandbox.enabled logging.enabled sentinel.enabled sentinel.auto_heal memory.layered
    memory.layers.profile memory.layers.project memory.layers.procedures`,
  texts: `
    channels.weixin.allow_from channels.telegram.allow_from channels.telegram.allow_chats channels.feishu.allow_from
    channels.feishu.allow_chats gateway.allowed_origins tools.web.allow_private_hosts`,
  duration: 'tools.shell.timeout',
}

const NAMES: Record<string, string> = {
  'agents.defaults.execution.run_state_ttl_seconds': 'CLAWGO_RUN_STATE_TTL_SECONDS',
  'agents.defaults.execution.run_state_max': 'CLAWGO_RUN_STATE_MAX',
  'agents.router.policy.intent_max_input_chars': 'CLAWGO_INTENT_MAX_INPUT_CHARS',
  'agents.router.policy.max_rounds_without_user': 'CLAWGO_AUTOLEARN_MAX_ROUNDS_WITHOUT_USER',
}

/**
 * What the environment overrides. Only variables that are set and not empty count. A value of the wrong kind is a
 * `GatewayError` that names the variable.
 */
export function overridesOf(env: Readonly<Record<string, string | undefined>>): Override[] {
  const found: Override[] = []
  for (const [kind, keys] of Object.entries(KEYS) as Array<[Kind, string]>) {
    for (const key of keys.trim().split(/\s+/)) {
      const name = NAMES[key] ?? `CLAWGO_${key.replaceAll('.', '_').toUpperCase()}`
      const text = env[name]
      if (text === undefined || text === '') continue
      const value = READ[kind](text)
      if (value === undefined) {
        throw new GatewayError(
          500,
          'invalid_environment',
          `${name} must be ${EXPECTED[kind]}, for the config key ${key}`,
        )
      }
      found.push({ path: key.split('.'), value })
    }
  }
  if (/^(1|true)$/.test(env.CLAWGO_ROOT_GRANTED?.trim() ?? '')) {
    found.push({ path: ['tools', 'shell', 'enabled'], value: true })
    found.push({ path: ['tools', 'shell', 'sandbox', 'enabled'], value: false })
  }
  return found
}

const EXPECTED: Record<Kind, string> = {
  text: 'a text',
  int: 'a whole number of 32 bits',
  number: 'a number',
  flag: 'true or false',
  texts: 'a list, separated by commas',
  duration: 'a duration such as 30s or 1m30s',
}

const READ: Record<Kind, (text: string) => unknown> = {
  text: (text) => text,
  int: (text) => {
    const value = /^[+-]?\d+$/.test(text) ? Number(text) : Number.NaN
    return value >= -(2 ** 31) && value < 2 ** 31 ? value : undefined
  },
  number: (text) => {
    const value = text.trim() === '' ? Number.NaN : Number(text)
    return Number.isFinite(value) ? value : undefined
  },
  flag: (text) => {
    if (/^(1|t|T|true|TRUE|True)$/.test(text)) return true
    return /^(0|f|F|false|FALSE|False)$/.test(text) ? false : undefined
  },
  // A blank beside a comma is never part of an id or an origin.
  texts: (text) =>
    text
      .split(',')
      .map((each) => each.trim())
      .filter((each) => each !== ''),
  duration: nanoseconds,
}

const UNITS: Record<string, number> = { ns: 1, us: 1e3, µs: 1e3, ms: 1e6, s: 1e9, m: 60e9, h: 3600e9 }

function nanoseconds(text: string): number | undefined {
  if (text === '0') return 0
  if (!/^([+-]?)((\d+(\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h))+$/.test(text)) return undefined
  let total = 0
  for (const [, amount, , unit] of text.matchAll(/(\d+(\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h)/g)) {
    total += Number(amount) * UNITS[unit!]!
  }
  return Math.round(text.startsWith('-') ? -total : total)
}
