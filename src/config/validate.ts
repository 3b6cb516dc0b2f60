/**
 * The rules a config must meet to be saved, with the contract's texts in the contract's order (config.md section 5,
 * api-behaviour.md section 7.8). All problems are collected.
 */
import { blank, check } from './rules.ts'
import type { Config } from './schema.ts'
import { agentDefaultsProblems, communicationProblems, routerProblems, subagentProblems } from './validate-agents.ts'
import { mcpProblems, webhookProblems } from './validate-links.ts'
import { modelProblems } from './validate-models.ts'

/** Every problem of a normalised config; empty when it is fit to be saved. */
export function problemsOf(config: Config): string[] {
  return [
    ...agentDefaultsProblems(config),
    ...modelProblems(config),
    ...routerProblems(config),
    ...communicationProblems(config),
    ...subagentProblems(config),
    ...gatewayProblems(config),
    ...cronProblems(config),
    ...loggingProblems(config),
    ...sentinelProblems(config),
    ...check([[config.memory.recent_days > 0, 'memory.recent_days must be > 0']]),
    ...mcpProblems(config),
    ...shellProblems(config),
    ...channelProblems(config),
    ...limitProblems(config),
  ]
}

function gatewayProblems({ gateway }: Config): string[] {
  return [
    ...check([
      [gateway.port >= 1 && gateway.port <= 65535, 'gateway.port must be in 1..65535'],
      [
        blank(gateway.relay_token) || gateway.relay_token.trim() !== gateway.token.trim(),
        'gateway.relay_token must not be gateway.token: it opens /v1/ws only',
      ],
    ]),
    ...check([
      [
        blank(gateway.public_url) || isWebAddress(gateway.public_url),
        'gateway.public_url must be an address such as https://gateway.example.com, without query',
      ],
    ]),
    ...gateway.allowed_origins.flatMap((origin, index) =>
      isOrigin(origin) ? [] : [`gateway.allowed_origins[${index}] must be an origin such as https://example.com`],
    ),
  ]
}

function isWebAddress(text: string): boolean {
  const url = URL.parse(text.trim())
  return url !== null && /^https?:$/.test(url.protocol) && url.search === '' && url.hash === '' && url.username === ''
}

function isOrigin(text: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\/[^/?#@\s]+\/?$/i.test(text)
}

function cronProblems({ cron }: Config): string[] {
  return check([
    [cron.min_sleep_sec > 0, 'cron.min_sleep_sec must be > 0'],
    [cron.max_sleep_sec > 0, 'cron.max_sleep_sec must be > 0'],
    [cron.min_sleep_sec <= cron.max_sleep_sec, 'cron.min_sleep_sec must be <= cron.max_sleep_sec'],
    [cron.retry_backoff_base_sec > 0, 'cron.retry_backoff_base_sec must be > 0'],
    [cron.retry_backoff_max_sec > 0, 'cron.retry_backoff_max_sec must be > 0'],
    [
      cron.retry_backoff_base_sec <= cron.retry_backoff_max_sec,
      'cron.retry_backoff_base_sec must be <= cron.retry_backoff_max_sec',
    ],
    [cron.max_consecutive_failure_retries >= 0, 'cron.max_consecutive_failure_retries must be >= 0'],
    [cron.max_workers > 0, 'cron.max_workers must be > 0'],
  ])
}

function loggingProblems({ logging }: Config): string[] {
  if (!logging.enabled) return []
  return check([
    [!blank(logging.dir), 'logging.dir is required when logging.enabled=true'],
    [!blank(logging.filename), 'logging.filename is required when logging.enabled=true'],
    [logging.max_size_mb > 0, 'logging.max_size_mb must be > 0'],
    [logging.retention_days > 0, 'logging.retention_days must be > 0'],
  ])
}

function sentinelProblems({ sentinel }: Config): string[] {
  return [
    ...check([
      [!sentinel.enabled || sentinel.interval_sec > 0, 'sentinel.interval_sec must be > 0 when sentinel.enabled=true'],
    ]),
    ...webhookProblems(sentinel.webhook_url),
  ]
}

function limitProblems({ limits }: Config): string[] {
  const thresholds = (['tokens_per_day', 'money_per_day'] as const).flatMap((name) => {
    const { warn, block } = limits[name]
    return check([
      [warn >= 0, `limits.${name}.warn must be >= 0`],
      [block >= 0, `limits.${name}.block must be >= 0`],
      [warn <= 0 || block <= 0 || warn <= block, `limits.${name}.warn must be <= limits.${name}.block`],
    ])
  })
  return [
    ...thresholds,
    ...check([[isTimeZone(limits.timezone), 'limits.timezone must be a time zone such as Europe/Rome']]),
  ]
}

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: name }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}

const SHELL_MODES = ['auto', 'real', 'simulated', 'off']

function shellProblems({ tools }: Config): string[] {
  return check([[SHELL_MODES.includes(tools.shell.mode), `tools.shell.mode must be one of: ${SHELL_MODES.join(', ')}`]])
}

function channelProblems({ channels }: Config): string[] {
  const { telegram, feishu } = channels
  return check([
    [channels.inbound_message_id_dedupe_ttl_seconds > 0, 'channels.inbound_message_id_dedupe_ttl_seconds must be > 0'],
    [channels.inbound_content_dedupe_window_seconds > 0, 'channels.inbound_content_dedupe_window_seconds must be > 0'],
    [channels.outbound_dedupe_window_seconds > 0, 'channels.outbound_dedupe_window_seconds must be > 0'],
    [
      !telegram.enabled || !blank(telegram.token),
      'channels.telegram.token is required when channels.telegram.enabled=true',
    ],
    [!feishu.enabled || !blank(feishu.app_id), 'channels.feishu.app_id is required when channels.feishu.enabled=true'],
    [
      !feishu.enabled || !blank(feishu.app_secret),
      'channels.feishu.app_secret is required when channels.feishu.enabled=true',
    ],
  ])
}
