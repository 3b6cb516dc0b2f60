/** The Bot API through grammY's client, over the gateway's fetch. No queue and no retry in here: the outbox has both. */
import type { InputFile, RawApi } from 'grammy'
import { failureOf, redacted, TelegramFailure } from './failure.ts'

type Fetch = typeof globalThis.fetch

export interface TelegramApi {
  /** One or more calls; whatever goes wrong is a `TelegramFailure`. The token is in none of its words. */
  call<T>(work: (raw: RawApi) => Promise<T>): Promise<T>
  /** A file on its way up. */
  upload(bytes: Uint8Array, name: string): Promise<InputFile>
  /** Fetches a file that `getFile` has named; 404s and cuts are `TelegramFailure`s. */
  file(path: string, signal: AbortSignal): Promise<Response>
}

export interface ApiOptions {
  token: string
  /** `https://api.telegram.org`, or a Bot API server of one's own. */
  root: string
  fetch: Fetch
}

/** How long one call may take, ms; uploads have `UPLOAD_TIMEOUT_MS`. */
export const CALL_TIMEOUT_MS = 30_000
export const UPLOAD_TIMEOUT_MS = 180_000

/** grammY is loaded with the first call. */
export function telegramApi({ token, root, fetch }: ApiOptions): TelegramApi {
  const apiRoot = root.trim().replace(/\/+$/, '')
  let loading: Promise<{ raw: RawApi; InputFile: typeof InputFile }> | undefined
  const load = () => {
    loading ??= import('grammy').then(({ Api, InputFile }) => {
      const client = new Api(token, { apiRoot, fetch: bridge(fetch) })
      return { raw: client.raw, InputFile }
    })
    return loading
  }
  return {
    async call(work) {
      const { raw } = await load()
      try {
        return await work(raw)
      } catch (error) {
        throw failureOf(error, token)
      }
    },
    async upload(bytes, name) {
      const { InputFile } = await load()
      // grammY writes the name into the form's header as it is.
      return new InputFile(bytes, `"${name.replace(/[\r\n]+/g, ' ').replaceAll('"', '%22')}"`)
    },
    async file(path, signal) {
      try {
        const url = `${apiRoot}/file/bot${token}/${path.split('/').map(encodeURIComponent).join('/')}`
        const answer = await fetch(url, { signal, redirect: 'manual' })
        if (answer.status === 200) return answer
        await answer.body?.cancel()
        throw new TelegramFailure(answer.status, redacted(`Telegram answered ${answer.status} for a file`, token))
      } catch (error) {
        throw failureOf(error, token)
      }
    },
  }
}

/** A signal for grammY too, whose types on Node know an older class of them; `bridge` takes either. */
export type CallSignal = AbortSignal & NonNullable<Parameters<RawApi['getMe']>[0]>

/** Comes with `signal`, if there is one, and at the latest after `ms`. */
export function within(signal: AbortSignal | null, ms: number): CallSignal {
  const limit = AbortSignal.timeout(ms)
  return (signal ? AbortSignal.any([signal, limit]) : limit) as CallSignal
}

interface Call {
  method?: string
  headers?: Record<string, string>
  body?: unknown
  signal?: { aborted: boolean; addEventListener(type: 'abort', listener: () => void): void }
}

/**
 * The gateway's fetch as grammY calls it. On Node grammY comes with an AbortController of its own, which the platform's
 * fetch does not take, and it expects JSON even where a proxy on the way answers with a page.
 */
function bridge(fetch: Fetch) {
  return async (input: string | URL, { method, headers = {}, body, signal }: Call): Promise<Response> => {
    const controller = new AbortController()
    if (signal?.aborted) controller.abort()
    else signal?.addEventListener('abort', () => controller.abort())
    const { connection: _, ...kept } = headers
    const init = { method, headers: kept, body, signal: controller.signal, redirect: 'manual', duplex: 'half' }
    const answer = await fetch(input, init as RequestInit)
    if (answer.headers.get('content-type')?.includes('json')) return answer
    await answer.body?.cancel()
    const error_code = answer.status >= 400 ? answer.status : 502
    return Response.json({ ok: false, error_code, description: `answered ${answer.status} without JSON` })
  }
}
