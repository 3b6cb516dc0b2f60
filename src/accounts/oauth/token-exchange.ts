/** OAuth 2 requests through oauth4webapi, loaded when first needed, and its errors in words for people. */
import type * as oauth from 'oauth4webapi'
import { badRequest, GatewayError, messageOf } from '../../errors.ts'
import type { LoginSettings } from './login-settings.ts'
import { tolerantFetch } from './tolerant-fetch.ts'

/** A guarded `fetch`, and whether a URL is one of the owner's private hosts, which may speak plain http. */
export interface OAuthNetwork {
  fetch(url: string, init: RequestInit): Promise<Response>
  isPrivate(url: string): boolean
  /** The same over a proxy, normalised; empty: none. Throws what `Proxies.check` throws. */
  through(proxy: string): OAuthNetwork
}

/** A token response as the vendor sent it: standard members and its own. */
export type TokenResponse = Readonly<Record<string, unknown>> & { readonly access_token: string }

/** The refresh token or code is worth nothing any more: the account must sign in again. */
export class GrantRefused extends GatewayError {
  constructor(message: string, code: string) {
    super(400, code, message)
  }
}

const TIMEOUT_MS = 30_000

interface Prepared {
  o: typeof oauth
  as: oauth.AuthorizationServer
  client: oauth.Client
  auth: oauth.ClientAuth
  options: Record<symbol, unknown> & { signal: () => AbortSignal }
}

async function prepare(
  settings: LoginSettings,
  network: OAuthNetwork,
  body?: Record<string, string>,
): Promise<Prepared> {
  const o = await import('oauth4webapi')
  const { clientId, clientSecret, tokenUrl, authUrl, issuer, flow } = settings
  const insecure = [tokenUrl, authUrl].some((url) => url.startsWith('http://') && network.isPrivate(url))
  return {
    o,
    as: {
      issuer: issuer || new URL(tokenUrl).origin,
      authorization_endpoint: authUrl,
      device_authorization_endpoint: authUrl,
      token_endpoint: tokenUrl,
    },
    client: { client_id: clientId },
    auth: clientSecret ? o.ClientSecretPost(clientSecret) : o.None(),
    options: {
      [o.customFetch]: tolerantFetch(network.fetch, {
        json: flow.jsonTokens === true,
        ...(body ? { body } : {}),
        keepIdToken: issuer !== '',
      }),
      [o.allowInsecureRequests]: insecure,
      signal: () => AbortSignal.timeout(TIMEOUT_MS),
    },
  }
}

/** What a code flow begins with: the page to open, and the secrets to keep until it comes back. */
export async function startCode(settings: LoginSettings): Promise<{ url: string; state: string; verifier: string }> {
  const o = await import('oauth4webapi')
  const state = o.generateRandomState()
  const verifier = o.generateRandomCodeVerifier()
  const url = new URL(settings.authUrl)
  const parameters = {
    client_id: settings.clientId,
    response_type: 'code',
    redirect_uri: settings.redirectUrl,
    ...(settings.scopes.length > 0 ? { scope: settings.scopes.join(' ') } : {}),
    state,
    code_challenge: await o.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    ...settings.flow.extra,
  }
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value)
  return { url: url.href, state, verifier }
}

/** Exchanges the code of a callback whose state was checked. Throws `GrantRefused`, or 502 when the vendor has trouble. */
export async function exchangeCode(
  settings: LoginSettings,
  callback: { code: string; state: string; verifier: string },
  network: OAuthNetwork,
): Promise<TokenResponse> {
  const { code, state, verifier } = callback
  const { o, as, client, auth, options } = await prepare(
    settings,
    network,
    settings.flow.jsonTokens ? { state } : undefined,
  )
  return attempt(settings, async () => {
    const parameters = o.validateAuthResponse(as, client, new URLSearchParams({ code, state }), state)
    const answer = await o.authorizationCodeGrantRequest(
      as,
      client,
      auth,
      parameters,
      settings.redirectUrl,
      verifier,
      options,
    )
    return o.processAuthorizationCodeResponse(as, client, answer)
  })
}

/** Uses a refresh token, once. Errors as `exchangeCode`. */
export async function refreshTokens(
  settings: LoginSettings,
  refreshToken: string,
  network: OAuthNetwork,
): Promise<TokenResponse> {
  const { o, as, client, auth, options } = await prepare(settings, network)
  const { flow, scopes } = settings
  const additionalParameters = new URLSearchParams(
    flow.scopeOnRefresh && scopes.length > 0 ? { scope: scopes.join(' ') } : '',
  )
  return attempt(settings, async () => {
    const answer = await o.refreshTokenGrantRequest(as, client, auth, refreshToken, {
      ...options,
      additionalParameters,
    })
    return o.processRefreshTokenResponse(as, client, answer)
  })
}

/** Begins a device flow (RFC 8628), with PKCE where the vendor wants it. */
export async function startDevice(
  settings: LoginSettings,
  network: OAuthNetwork,
): Promise<{ response: oauth.DeviceAuthorizationResponse; verifier: string }> {
  const { o, as, client, auth, options } = await prepare(settings, network)
  const verifier = settings.flow.devicePkce ? o.generateRandomCodeVerifier() : ''
  const parameters = {
    ...(settings.scopes.length > 0 ? { scope: settings.scopes.join(' ') } : {}),
    ...(verifier
      ? { code_challenge: await o.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256' }
      : {}),
  }
  const response = await attempt(settings, async () => {
    const answer = await o.deviceAuthorizationRequest(as, client, auth, parameters, options)
    return o.processDeviceAuthorizationResponse(as, client, answer)
  })
  return { response, verifier }
}

/** Asks once whether the code was typed: the tokens, or how to go on. Throws when the flow is over. */
export async function pollDevice(
  settings: LoginSettings,
  device: { deviceCode: string; verifier: string },
  network: OAuthNetwork,
): Promise<TokenResponse | 'pending' | 'slow_down'> {
  const { o, as, client, auth, options } = await prepare(settings, network)
  const additionalParameters = new URLSearchParams(device.verifier ? { code_verifier: device.verifier } : '')
  try {
    return await attempt(settings, async () => {
      const answer = await o.deviceCodeGrantRequest(as, client, auth, device.deviceCode, {
        ...options,
        additionalParameters,
      })
      return o.processDeviceCodeResponse(as, client, answer)
    })
  } catch (error) {
    if (!(error instanceof GrantRefused)) throw error
    switch (error.code) {
      case 'authorization_pending':
        return 'pending'
      case 'slow_down':
        return 'slow_down'
      case 'access_denied':
        throw badRequest('oauth device flow denied by user')
      case 'expired_token':
        throw badRequest('oauth device code expired: start again')
      default:
        throw error
    }
  }
}

/** The errors of the library in words, without a body: a vendor may repeat the code or token in it. */
async function attempt<T>(settings: LoginSettings, work: () => Promise<T>): Promise<T> {
  const { flow } = settings
  try {
    return await work()
  } catch (error) {
    if (error instanceof GatewayError) throw error
    const loose = error as { error?: unknown; status?: unknown; code?: unknown }
    if (typeof loose.error === 'string' && /^[\w.-]{1,60}$/.test(loose.error) && Number(loose.status) < 500) {
      throw new GrantRefused(`${flow.name} refused the login: ${loose.error}`, loose.error)
    }
    const status = typeof loose.status === 'number' ? ` (status ${loose.status})` : ''
    if (loose.code === 'OAUTH_HTTP_REQUEST_FORBIDDEN') {
      throw badRequest(`the login addresses of ${flow.name} must use https`)
    }
    throw new GatewayError(502, 'oauth_upstream', `${flow.name} did not answer the login as expected${status}`, {
      cause: messageOf(error),
    })
  }
}
