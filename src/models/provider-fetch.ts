/**
 * The `fetch` a provider's SDK gets: signs each call with a credential of the pool, and goes to the next one when the
 * vendor refuses it. Sends no credentials where there are none, and never tells ours.
 */
import { GatewayError } from '../errors.ts'
import { classify } from './failure.ts'
import type { CallPool } from './language-model.ts'
import { type RestReason, reasonOf } from './pool-effects.ts'
import { type CredentialFailure, exhausted, noCredential } from './pool-failure.ts'
import type { AccessToken, Credential } from './pool-types.ts'
import type { ModelRoute } from './route.ts'
import { signed } from './signing.ts'
import type { ModelFailure } from './types.ts'

/** New tokens that one call asks for on behalf of one account. */
const MAX_RENEWALS = 2

/** What became of one credential's try: an answer to hand on, or a failure and what to say when no other is left. */
type Outcome =
  | { response: Response; took: boolean }
  | { failure: ModelFailure; reason: RestReason | null; say: () => Response }

/**
 * Wraps `fetch` for the calls of one route, whose SDK believes that the provider is at `baseUrl`. A redirect is an error,
 * since credentials must not follow it elsewhere, and so is a web page: both mean that `api_base` is wrong. Rejects with
 * `CredentialsExhausted` when several credentials failed or there is none, else as `fetch` does.
 */
export function providerFetch(
  route: ModelRoute,
  baseUrl: string,
  ports: { fetch: typeof globalThis.fetch; pool: CallPool; now: () => number },
): typeof globalThis.fetch {
  const { provider, modelId, key, accounts = false } = route
  const { fetch, pool, now } = ports

  async function ask(input: Parameters<typeof fetch>[0], init: RequestInit | undefined, credential: Credential) {
    const send = async (token: AccessToken | undefined) => {
      const secret = credential.key ?? token?.value
      const call = signed(route, baseUrl, { input, init: init ?? {} }, credential, token)
      const response = await (token?.fetch ?? fetch)(call.url, { ...call.init, redirect: 'manual' })
      return sane(response, secret)
    }
    if (credential.kind !== 'oauth') return send(undefined)
    let token = await pool.token(provider, credential)
    for (let renewals = 0; ; renewals++) {
      const response = await send(token)
      if (response.status !== 401 || renewals >= MAX_RENEWALS) return response
      const newer = await pool.token(provider, credential, token.value)
      if (newer.value === token.value) return response
      await response.body?.cancel()
      token = newer
    }
  }

  async function attempt(
    input: Parameters<typeof fetch>[0],
    init: RequestInit | undefined,
    credential: Credential,
  ): Promise<Outcome> {
    try {
      const response = await ask(input, init, credential)
      if (response.status < 400) return { response, took: true }
      const body = await response.text()
      const { status, statusText, headers } = response
      const say = () => new Response(body, { status, statusText, headers })
      const failure = classify(
        { statusCode: status, responseBody: body, responseHeaders: Object.fromEntries(headers) },
        now(),
      )
      const reason = reasonOf(failure)
      return reason ? { failure, reason, say } : { response: say(), took: false }
    } catch (error) {
      const { signal } = init ?? {}
      if (signal?.aborted) {
        // A caller that gave up waiting had a silent vendor; one that was stopped says nothing about it.
        if (isTimeout(signal.reason)) {
          const failure = classify(signal.reason, now())
          pool.failed(provider, modelId, credential, 'unavailable', failure)
        }
        throw error
      }
      // What an account says itself: it could not get a token.
      const own = error instanceof GatewayError
      const failure = own ? accountFailure(error) : classify(error, now())
      const say = () => {
        throw error
      }
      return { failure, reason: own && failure.kind === 'auth' ? null : reasonOf(failure), say }
    }
  }

  return async (input, init) => {
    const failures: CredentialFailure[] = []
    let last: (() => Response) | undefined
    const attempts = await pool.attempts(provider, modelId, key, accounts)
    for (const [i, credential] of attempts.entries()) {
      const startedAt = now()
      const outcome = await attempt(input, init, credential)
      if ('response' in outcome) {
        if (!outcome.took) return outcome.response
        pool.succeeded(provider, modelId, credential, startedAt)
        return watched(outcome.response, (error) => {
          const { signal } = init ?? {}
          const cause = signal?.aborted ? signal.reason : error
          if (signal?.aborted && !isTimeout(cause)) return
          pool.failed(provider, modelId, credential, 'unavailable', classify(cause, now()))
        })
      }
      const { failure, reason, say } = outcome
      if (reason) pool.failed(provider, modelId, credential, reason, failure)
      failures.push({ who: nameOf(credential, attempts.slice(0, i)), failure })
      last = say
    }
    if (failures.length === 0) throw noCredential(provider)
    if (failures.length === 1 && attempts[0]!.kind !== 'oauth') return last!()
    throw exhausted(failures, await pool.freeIn(provider, modelId, key, accounts))
  }
}

const isTimeout = (reason: unknown) => reason instanceof Error && reason.name === 'TimeoutError'

/** The response; `broken` hears when its stream breaks off, so that the next call goes to somebody else first. */
function watched(response: Response, broken: (error: unknown) => void): Response {
  const { body, status, statusText, headers } = response
  if (!body || !headers.get('content-type')?.startsWith('text/event-stream')) return response
  const reader = body.getReader()
  const stream = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await reader.read()
        if (done) controller.close()
        else controller.enqueue(value)
      } catch (error) {
        broken(error)
        controller.error(error)
      }
    },
    cancel: (reason) => reader.cancel(reason),
  })
  return new Response(stream, { status, statusText, headers })
}

/** Whom a message to a chat may name: not the e-mail of an account. */
function nameOf({ kind }: Credential, before: readonly Credential[]): string {
  if (kind === 'api_key') return 'API key'
  return kind === 'none' ? 'without credentials' : `account ${before.filter((each) => each.kind === kind).length + 1}`
}

function accountFailure({ message, status }: GatewayError): ModelFailure {
  const upstream = status >= 500
  const kind = upstream ? 'network' : 'auth'
  return { kind, status: undefined, retryable: upstream, retryAfterMs: undefined, message }
}

/** Error answers without the secret; redirects and web pages as the errors they are. */
async function sane(response: Response, secret: string | undefined): Promise<Response> {
  if (response.status >= 300 && response.status < 400) return redirected(response)
  if (response.ok && response.headers.get('content-type')?.startsWith('text/html')) return webPage(response)
  if (response.status < 400 || !secret) return response
  const text = await response.text()
  const kept = new Headers(response.headers)
  // The body was decoded and may have become shorter.
  kept.delete('content-encoding')
  kept.delete('content-length')
  const { status, statusText } = response
  return new Response(text.replaceAll(secret, '***'), { status, statusText, headers: kept })
}

async function redirected(response: Response): Promise<Response> {
  await response.body?.cancel()
  const host = URL.parse(response.headers.get('location') ?? '')?.host ?? 'another address'
  const message = `The provider redirects to ${host}. Set api_base to where it really is.`
  return Response.json({ error: { message } }, { status: 502 })
}

async function webPage(response: Response): Promise<Response> {
  await response.body?.cancel()
  const message = 'The provider answered with a web page. Check api_base: it may lack its /v1.'
  return Response.json({ error: { message } }, { status: 502 })
}
