/** What `/api/weixin/*` answer (api-behaviour.md section 5.20). */
import * as z from 'zod'
import type { ChannelState } from '../channel.ts'
import { activityOf } from './activity.ts'
import type { PendingLogin } from './pending-logins.ts'
import { accountsOf, baseUrlOf, defaultBotOf, type WeixinSettings } from './settings.ts'

const login = z
  .object({
    login_id: z.string(),
    qr_code: z.string(),
    qr_code_img_content: z.string().describe('What the picture of `/api/weixin/qr.svg` says.'),
    status: z
      .string()
      .describe(
        '`wait`, `scaned`, `scaned_but_redirect`, `expired`, `need_verifycode` (send the number to `login/verify`), `verify_code_blocked`, `binded_redirect`, or another word of the platform.',
      ),
    last_error: z.string(),
    updated_at: z.string(),
    qr_available: z.boolean(),
  })
  .meta({ id: 'WeixinLogin' })

const account = z
  .object({
    bot_id: z.string(),
    connected: z.boolean(),
    default: z.boolean(),
    ilink_user_id: z.string().optional(),
    last_event: z.string().optional().describe('`poll_ok`, `inbound_message`, `outbound_sent` or `error`.'),
    last_error: z.string().optional(),
    updated_at: z.string().optional(),
    last_inbound_at: z.string().optional(),
    last_inbound_chat: z.string().optional(),
    last_inbound_text: z.string().optional().describe('At most 120 bytes.'),
  })
  .meta({ id: 'WeixinAccount', description: 'The tokens and cursors that the original showed stay inside.' })

const head = {
  enabled: z.boolean().describe('With unsaved edits, if there are any.'),
  config_enabled: z.boolean().describe('As saved.'),
  runtime_enabled: z.boolean().describe('The channel runs.'),
  draft_dirty: z.boolean().describe('There are unsaved edits.'),
  base_url: z.string(),
}

export const weixinStatus = z.union([
  z.object({
    ok: z.literal(true),
    ...head,
    pending_logins: z.array(login).describe('Oldest first.'),
    pending_login: login.describe('The first of them; empty when there is none.'),
    accounts: z.array(account),
  }),
  z.object({ ok: z.literal(false), ...head, error: z.string() }),
])
export type WeixinStatus = z.output<typeof weixinStatus>

export interface StatusFacts {
  saved: WeixinSettings
  effective: WeixinSettings
  dirty: boolean
  available: boolean
  running: boolean
  logins: readonly PendingLogin[]
  state: ChannelState
}

/** The status as clients see it. */
export function statusPayload(facts: StatusFacts): WeixinStatus {
  const { saved, effective, available, logins } = facts
  const common = {
    enabled: effective.enabled,
    config_enabled: saved.enabled,
    runtime_enabled: facts.running,
    draft_dirty: facts.dirty,
    base_url: baseUrlOf(effective),
  }
  if (!available) return { ok: false, ...common, error: 'weixin channel unavailable' }
  const pending = logins.map(loginView)
  return {
    ok: true,
    ...common,
    pending_logins: pending,
    pending_login: pending[0] ?? NO_LOGIN,
    accounts: accountViews(facts),
  }
}

const NO_LOGIN: z.output<typeof login> = {
  login_id: '',
  qr_code: '',
  qr_code_img_content: '',
  status: '',
  last_error: '',
  updated_at: '',
  qr_available: false,
}

const loginView = (row: PendingLogin): z.output<typeof login> => ({
  login_id: row.id,
  qr_code: row.qr_code,
  qr_code_img_content: row.qr_content,
  status: row.status,
  last_error: row.error,
  updated_at: timeText(row.updated_at),
  qr_available: row.qr_content !== '',
})

function accountViews({ saved, running, state }: StatusFacts): Array<z.output<typeof account>> {
  const accounts = accountsOf(saved)
  const defaultBot = defaultBotOf(saved, accounts)
  return accounts.map(({ botId, owner }) => {
    const seen = activityOf(state, botId)
    const texts = {
      ilink_user_id: owner,
      last_event: seen.event,
      last_error: seen.error,
      updated_at: timeText(seen.updatedAt),
      last_inbound_at: timeText(seen.inboundAt),
      last_inbound_chat: seen.inboundChat,
      last_inbound_text: seen.inboundText,
    }
    return {
      bot_id: botId,
      connected: running && seen.connected,
      default: botId === defaultBot,
      ...Object.fromEntries(Object.entries(texts).filter(([, value]) => value !== '')),
    }
  })
}

/** RFC 3339, UTC, to the second; empty for never. */
const timeText = (ms: number) => (ms === 0 ? '' : new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z'))
