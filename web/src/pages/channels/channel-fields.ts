/** Which settings of a channel its form shows, in which order. The rest is in the settings page. */
import type { words } from './words.ts'

export interface ChannelField {
  key: string
  label: keyof typeof words
  hint?: keyof typeof words
  kind: 'text' | 'secret' | 'flag' | 'lines'
  /** Shown when asked for. */
  advanced?: boolean
}

const WHO: readonly ChannelField[] = [{ key: 'allow_from', label: 'allowFrom', hint: 'allowFromHint', kind: 'lines' }]
const GROUPS: readonly ChannelField[] = [
  { key: 'enable_groups', label: 'groups', kind: 'flag', advanced: true },
  { key: 'require_mention_in_groups', label: 'mention', kind: 'flag', advanced: true },
  { key: 'allow_chats', label: 'allowChats', hint: 'allowChatsHint', kind: 'lines', advanced: true },
]

export const WEIXIN_FIELDS: readonly ChannelField[] = [
  ...WHO,
  { key: 'base_url', label: 'baseUrl', kind: 'text', advanced: true },
]

export const TELEGRAM_FIELDS: readonly ChannelField[] = [
  { key: 'token', label: 'token', hint: 'tokenHint', kind: 'secret' },
  ...WHO,
  { key: 'streaming', label: 'streaming', kind: 'flag', advanced: true },
  ...GROUPS,
  { key: 'api_root', label: 'apiRoot', kind: 'text', advanced: true },
]

export const FEISHU_FIELDS: readonly ChannelField[] = [
  { key: 'app_id', label: 'appId', kind: 'text' },
  { key: 'app_secret', label: 'appSecret', hint: 'secretHint', kind: 'secret' },
  ...WHO,
  { key: 'domain', label: 'domain', hint: 'domainHint', kind: 'text', advanced: true },
  { key: 'encrypt_key', label: 'encryptKey', hint: 'pushHint', kind: 'secret', advanced: true },
  { key: 'verification_token', label: 'verificationToken', hint: 'pushHint', kind: 'secret', advanced: true },
  ...GROUPS,
]
