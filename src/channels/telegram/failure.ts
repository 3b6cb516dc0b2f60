/** How a call to the Bot API fails, told without the token: it is part of every address, and of the library's errors. */
import { DeliveryError } from '../channel.ts'

/** `code` is the answer's `error_code`; 0 when there was no answer. */
export class TelegramFailure extends Error {
  override readonly name = 'TelegramFailure'
  readonly code: number
  /** Nothing left this machine. Only without an answer. */
  readonly unsent: boolean
  readonly retryAfterMs: number | undefined
  /** The chat became a supergroup and has this id now. */
  readonly movedTo: number | undefined

  constructor(
    code: number,
    message: string,
    facts: { unsent?: boolean; retryAfterMs?: number; movedTo?: number } = {},
  ) {
    super(message)
    this.code = code
    this.unsent = facts.unsent ?? false
    this.retryAfterMs = facts.retryAfterMs
    this.movedTo = facts.movedTo
  }
}

/** Whatever grammY or the network threw. The failure keeps no reference to it, for it may name the token. */
export function failureOf(error: unknown, token: string): TelegramFailure {
  if (error instanceof TelegramFailure) return error
  if (isAnswer(error)) {
    const { retry_after, migrate_to_chat_id } = error.parameters ?? {}
    return new TelegramFailure(error.error_code, redacted(`Telegram: ${error.description}`, token), {
      ...(retry_after === undefined ? {} : { retryAfterMs: retry_after * 1000 }),
      ...(migrate_to_chat_id === undefined ? {} : { movedTo: migrate_to_chat_id }),
    })
  }
  const codes = networkCodes(error)
  const unsent = codes.some((code) => NOT_CONNECTED.has(code))
  const why = codes.length > 0 ? codes.join(', ') : unsent ? 'no connection' : 'connection lost or timed out'
  return new TelegramFailure(0, redacted(`Telegram could not be reached: ${why}`, token), { unsent })
}

/** What a failed attempt to send means for the message. */
export function deliveryError(failure: TelegramFailure): DeliveryError {
  const { code, message, unsent, retryAfterMs } = failure
  if (code === 0) return new DeliveryError(unsent ? 'later' : 'ambiguous', message)
  if (code === 429 || code >= 500) return new DeliveryError('later', message, retryAfterMs)
  if (isLoginOver(failure)) return new DeliveryError('login', message)
  return new DeliveryError('refused', message)
}

/** A token Telegram does not know is 401, one that is no token 404 "Not Found" for every method. */
export function isLoginOver({ code, message }: TelegramFailure): boolean {
  return code === 401 || (code === 404 && /: not found$/i.test(message))
}

/** `text` without the bot's token, as it is and as addresses encode it. */
export function redacted(text: string, token: string): string {
  if (token === '') return text
  return text.replaceAll(token, '<token>').replaceAll(encodeURIComponent(token), '<token>')
}

const NOT_CONNECTED = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
])

interface Answer {
  error_code: number
  description: string
  parameters?: { retry_after?: number; migrate_to_chat_id?: number }
}

function isAnswer(error: unknown): error is Answer {
  return typeof error === 'object' && error !== null && 'error_code' in error && typeof error.error_code === 'number'
}

/** The system's codes along the chain: grammY keeps the cause in `error`, fetch in `cause`. */
function networkCodes(error: unknown, depth = 0): string[] {
  if (typeof error !== 'object' || error === null || depth > 4) return []
  const { code, error: inner, cause } = error as { code?: unknown; error?: unknown; cause?: unknown }
  return [
    ...(typeof code === 'string' && /^[A-Z_]+$/.test(code) ? [code] : []),
    ...networkCodes(inner, depth + 1),
    ...networkCodes(cause, depth + 1),
  ]
}
