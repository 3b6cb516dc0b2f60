/** Repairs what vendors send, before a strict library reads it (providers.md section 6.3). */
import { GatewayError } from '../../errors.ts'
import { jsonObject } from '../../json-object.ts'

/** No token response is longer. */
const MAX_BYTES = 256 * 1024

export interface Tolerance {
  /** Send JSON instead of a form. */
  json: boolean
  /** Members to add to the request's body. */
  body?: Readonly<Record<string, string>>
  /** False: the id token is put aside as `unchecked_id_token`, since nobody knows whose it should be. */
  keepIdToken: boolean
}

type Init = { body?: unknown; method?: string; signal?: AbortSignal | undefined }

/** A `fetch` for oauth4webapi over a guarded one; redirects are not followed. */
export function tolerantFetch(
  fetch: (url: string, init: RequestInit) => Promise<Response>,
  { json, body: extra = {}, keepIdToken }: Tolerance,
): (url: string, init: Init) => Promise<Response> {
  return async (url, init) => {
    const form = new URLSearchParams(init.body instanceof URLSearchParams ? init.body : String(init.body ?? ''))
    for (const [name, value] of Object.entries(extra)) form.set(name, value)
    const headers: Record<string, string> = {
      accept: 'application/json',
      'content-type': json ? 'application/json' : 'application/x-www-form-urlencoded',
    }
    const body = json ? JSON.stringify(Object.fromEntries(form)) : form.toString()
    const signal = init.signal ?? null
    const response = await fetch(url, { method: init.method ?? 'POST', headers, body, signal })
    const value = jsonObject(await limitedText(response))
    if (value === undefined) return new Response('', { status: response.status })
    return Response.json(repaired(value, keepIdToken), { status: statusFor(response.status, value) })
  }
}

function repaired(value: Record<string, unknown>, keepIdToken: boolean): Record<string, unknown> {
  const out = { ...value }
  if (typeof out.access_token === 'string' && typeof out.token_type !== 'string') out.token_type = 'Bearer'
  for (const name of ['interval', 'expires_in']) {
    if (typeof out[name] === 'string' && out[name].trim() !== '') out[name] = Number(out[name])
    if (typeof out[name] === 'number' && !(out[name] > 0)) delete out[name]
  }
  if (out.refresh_token === null || out.refresh_token === '') delete out.refresh_token
  if (!keepIdToken && out.id_token !== undefined) {
    out.unchecked_id_token = out.id_token
    delete out.id_token
  }
  return out
}

/** Errors sent as successes, and successes under another number. */
function statusFor(status: number, { error }: Record<string, unknown>): number {
  if (typeof error === 'string' && status < 400) return 400
  return status >= 200 && status < 300 ? 200 : status
}

/** The body as text; 502 when it is far too long. */
export async function limitedText(response: Response): Promise<string> {
  const reader = response.body?.getReader() as ReadableStreamDefaultReader<Uint8Array> | undefined
  const decoder = new TextDecoder()
  let text = ''
  let size = 0
  for (;;) {
    const chunk = await reader?.read()
    if (!chunk || chunk.done) return text + decoder.decode()
    size += chunk.value.byteLength
    if (size > MAX_BYTES) {
      reader?.cancel().catch(() => {})
      throw new GatewayError(502, 'oauth_upstream', 'the answer of the login server is too long')
    }
    text += decoder.decode(chunk.value, { stream: true })
  }
}
