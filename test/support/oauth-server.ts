/**
 * An OAuth issuer on loopback: a real HTTP server with an authorization page, a token endpoint and device endpoints. It
 * enforces what a vendor enforces: the client and its secret, the exact redirect, PKCE S256, codes and refresh tokens that
 * work once (a refresh token used twice revokes its family), the device interval. Faults come on command.
 */
import { createHash, randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface OAuthServerOptions {
  clientId?: string
  /** Asked for in the form when set. */
  clientSecret?: string
  /** Seconds; default 3600. */
  expiresIn?: number
  /** Seconds; default 1. */
  interval?: number
}

/** What the token endpoint does instead of its duty, for the next calls. */
export type TokenFault = 'status=500' | 'cut' | 'garbage' | 'no_token_type' | 'error_as_200' | 'invalid_grant'

export interface OAuthServer {
  readonly url: string
  readonly clientId: string
  readonly authorizeUrl: string
  readonly tokenUrl: string
  readonly deviceUrl: string
  /** OpenAI's own device flow starts here. */
  readonly codexDeviceUrl: string
  /** Forms and JSON bodies that the token endpoint got, oldest first. */
  readonly tokenRequests: ReadonlyArray<{ type: string; form: Record<string, string> }>
  /** How often each refresh token was presented. */
  readonly refreshUses: ReadonlyMap<string, number>
  /** Does what a person does in the browser: opens the page, allows; returns the address the browser ends on. */
  allow(authUrl: string, account?: string): Promise<string>
  /** The person types the code of a device flow, or denies it. */
  approve(userCode: string, account?: string): void
  deny(userCode: string): void
  /** Makes tokens without a login, for credential files. */
  issue(account: string): { access_token: string; refresh_token: string }
  /** Whether a model server should take this access token; whose it is. */
  accountOf(accessToken: string): string | undefined
  /** The access tokens given to an account so far are worth nothing. */
  revokeAccess(account: string): void
  /** The next token requests fail so, one fault each. */
  failNext(...faults: TokenFault[]): void
  close(): Promise<void>
}

interface Grant {
  account: string
  challenge: string
  redirect: string
}

interface Device {
  userCode: string
  challenge: string
  state: 'pending' | 'allowed' | 'denied'
  account: string
  polledAt: number
}

/** Starts an issuer on a free port of 127.0.0.1. */
export async function startOAuthServer(options: OAuthServerOptions = {}): Promise<OAuthServer> {
  const { clientId = 'client-of-the-owner', clientSecret = '', expiresIn = 3600, interval = 1 } = options
  const codes = new Map<string, Grant>()
  const devices = new Map<string, Device>()
  const access = new Map<string, string>()
  const refresh = new Map<string, { account: string; family: string }>()
  const spent = new Map<string, string>()
  const refreshUses = new Map<string, number>()
  const tokenRequests: Array<{ type: string; form: Record<string, string> }> = []
  const faults: TokenFault[] = []

  function tokensFor(account: string, family = random()) {
    const tokens = { access_token: `at-${random()}`, refresh_token: `rt-${random()}` }
    access.set(tokens.access_token, account)
    refresh.set(tokens.refresh_token, { account, family })
    return tokens
  }

  const answerFor = (account: string, family?: string) => ({
    ...tokensFor(account, family),
    token_type: 'Bearer',
    expires_in: expiresIn,
    email: account,
    account_id: `id-of-${account}`,
  })

  async function page(url: URL, res: ServerResponse): Promise<void> {
    const query = url.searchParams
    const wrong =
      query.get('client_id') !== clientId
        ? 'invalid_client'
        : query.get('response_type') !== 'code'
          ? 'unsupported_response_type'
          : query.get('code_challenge_method') !== 'S256' || !query.get('code_challenge') || !query.get('state')
            ? 'invalid_request'
            : ''
    const redirect = new URL(query.get('redirect_uri') ?? 'http://localhost/none')
    redirect.searchParams.set('state', query.get('state') ?? '')
    if (wrong) redirect.searchParams.set('error', wrong)
    else {
      const code = random()
      codes.set(code, {
        account: query.get('account') ?? 'ann@example.com',
        challenge: query.get('code_challenge')!,
        redirect: query.get('redirect_uri')!,
      })
      redirect.searchParams.set('code', code)
    }
    res.writeHead(302, { location: redirect.href }).end()
  }

  function token(form: Record<string, string>, res: ServerResponse) {
    const refuse = (error: string, status = 400) => json(res, status, { error, error_description: `no: ${error}` })
    if (form.client_id !== clientId || (clientSecret && form.client_secret !== clientSecret)) {
      return refuse('invalid_client', 401)
    }
    switch (form.grant_type) {
      case 'authorization_code': {
        const grant = codes.get(form.code ?? '')
        codes.delete(form.code ?? '')
        const challenge = s256(form.code_verifier ?? '')
        if (!grant || grant.challenge !== challenge || grant.redirect !== form.redirect_uri) {
          return refuse('invalid_grant')
        }
        return json(res, 200, answerFor(grant.account))
      }
      case 'refresh_token': {
        const given = form.refresh_token ?? ''
        refreshUses.set(given, (refreshUses.get(given) ?? 0) + 1)
        const reused = spent.get(given)
        if (reused !== undefined) {
          for (const [key, { family }] of refresh) if (family === reused) refresh.delete(key)
          return refuse('invalid_grant')
        }
        const known = refresh.get(given)
        if (!known) return refuse('invalid_grant')
        refresh.delete(given)
        spent.set(given, known.family)
        return json(res, 200, answerFor(known.account, known.family))
      }
      case 'urn:ietf:params:oauth:grant-type:device_code': {
        const device = devices.get(form.device_code ?? '')
        if (!device) return refuse('expired_token')
        if (device.challenge && device.challenge !== s256(form.code_verifier ?? '')) return refuse('invalid_grant')
        const early = Date.now() - device.polledAt < interval * 900
        device.polledAt = Date.now()
        if (device.state === 'denied') return refuse('access_denied')
        if (early) return refuse('slow_down')
        if (device.state === 'pending') return refuse('authorization_pending')
        devices.delete(form.device_code!)
        return json(res, 200, answerFor(device.account))
      }
      default:
        return refuse('unsupported_grant_type')
    }
  }

  function startDevice(form: Record<string, string>, res: ServerResponse) {
    if (form.client_id !== clientId) return json(res, 401, { error: 'invalid_client' })
    const userCode = random().slice(0, 8).toUpperCase()
    const deviceCode = random()
    devices.set(deviceCode, {
      userCode,
      challenge: form.code_challenge ?? '',
      state: 'pending',
      account: '',
      polledAt: 0,
    })
    json(res, 200, {
      device_code: deviceCode,
      device_auth_id: deviceCode,
      user_code: userCode,
      verification_uri: `${base()}/device`,
      expires_in: 600,
      // As text, as some vendors have it.
      interval: String(interval),
    })
  }

  /** OpenAI's own: 403 until the code was typed, then a code with a verifier that the server made. */
  function codexPoll(form: Record<string, string>, res: ServerResponse) {
    const device = devices.get(form.device_auth_id ?? '')
    if (!device || device.userCode !== form.user_code) return json(res, 400, { error: 'unknown' })
    if (device.state !== 'allowed') return json(res, 403, {})
    const verifier = random() + random()
    const code = random()
    codes.set(code, { account: device.account, challenge: s256(verifier), redirect: `${base()}/deviceauth/callback` })
    json(res, 200, { authorization_code: code, code_verifier: verifier })
  }

  const server = createServer(async (req, res) => {
    const url = new URL(req.url ?? '/', 'http://127.0.0.1')
    const form = await formOf(req)
    if (url.pathname === '/authorize') return page(url, res)
    if (url.pathname === '/device/code' || url.pathname === '/codex/usercode') return startDevice(form, res)
    if (url.pathname === '/codex/token') return codexPoll(form, res)
    if (url.pathname !== '/token' || req.method !== 'POST') return json(res, 404, { error: 'not_found' })
    tokenRequests.push({ type: req.headers['content-type'] ?? '', form })
    const fault = faults.shift()
    switch (fault) {
      case 'status=500':
        return json(res, 500, { error: 'server_error' })
      case 'cut':
        return void res.destroy()
      case 'garbage':
        return void res.writeHead(200, { 'content-type': 'text/html' }).end('<html>Bad day</html>')
      case 'invalid_grant':
        return json(res, 400, { error: 'invalid_grant' })
      case 'error_as_200':
        return json(res, 200, { error: 'invalid_grant' })
      case 'no_token_type':
        return json(res, 201, { ...answerFor('ann@example.com'), token_type: undefined, expires_in: '3600' })
      default:
        return token(form, res)
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const base = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const deviceOf = (userCode: string) => [...devices.values()].find((device) => device.userCode === userCode)!

  return {
    url: base(),
    clientId,
    authorizeUrl: `${base()}/authorize`,
    tokenUrl: `${base()}/token`,
    deviceUrl: `${base()}/device/code`,
    codexDeviceUrl: `${base()}/codex/usercode`,
    tokenRequests,
    refreshUses,
    async allow(authUrl, account) {
      const opened = new URL(authUrl)
      if (account) opened.searchParams.set('account', account)
      const answer = await fetch(opened, { redirect: 'manual' })
      return answer.headers.get('location') ?? ''
    },
    approve(userCode, account = 'ann@example.com') {
      Object.assign(deviceOf(userCode), { state: 'allowed', account })
    },
    deny(userCode) {
      deviceOf(userCode).state = 'denied'
    },
    issue: (account) => tokensFor(account),
    accountOf: (token_) => access.get(token_),
    revokeAccess(account) {
      for (const [key, whose] of access) if (whose === account) access.delete(key)
    },
    failNext: (...next) => void faults.push(...next),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function formOf(req: IncomingMessage): Promise<Record<string, string>> {
  let text = ''
  for await (const chunk of req) text += String(chunk)
  const isJson = req.headers['content-type']?.startsWith('application/json')
  return isJson ? (JSON.parse(text || '{}') as Record<string, string>) : Object.fromEntries(new URLSearchParams(text))
}

function json(res: ServerResponse, status: number, body: object): void {
  res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

const random = () => randomBytes(18).toString('base64url')
const s256 = (verifier: string) => createHash('sha256').update(verifier).digest('base64url')
