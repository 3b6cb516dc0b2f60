/** `gateway`, `cron`, `logging`, `sentinel` and `memory` of config.json (config.md sections 3.7 and 3.9). */
import * as z from 'zod'
import { flag, int, secret, text, texts } from './fields.ts'

export const gatewaySchema = z.object({
  host: text('Address to listen on. New homes are written with 127.0.0.1. Needs a restart.', '0.0.0.0'),
  port: int('Port to listen on. Needs a restart.', 18790),
  token: secret('Token of the API; empty: no token is asked for.'),
  relay_token: secret(
    'Token that opens /v1/ws for a model relay and nothing else; empty: relays bring the token of the API.',
  ),
  allowed_origins: texts('Origins (https://host[:port]) of web pages that may use the API.'),
  public_url: text(
    'Address (https://...) under which chat platforms and browsers reach this gateway from the internet; empty: it is not reached.',
  ),
  allow_public_without_token: flag('Listen on a public address although the token is empty.'),
})

export const cronSchema = z.object({
  min_sleep_sec: int('Shortest sleep of the scheduler.', 1),
  max_sleep_sec: int('Longest sleep of the scheduler.', 30),
  retry_backoff_base_sec: int('First wait before a failed run is repeated.', 30),
  retry_backoff_max_sec: int('Longest wait before a failed run is repeated.', 1800),
  max_consecutive_failure_retries: int('Repeats of a failed run.', 5),
  max_workers: int('Runs at the same time.', 4),
})

export const loggingSchema = z.object({
  enabled: flag('Write logs.', true),
  dir: text("Folder of the log files. Left out: `logs` in the gateway's home."),
  filename: text('Name of the log file.', 'clawgo.log'),
  max_size_mb: int('Size at which a new file is begun.', 20),
  retention_days: int('Days a log file is kept.', 3),
})

export const sentinelSchema = z.object({
  enabled: flag('Check the health of the gateway.', true),
  interval_sec: int('Seconds between two checks.', 60),
  auto_heal: flag('Repair what can be repaired.', true),
  notify_channel: text('Channel of notices; with notify_chat_id.'),
  notify_chat_id: text('Chat of notices; with notify_channel.'),
  webhook_url: text('Address notices are posted to.'),
})

export const memorySchema = z.object({
  layered: flag('Kept for existing files.', true),
  recent_days: int('Kept for existing files.', 3),
  layers: z
    .object({
      profile: flag('Kept for existing files.', true),
      project: flag('Kept for existing files.', true),
      procedures: flag('Kept for existing files.', true),
    })
    .prefault({}),
})
