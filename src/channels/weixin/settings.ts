/** The channel's section of the config, read the way it is used (channels.md sections 7.1, 7.9). */
import type { Config } from '../../config/index.ts'

export type WeixinSettings = Config['channels']['weixin']

/** A paired bot. */
export interface WeixinAccount {
  readonly botId: string
  readonly token: string
  /** Who paired it; empty when unknown. */
  readonly owner: string
  /** Without a slash at the end. */
  readonly baseUrl: string
  /** State that older versions kept in the config; taken over once. */
  readonly oldToken: string
  readonly oldCursor: string
}

export const DEFAULT_BASE_URL = 'https://ilinkai.weixin.qq.com'
const DEFAULT_CDN_URL = 'https://novac2c.cdn.weixin.qq.com/c2c'
export const DEFAULT_CHANNEL_VERSION = '2.4.9'

/** An address without the slashes at its end. */
export const withoutSlash = (url: string) => url.trim().replace(/\/+$/, '')

/** Where the channel finds its platform. */
export function baseUrlOf(settings: Pick<WeixinSettings, 'base_url'>): string {
  return withoutSlash(settings.base_url) || DEFAULT_BASE_URL
}

/** Where files go and come from: as configured, else the vendor's, else beside a platform that is not the vendor's. */
export function cdnUrlOf(settings: Pick<WeixinSettings, 'base_url' | 'cdn_base_url'>): string {
  const configured = withoutSlash(settings.cdn_base_url)
  if (configured) return configured
  const base = baseUrlOf(settings)
  return isVendorHost(hostOf(base)) ? DEFAULT_CDN_URL : `${base}/c2c`
}

/** The version of the protocol that is spoken. */
export const channelVersionOf = (settings: Pick<WeixinSettings, 'channel_version'>) =>
  settings.channel_version.trim() || DEFAULT_CHANNEL_VERSION

/**
 * The accounts that can be used, by bot id: those without an id or token are left out, of two with one id the first
 * counts, and the single account of older versions comes last.
 */
export function accountsOf(settings: WeixinSettings): WeixinAccount[] {
  const accounts = new Map<string, WeixinAccount>()
  for (const entry of [...settings.accounts, { ...settings, base_url: '' }]) {
    const botId = entry.bot_id.trim()
    const token = entry.bot_token.trim()
    if (!botId || !token || accounts.has(botId)) continue
    accounts.set(botId, {
      botId,
      token,
      owner: entry.ilink_user_id.trim(),
      baseUrl: withoutSlash(entry.base_url) || baseUrlOf(settings),
      oldToken: entry.context_token.trim(),
      oldCursor: entry.get_updates_buf.trim(),
    })
  }
  return [...accounts.values()].sort((a, b) => (a.botId < b.botId ? -1 : 1))
}

/** The account that sends when none is named: the one set, else the only one, else none. */
export function defaultBotOf(settings: WeixinSettings, accounts: readonly WeixinAccount[]): string {
  const set = settings.default_bot_id.trim()
  return set || (accounts.length === 1 ? accounts[0]!.botId : '')
}

const hostOf = (url: string) => (URL.canParse(url) ? new URL(url).hostname : '')
const isVendorHost = (host: string) => host === 'weixin.qq.com' || host.endsWith('.weixin.qq.com')

/** True for an address of the vendor. */
export const isVendorUrl = (url: string) => isVendorHost(hostOf(url))

/**
 * An address that the platform named, as it may be used: the vendor's over https, or on a host of `trusted`, which the
 * owner configured. Null for any other, so that no answer can send tokens and files to a stranger.
 */
export function trustedUrl(named: string, trusted: readonly string[]): string | null {
  const text = named.trim()
  const url = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `https://${text}`
  if (text === '' || !URL.canParse(url)) return null
  const { protocol, hostname, username, password } = new URL(url)
  if (username || password) return null
  if (protocol === 'https:' && isVendorHost(hostname)) return url
  const known = trusted.some(
    (each) => hostOf(each) === hostname && (protocol === 'https:' || each.startsWith(protocol)),
  )
  return known ? url : null
}
