/** `channels.*` of config.json (config.md section 3.5). */
import * as z from 'zod'
import { flag, int, secret, text, texts } from './fields.ts'

const account = {
  bot_id: text('Id of the bot.'),
  bot_token: secret('Token of the bot.'),
  ilink_user_id: text('Id of the user who paired it.'),
  context_token: secret('State of older versions; taken over once.'),
  get_updates_buf: secret('State of older versions; taken over once.'),
}

const weixin = z.object({
  enabled: flag('Whether the channel runs.'),
  base_url: text('Address of the platform.', 'https://ilinkai.weixin.qq.com'),
  cdn_base_url: text('Address of the platform’s files; empty: the one that belongs to base_url.'),
  channel_version: text('Version of the protocol that is spoken.', '2.4.9'),
  default_bot_id: text('Account that sends when none is named.'),
  accounts: z
    .array(
      z.object({ ...account, base_url: text('Address of the platform for this account; empty: that of the channel.') }),
    )
    .default([])
    .describe('Paired accounts.'),
  allow_from: texts('Users who may write; empty: only the paired owner.'),
  // A single account of older versions, beside `accounts`.
  ...account,
})

const groups = {
  allow_from: texts('Users who may write; empty: only the paired owner.'),
  allow_chats: texts('Chats that may write.'),
  enable_groups: flag('Listen in groups.', true),
  require_mention_in_groups: flag('In groups only when mentioned.', true),
}

const telegram = z.object({
  enabled: flag('Whether the channel runs.'),
  token: secret('Token of the bot.'),
  streaming: flag('Show an answer while it is written.'),
  api_root: text('Address of the Bot API.', 'https://api.telegram.org'),
  ...groups,
})

const feishu = z.object({
  enabled: flag('Whether the channel runs.'),
  domain: text('Address of the platform; for Lark: https://open.larksuite.com.', 'https://open.feishu.cn'),
  app_id: text('Id of the app.'),
  app_secret: secret('Secret of the app.'),
  encrypt_key: secret('Key of encrypted events.'),
  verification_token: secret('Token of events.'),
  ...groups,
})

export const channelsSchema = z.object({
  inbound_message_id_dedupe_ttl_seconds: int('How long ids of received messages are remembered.', 600),
  inbound_content_dedupe_window_seconds: int('Window in which the same text counts once.', 12),
  outbound_dedupe_window_seconds: int('Window in which the same reply is sent once.', 12),
  weixin: weixin.prefault({}),
  telegram: telegram.prefault({}),
  feishu: feishu.prefault({}),
})
