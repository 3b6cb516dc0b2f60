/** One request to the platform: its headers, its deadline, and what went wrong (channels.md section 7.2). */
import { messageOf } from '../../errors.ts'
import type { Platform } from '../../platform.ts'
import { outcome, parseWire } from './wire.ts'

/** The platform answered, and not with 200. */
export class HttpFailure extends Error {
  override readonly name = 'HttpFailure'
  readonly status: number
  constructor(status: number, body: string) {
    super(`http ${status}: ${body.trim().slice(0, 200)}`)
    this.status = status
  }
}

/** The platform answered with a code of its own. */
export class ApiFailure extends Error {
  override readonly name = 'ApiFailure'
  /** `ret`, or `errcode` when that is 0. */
  readonly code: number
  constructor(operation: string, answer: { ret: number; errcode: number; errmsg: string; err_msg: string }) {
    const { ret, errcode } = answer
    super(`${operation} failed: ret=${ret} errcode=${errcode} msg=${answer.errmsg || answer.err_msg}`)
    this.code = ret || errcode
  }
}

/** The code of a login that is over. */
export const STALE_TOKEN = -14
/** The code of sends that are too many, or of a conversation that rests for too long. */
export const THROTTLED = -2

export interface Caller {
  readonly fetch: Platform['fetch']
  /** Without a slash at the end. */
  readonly baseUrl: string
  /** Absent before a login. */
  readonly token?: string
  /** Of the protocol, `major.minor.patch`. */
  readonly version: string
}

export interface CallOptions {
  readonly timeoutMs: number
  readonly signal?: AbortSignal | undefined
}

/** The platform took longer than we wait. */
export class TimedOut extends Error {
  override readonly name = 'TimedOut'
}

/** Who we are, in every request; for the platform's own statistics. */
export const baseInfo = ({ version }: Pick<Caller, 'version'>) => ({
  channel_version: version,
  bot_agent: 'ClawGo/1.0 (personal gateway)',
})

/**
 * Runs `work` under a deadline: throws TimedOut when it passes, and what the signal says when that comes first. No timer is
 * left behind, which on the edge would keep the gateway awake.
 */
export async function within<T>(
  { timeoutMs, signal }: CallOptions,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  signal?.throwIfAborted()
  const controller = new AbortController()
  const abort = () => controller.abort(signal?.reason)
  const timer = setTimeout(() => controller.abort(new TimedOut('the platform did not answer in time')), timeoutMs)
  signal?.addEventListener('abort', abort, { once: true })
  try {
    return await work(controller.signal)
  } catch (error) {
    throw controller.signal.aborted ? controller.signal.reason : error
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', abort)
  }
}

/** GET without credentials; resolves with the body's JSON. Throws HttpFailure, SyntaxError, or what `fetch` throws. */
export async function getJson(caller: Caller, path: string, options: CallOptions): Promise<unknown> {
  return parseWire(await textOf(caller, path, { headers: appHeaders(caller) }, options))
}

/** POST of JSON. A refusal in a 200 answer is an ApiFailure; broken JSON an Error `decode response: ...`. */
export async function postJson(
  caller: Caller,
  path: string,
  body: Record<string, unknown>,
  options: CallOptions,
): Promise<unknown> {
  const headers: Record<string, string> = {
    ...appHeaders(caller),
    'content-type': 'application/json',
    AuthorizationType: 'ilink_bot_token',
    'X-WECHAT-UIN': randomUin(),
    ...(caller.token ? { authorization: `Bearer ${caller.token}` } : {}),
  }
  const init = { method: 'POST', headers, body: JSON.stringify(body) }
  const answer = decoded(await textOf(caller, path, init, options))
  const said = outcome.safeParse(answer)
  if (said.success && (said.data.ret !== 0 || said.data.errcode !== 0)) {
    throw new ApiFailure(path.replace(/\?.*/, '').split('/').at(-1)!, said.data)
  }
  return answer
}

function textOf(caller: Caller, path: string, init: RequestInit, options: CallOptions): Promise<string> {
  return within(options, async (signal) => {
    // A redirect would carry the token to wherever it points: it counts as the failure that its status is.
    const response = await caller.fetch(`${caller.baseUrl}/${path}`, { ...init, redirect: 'manual', signal })
    const text = await response.text()
    if (response.status === 200) return text
    throw new HttpFailure(response.status, caller.token ? text.replaceAll(caller.token, '***') : text)
  })
}

function decoded(text: string): unknown {
  try {
    return parseWire(text)
  } catch (cause) {
    throw new Error(`decode response: ${messageOf(cause)}`, { cause })
  }
}

const appHeaders = ({ version }: Caller): Record<string, string> => ({
  'iLink-App-Id': 'bot',
  'iLink-App-ClientVersion': String(clientVersion(version)),
})

/** `2.4.9` as the platform writes it in one number. */
export function clientVersion(version: string): number {
  const [major = 0, minor = 0, patch = 0] = version.split('.').map((part) => Number.parseInt(part, 10) || 0)
  return ((major & 0xff) << 16) | ((minor & 0xff) << 8) | (patch & 0xff)
}

/** A random uint32, as decimal text, in base64; new for every request. */
function randomUin(): string {
  return btoa(String(crypto.getRandomValues(new Uint32Array(1))[0]))
}
