/**
 * The HTTP API of the Open Platform, over the gateway's own `fetch` on every runtime. A call carries the tenant's token,
 * fetched when first needed, kept with a margin before its end and never fetched twice at once.
 */
import * as z from 'zod'
import { messageOf } from '../../errors.ts'
import { DeliveryError } from '../channel.ts'
import { FeishuError, isTokenOver, refusal, waitOf } from './failure.ts'
import type { FeishuSettings } from './settings.ts'

const answerSchema = z.looseObject({ code: z.number(), msg: z.string().default('') })
const tokenSchema = z.object({ tenant_access_token: z.string().min(1), expire: z.number().positive() })

/** Answers are small; a wrong address may send anything. */
const ANSWER_LIMIT = 1024 * 1024
/** A call that hangs must not hold the chat's queue. */
const CALL_MS = 30_000
const UPLOAD_MS = 120_000

export interface CallOptions {
  query?: Record<string, string>
  body?: unknown
  /** A multipart body instead of `body`. */
  form?: () => FormData
  signal: AbortSignal
  /** The call makes or changes something people see: when the line is cut, it may have happened. */
  applies?: boolean
}

export interface FeishuApi {
  /** The answer whose `code` is 0. Throws `DeliveryError`. */
  call(method: string, path: string, options: CallOptions): Promise<Record<string, unknown>>
  /** The raw bytes of a resource. Throws `DeliveryError`. */
  download(path: string, query: Record<string, string>, signal: AbortSignal): Promise<Response>
}

interface Token {
  value: string
  until: number
}

/** A client of one app. */
export function feishuApi(deps: {
  settings: FeishuSettings
  fetch: typeof globalThis.fetch
  now: () => number
}): FeishuApi {
  const { settings, now } = deps
  const origin = new URL(settings.domain).origin
  let token: Token | undefined
  let fetching: Promise<Token> | undefined

  async function request(method: string, path: string, bearer: string | null, options: CallOptions): Promise<Response> {
    const url = new URL(path, origin)
    for (const [name, value] of Object.entries(options.query ?? {})) url.searchParams.set(name, value)
    const headers: Record<string, string> = {}
    if (bearer !== null) headers.authorization = `Bearer ${bearer}`
    if (options.body !== undefined) headers['content-type'] = 'application/json; charset=utf-8'
    const limit = AbortSignal.timeout(options.form ? UPLOAD_MS : CALL_MS)
    // The token follows no redirect; one counts as an answer that makes no sense.
    const init: RequestInit = { method, headers, redirect: 'manual', signal: AbortSignal.any([options.signal, limit]) }
    if (options.form) init.body = options.form()
    else if (options.body !== undefined) init.body = JSON.stringify(options.body)
    return deps.fetch(url, init).catch((cause: unknown) => {
      throw cut(cause, options)
    })
  }

  async function answer(response: Response, options: CallOptions): Promise<Record<string, unknown>> {
    const text = await readAnswer(response).catch((cause: unknown) => {
      throw cut(cause, options)
    })
    const parsed = answerSchema.safeParse(parse(text))
    if (!parsed.success) {
      // Not the platform's word: something on the way, or a fault in front of it.
      const failure = response.status < 300 && options.applies ? 'ambiguous' : 'later'
      throw new FeishuError(0, failure, `Feishu answers HTTP ${response.status}, and no JSON`, waitOf(response.headers))
    }
    const { code, msg } = parsed.data
    if (code !== 0 || response.status >= 400) throw refusal(response.status, code, msg, response.headers)
    return parsed.data
  }

  async function fetchToken(signal: AbortSignal): Promise<Token> {
    const options = { body: { app_id: settings.app_id, app_secret: settings.app_secret }, signal }
    const path = '/open-apis/auth/v3/tenant_access_token/internal'
    const given = tokenSchema.safeParse(
      await request('POST', path, null, options)
        .then((response) => answer(response, options))
        .catch((error: unknown) => {
          throw wrongCredentials(error) ?? error
        }),
    )
    if (!given.success) throw new DeliveryError('later', 'Feishu answers the login without a token')
    const { tenant_access_token, expire } = given.data
    // Half an hour before its end the platform gives a new one; the old one works on.
    return { value: tenant_access_token, until: now() + Math.max(expire - 300, expire / 2) * 1000 }
  }

  async function bearer(signal: AbortSignal): Promise<string> {
    if (token && token.until > now()) return token.value
    // One for all who wait: nobody's own end may break it off for the others.
    fetching ??= fetchToken(AbortSignal.timeout(CALL_MS)).finally(() => {
      fetching = undefined
    })
    token = await orAborted(fetching, signal)
    return token.value
  }

  async function withToken<T>(signal: AbortSignal, attempt: (bearer: string) => Promise<T>): Promise<T> {
    const used = await bearer(signal)
    try {
      return await attempt(used)
    } catch (error) {
      if (!isTokenOver(error)) throw error
      if (token?.value === used) token = undefined
      return attempt(await bearer(signal))
    }
  }

  return {
    call: (method, path, options) =>
      withToken(options.signal, async (value) => answer(await request(method, path, value, options), options)),
    download: (path, query, signal) =>
      withToken(signal, async (value) => {
        const response = await request('GET', path, value, { query, signal })
        const type = response.headers.get('content-type') ?? ''
        // An error is JSON, and so may a file be: those have a name.
        const isError = response.status !== 200 || (/json/.test(type) && !response.headers.has('content-disposition'))
        if (isError) await answer(response, { signal })
        return response
      }),
  }
}

function cut(cause: unknown, { applies, signal }: CallOptions): Error {
  if (signal.aborted) return signal.reason instanceof Error ? signal.reason : new Error('aborted')
  if (cause instanceof FeishuError) return cause
  return new DeliveryError(
    applies ? 'ambiguous' : 'later',
    `Feishu cannot be reached: ${messageOf(cause)}`,
    undefined,
    {
      cause,
    },
  )
}

/** Whatever else the login refuses for: with these credentials nothing can go out. */
function wrongCredentials(error: unknown): FeishuError | null {
  if (!(error instanceof FeishuError) || error.failure !== 'refused') return null
  const about = `${error.message}; check channels.feishu.app_id, app_secret and domain`
  return new FeishuError(error.code, 'login', about)
}

function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted()
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason)
    signal.addEventListener('abort', abort, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}

async function readAnswer(response: Response): Promise<string> {
  const reader = (response.body as ReadableStream<Uint8Array> | null)?.getReader()
  const decoder = new TextDecoder()
  let text = ''
  for (let chunk = await reader?.read(); chunk && !chunk.done; chunk = await reader?.read()) {
    text += decoder.decode(chunk.value, { stream: true })
    if (text.length > ANSWER_LIMIT) {
      await reader?.cancel()
      throw new Error('the answer is too large')
    }
  }
  return text
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
