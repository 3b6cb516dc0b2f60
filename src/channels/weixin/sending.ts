/** Who sends to a chat, in which pieces, and what a failure means for the outbox (channels.md section 7.7). */
import { messageOf } from '../../errors.ts'
import { DeliveryError, type OutgoingMessage, type OutgoingPart } from '../channel.ts'
import type { Memory, Talk } from './memory.ts'
import { ApiFailure, HttpFailure, STALE_TOKEN, THROTTLED, TimedOut } from './request.ts'
import type { WeixinAccount } from './settings.ts'

/** What the platform takes in one message. */
const MAX_CHARS = 4000
/** Sends that the platform takes after a user's last message, as far as is known; more may stop the whole bot for an hour. */
export const SENDS_PER_MESSAGE = 10
/** After this long without a word of the user it takes none. */
const SILENCE_MS = 24 * 3600_000
const THROTTLE_MS = 60_000
const MAX_THROTTLE_MS = 3600_000

/** Texts of at most 4000 characters each, then the file. What this platform cannot show (buttons) is left out. */
export function partsOf(message: OutgoingMessage): OutgoingPart[] {
  const { action, text = '', media, messageId } = message
  if (action !== 'send') return [{ action, ...(messageId ? { messageId } : {}), ...(text ? { text } : {}) }]
  const texts = pieces(text).map((piece): OutgoingPart => ({ action, text: piece }))
  return media ? [...texts, { action, file: true }] : texts
}

/** Cuts at the end of a line or a word where there is one in the last quarter, and never inside a character. */
function pieces(text: string): string[] {
  const cut: string[] = []
  let rest = text.trim()
  while (rest.length > MAX_CHARS) {
    const head = rest.slice(0, MAX_CHARS + 1)
    const at = [head.lastIndexOf('\n'), head.lastIndexOf(' ')].find((each) => each > MAX_CHARS * 0.75) ?? MAX_CHARS
    const end = isHighSurrogate(rest, at - 1) ? at - 1 : at
    cut.push(rest.slice(0, end).trimEnd())
    rest = rest.slice(end).trimStart()
  }
  return [...cut, rest].filter(Boolean)
}

const isHighSurrogate = (text: string, at: number) => (text.charCodeAt(at) & 0xfc00) === 0xd800

export interface Target {
  readonly account: WeixinAccount
  readonly user: string
}

/**
 * Whose chat this is: `<bot>|<user>` names both; a user alone goes to the account they last wrote to, else to the default
 * one. Throws `DeliveryError` when there is none.
 */
export function targetOf(
  chat: string,
  { accounts, defaultBot, memory }: { accounts: readonly WeixinAccount[]; defaultBot: string; memory: Memory },
): Target {
  const named = chat.trim()
  if (named === '') throw new DeliveryError('refused', 'weixin chat_id is required')
  const bar = named.indexOf('|')
  const user = bar < 0 ? named : named.slice(bar + 1)
  const bot = bar < 0 ? (memory.botOf(user) ?? defaultBot) : named.slice(0, bar)
  const account = accounts.find(({ botId }) => botId === bot) ?? (bar < 0 ? byId(accounts, defaultBot) : undefined)
  if (!account || user === '') throw new DeliveryError('refused', `weixin no account available for chat ${named}`)
  return { account, user }
}

const byId = (accounts: readonly WeixinAccount[], bot: string) => accounts.find(({ botId }) => botId === bot)

/** Throws when the platform would take nothing more for this conversation until its user writes. */
export function refuseTooMany(talk: Talk): void {
  if (talk.sent < SENDS_PER_MESSAGE) return
  const sent = `${talk.sent} messages went out since the user last wrote`
  throw new DeliveryError('until_inbound', `${sent}; the platform takes more when they write again`)
}

/** What a failed request means for the message. */
export function deliveryError(
  error: unknown,
  talk: Talk,
  { now, attempt }: { now: number; attempt: number },
): DeliveryError {
  if (error instanceof DeliveryError) return error
  const message = messageOf(error)
  const failed = (failure: DeliveryError['failure'], retryAfterMs?: number) =>
    new DeliveryError(failure, message, retryAfterMs, { cause: error })
  if (error instanceof ApiFailure) {
    if (error.code === STALE_TOKEN) return failed('login')
    if (error.code !== THROTTLED) return failed('later')
    // The one code for two things: what happened before tells them apart.
    const rests = talk.heardAt > 0 && now - talk.heardAt > SILENCE_MS
    if (rests || talk.sent >= SENDS_PER_MESSAGE) return failed('until_inbound')
    return failed('later', Math.min(THROTTLE_MS * 2 ** (attempt - 1), MAX_THROTTLE_MS))
  }
  if (error instanceof HttpFailure) {
    if (error.status === 429) return failed('later', THROTTLE_MS)
    if (error.status >= 400 && error.status < 500 && error.status !== 408) return failed('refused')
  }
  return failed('ambiguous')
}

/** A failure before the message itself was sent: it cannot have arrived. */
export function beforeSending(error: DeliveryError): DeliveryError {
  return error.failure === 'ambiguous'
    ? new DeliveryError('later', error.message, error.retryAfterMs, { cause: error })
    : error
}

/** True when the platform may have taken the message, though we do not know. */
export const mayHaveArrived = (error: unknown) =>
  error instanceof TimedOut ||
  !(error instanceof ApiFailure || error instanceof HttpFailure || error instanceof DeliveryError)
