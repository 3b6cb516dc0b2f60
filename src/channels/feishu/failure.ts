/** What the platform's answers mean for a message (channels.md section 9.3): which come back, which never will. */
import { DeliveryError, type DeliveryFailure } from '../channel.ts'

/** The tenant token is missing, wrong or over: a new one may do. */
const TOKEN_OVER: ReadonlySet<number> = new Set([99991661, 99991663, 99991664, 99991665, 99991668, 99991671])

/** The app is disabled or not installed for this tenant: its owner must act, no message goes out before. */
const LOGIN_OVER: ReadonlySet<number> = new Set([99991662, 99991673])

/**
 * Rate limits (of the app, of a chat, of all messages), a message with this key being sent this moment, and faults inside
 * the platform.
 */
const TEMPORARY: ReadonlySet<number> = new Set([99991400, 230020, 11232, 11233, 11247, 230049, 2200, 55001])

/** `230099`: the card cannot be made of what it contains. The same words may still go as a rich text. */
export const CARD_REFUSED = 230099
/** `230011`: the message was taken back. */
export const RECALLED = 230011
/** `231003`, `230110`: no such message any more. */
export const GONE: ReadonlySet<number> = new Set([RECALLED, 230110, 231003])

/** An answer of the platform that says no. */
export class FeishuError extends DeliveryError {
  /** The platform's own code; 0 when it answered without one. */
  readonly code: number
  override readonly name = 'FeishuError'

  constructor(code: number, failure: DeliveryFailure, message: string, retryAfterMs?: number) {
    super(failure, message, retryAfterMs)
    this.code = code
  }
}

export const isTokenOver = (error: unknown): boolean => error instanceof FeishuError && TOKEN_OVER.has(error.code)

/** Reads a refusal; `msg` is the platform's own wording. */
export function refusal(status: number, code: number, msg: string, headers: Headers): FeishuError {
  const text = `Feishu answers ${code === 0 ? `HTTP ${status}` : `code ${code}`}${msg && `: ${msg.slice(0, 300)}`}`
  return new FeishuError(code, failureOf(status, code), text, waitOf(headers))
}

function failureOf(status: number, code: number): DeliveryFailure {
  if (TOKEN_OVER.has(code) || LOGIN_OVER.has(code)) return 'login'
  if (status >= 500 || status === 429 || TEMPORARY.has(code)) return 'later'
  return 'refused'
}

/** The wait an answer asks for, ms: seconds in the platform's own header or the standard one; at most an hour. */
export function waitOf(headers: Headers): number | undefined {
  const seconds = Number(headers.get('x-ogw-ratelimit-reset') ?? headers.get('retry-after') ?? Number.NaN)
  return seconds > 0 ? Math.min(seconds, 3600) * 1000 : undefined
}
