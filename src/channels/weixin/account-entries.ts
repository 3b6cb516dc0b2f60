/** Changes of the accounts in the config's document (channels.md section 7.9). */
import { badRequest } from '../../errors.ts'
import { DEFAULT_BASE_URL, withoutSlash } from './settings.ts'
import type { QrStatus } from './wire.ts'

/** A part of the config's document: what a person wrote, so nothing is sure. */
type Entry = Record<string, unknown>

/** Fields of the single account of older versions. The first save puts it into the list. */
const ACCOUNT = ['bot_id', 'bot_token', 'ilink_user_id'] as const
/** State of older versions, which the channel has taken over. */
const OLD_STATE = ['context_token', 'get_updates_buf'] as const

/** A bot that was paired. */
export interface Confirmed extends Pick<QrStatus, 'ilink_bot_id' | 'bot_token' | 'ilink_user_id'> {
  /** As the platform named it; empty when it named none that is trusted. */
  readonly baseUrl: string
}

/**
 * Adds a bot that was paired, or renews it: what the platform left out stays. The first one becomes the default. Switches
 * the channel on, as somebody who pairs a bot wants it. Throws when a new bot has no token.
 */
export function saveAccount(document: Entry, { ilink_bot_id, bot_token, ilink_user_id, baseUrl }: Confirmed): void {
  const weixin = sectionOf(document)
  const accounts = entriesOf(weixin)
  const botId = ilink_bot_id.trim()
  const known = accounts.find((entry) => text(entry.bot_id) === botId)
  const entry = known ?? { bot_id: botId }
  if (bot_token.trim()) entry.bot_token = bot_token.trim()
  if (!botId || !text(entry.bot_token)) throw new Error('confirmed login missing bot credentials')
  if (ilink_user_id.trim()) entry.ilink_user_id = ilink_user_id.trim()
  if (!known) accounts.push(entry)
  setBaseUrl(weixin, accounts, entry, withoutSlash(baseUrl))
  weixin.accounts = accounts
  if (!text(weixin.default_bot_id)) weixin.default_bot_id = botId
  weixin.enabled = true
}

/** An address for one account is that account's; the only account's is the channel's. */
function setBaseUrl(weixin: Entry, accounts: readonly Entry[], entry: Entry, baseUrl: string): void {
  if (!baseUrl) return
  if (accounts.length === 1) weixin.base_url = baseUrl
  if (baseUrl === (withoutSlash(text(weixin.base_url)) || DEFAULT_BASE_URL)) delete entry.base_url
  else entry.base_url = baseUrl
}

/** Switches the channel on. */
export function enable(document: Entry): void {
  sectionOf(document).enabled = true
}

/** Takes a bot out; the first of the others becomes the default in its place. 400 `bot_id not found: <id>`. */
export function removeAccount(document: Entry, botId: string): void {
  const weixin = sectionOf(document)
  const accounts = entriesOf(weixin)
  const left = accounts.filter((entry) => text(entry.bot_id) !== botId)
  if (left.length === accounts.length) throw unknownBot(botId)
  weixin.accounts = left
  if (text(weixin.default_bot_id) !== botId) return
  const [first] = left.map((entry) => text(entry.bot_id)).sort()
  if (first) weixin.default_bot_id = first
  else delete weixin.default_bot_id
}

/** Names the bot that sends when none is named. 400 `bot_id not found: <id>`. */
export function setDefault(document: Entry, botId: string): void {
  const weixin = sectionOf(document)
  const accounts = entriesOf(weixin)
  if (!accounts.some((entry) => text(entry.bot_id) === botId)) throw unknownBot(botId)
  weixin.accounts = accounts
  weixin.default_bot_id = botId
}

export const unknownBot = (botId: string) => badRequest(`bot_id not found: ${botId}`)

/** `channels.weixin`, made when it is missing. */
function sectionOf(document: Entry): Entry {
  const channels = isEntry(document.channels) ? document.channels : {}
  const weixin = isEntry(channels.weixin) ? channels.weixin : {}
  document.channels = { ...channels, weixin }
  return weixin
}

/** The accounts, the single one of older versions among them, without the state that is no longer kept here. */
function entriesOf(weixin: Entry): Entry[] {
  const listed = Array.isArray(weixin.accounts) ? weixin.accounts.filter(isEntry) : []
  const single = Object.fromEntries(ACCOUNT.filter((key) => text(weixin[key])).map((key) => [key, weixin[key]]))
  const isNew = text(single.bot_id) && !listed.some((entry) => text(entry.bot_id) === text(single.bot_id))
  for (const key of [...ACCOUNT, ...OLD_STATE]) delete weixin[key]
  const entries = isNew ? [...listed, single] : listed
  return entries.map((entry) => Object.fromEntries(Object.entries(entry).filter(([key]) => !isOldState(key))))
}

const isOldState = (key: string) => (OLD_STATE as readonly string[]).includes(key)
const isEntry = (value: unknown): value is Entry => typeof value === 'object' && value !== null && !Array.isArray(value)
const text = (value: unknown) => (typeof value === 'string' ? value.trim() : '')
