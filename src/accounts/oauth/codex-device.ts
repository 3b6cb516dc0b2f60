/**
 * OpenAI's own device flow (providers.md section 6.3): a user code by JSON, then an authorization code with a verifier that
 * the server made, which is exchanged like any other.
 */
import * as z from 'zod'
import { badRequest, GatewayError } from '../../errors.ts'
import type { LoginSettings } from './login-settings.ts'
import type { OAuthNetwork } from './token-exchange.ts'
import { limitedText } from './tolerant-fetch.ts'

const USER_PAGE = 'https://auth.openai.com/codex/device'
const TIMEOUT_MS = 30_000

const seconds = z.coerce.number().positive().max(3600).optional().catch(undefined)
const started = z.object({
  user_code: z.string().min(1),
  device_auth_id: z.string().min(1),
  interval: seconds,
  expires_in: seconds,
})
const granted = z.object({ authorization_code: z.string().min(1), code_verifier: z.string().min(1) })

export interface CodexDevice {
  userCode: string
  deviceCode: string
  /** The page to open. */
  page: string
  intervalSec: number | undefined
  expiresInSec: number | undefined
}

/** Asks for a user code. 502 when the vendor does not give one. */
export async function startCodexDevice(settings: LoginSettings, network: OAuthNetwork): Promise<CodexDevice> {
  const answer = await post(settings.authUrl, { client_id: settings.clientId }, network)
  const parsed = started.safeParse(answer.json)
  if (!parsed.success) {
    const status = answer.status === 200 ? '' : ` (status ${answer.status})`
    throw upstream(`oauth device flow missing user_code/device_auth_id${status}`)
  }
  const { user_code, device_auth_id, interval, expires_in } = parsed.data
  return {
    userCode: user_code,
    deviceCode: device_auth_id,
    page: USER_PAGE,
    intervalSec: interval,
    expiresInSec: expires_in,
  }
}

/** Asks once whether the code was typed: the code to exchange, or null. */
export async function pollCodexDevice(
  settings: LoginSettings,
  device: { deviceCode: string; userCode: string },
  network: OAuthNetwork,
): Promise<{ code: string; verifier: string } | null> {
  const url = settings.authUrl.replace(/\/usercode(?=$|\?)/, '/token')
  const body = { device_auth_id: device.deviceCode, user_code: device.userCode }
  const answer = await post(url, body, network)
  if (answer.status === 403 || answer.status === 404) return null
  if (answer.status >= 400 && answer.status < 500) {
    throw badRequest(`oauth device poll failed: status=${answer.status}. Start again`)
  }
  const parsed = granted.safeParse(answer.json)
  if (answer.status !== 200) throw upstream(`oauth device poll failed: status=${answer.status}`)
  if (!parsed.success) throw upstream('oauth device auth response missing authorization_code/code_verifier')
  return { code: parsed.data.authorization_code, verifier: parsed.data.code_verifier }
}

async function post(url: string, body: object, network: OAuthNetwork): Promise<{ status: number; json: unknown }> {
  const response = await network
    .fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
    .catch((error: unknown) => {
      if (error instanceof GatewayError) throw error
      throw upstream('the login server could not be reached', error)
    })
  const text = await limitedText(response)
  try {
    return { status: response.status, json: JSON.parse(text) }
  } catch {
    return { status: response.status, json: undefined }
  }
}

const upstream = (message: string, cause?: unknown) => new GatewayError(502, 'oauth_upstream', message, { cause })
