/** Pairing a bot by QR code, as the platform sees it; nobody is signed in yet (channels.md sections 7.4, 7.13). */
import { messageOf } from '../../errors.ts'
import { type Caller, getJson, HttpFailure, postJson } from './request.ts'
import { DEFAULT_BASE_URL, isVendorUrl } from './settings.ts'
import { type QrStatus, qr, qrStatus } from './wire.ts'

/** A QR code to scan. */
export interface QrCode {
  readonly code: string
  /** What the picture says; the code itself when the platform gives nothing else. */
  readonly content: string
}

const QR_MS = 15_000
const PATH = 'ilink/bot/get_bot_qrcode?bot_type=3'
const MAX_TOKENS = 10

type LoginCaller = Omit<Caller, 'token'>

/** New codes come from the vendor's one address, wherever its accounts live; from another platform's own. */
export const qrBaseUrl = (baseUrl: string) => (isVendorUrl(baseUrl) ? DEFAULT_BASE_URL : baseUrl)

/**
 * Asks for a QR code. The platform is told the bots we have, so that it can say that one is paired already. Platforms that
 * know only the older protocol are asked in that. Throws with the platform's words.
 */
export async function requestQr(caller: LoginCaller, tokens: readonly string[], signal?: AbortSignal): Promise<QrCode> {
  const options = { timeoutMs: QR_MS, signal }
  const newer = postJson(caller, PATH, { local_token_list: tokens.slice(0, MAX_TOKENS) }, options)
  const answered = await newer.then(codeOf, (error: unknown) => {
    if (error instanceof HttpFailure || /^decode response/.test(messageOf(error))) return null
    throw error
  })
  const found = answered ?? codeOf(await getJson(caller, PATH, options))
  if (!found) throw new Error('empty qrcode returned')
  return found
}

function codeOf(answer: unknown): QrCode | null {
  const read = qr.safeParse(answer)
  if (!read.success || !read.data.qrcode) return null
  const { qrcode, qrcode_img_content } = read.data
  return { code: qrcode, content: qrcode_img_content || qrcode }
}

/** How a code stands. The platform may hold the answer for some 35 s. */
export async function requestQrStatus(
  caller: LoginCaller,
  { code, verifyCode }: { code: string; verifyCode: string },
  options: { timeoutMs: number; signal: AbortSignal },
): Promise<QrStatus> {
  const verify = verifyCode ? `&verify_code=${encodeURIComponent(verifyCode)}` : ''
  const path = `ilink/bot/get_qrcode_status?qrcode=${encodeURIComponent(code)}${verify}`
  return qrStatus.parse(await getJson(caller, path, options))
}
