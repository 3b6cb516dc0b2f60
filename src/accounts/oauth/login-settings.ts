/** A vendor's flow with what the owner's config and environment say about it. */
import type { ProviderConfig } from '../../config/index.ts'
import { badRequest } from '../../errors.ts'
import { FLOWS, flowNamed, type OAuthFlow } from './flows.ts'

export type Env = Readonly<Record<string, string | undefined>>

/** Everything a login or a refresh needs. */
export interface LoginSettings {
  readonly flow: OAuthFlow
  readonly authUrl: string
  readonly tokenUrl: string
  readonly redirectUrl: string
  readonly scopes: readonly string[]
  readonly clientId: string
  /** Empty: none. */
  readonly clientSecret: string
  /** The vendor's issuer; empty when the token endpoint is not the vendor's own. */
  readonly issuer: string
}

/** The flow of an entry; 400 `oauth provider is required` or `unsupported oauth provider "x"`. */
export function flowOf(entry: Pick<ProviderConfig, 'auth' | 'oauth'>): OAuthFlow {
  const auth = entry.auth.trim()
  const name = entry.oauth.provider.trim() || (/^(oauth|bearer|none)?$/i.test(auth) ? '' : auth)
  if (name === '') {
    throw badRequest('oauth provider is required: set oauth.provider of the provider in the config')
  }
  const flow = flowNamed(name)
  if (!flow) {
    const known = FLOWS.map((each) => each.name).join(', ')
    throw badRequest(`unsupported oauth provider "${name}", expected one of: ${known}`)
  }
  return flow
}

/**
 * Settings for an entry named `name`. The client is `oauth.client_id` or `CLAWGO_<FLOW>_CLIENT_ID` (and `_SECRET`); without
 * one 400 with what to do.
 */
export function loginSettings(name: string, entry: Pick<ProviderConfig, 'auth' | 'oauth'>, env: Env): LoginSettings {
  const flow = flowOf(entry)
  const { oauth } = entry
  const variable = `CLAWGO_${flow.name.toUpperCase()}_CLIENT`
  const fromEnv = env[`${variable}_ID`]?.trim() ?? ''
  const clientId = oauth.client_id.trim() || fromEnv
  if (clientId === '') {
    throw badRequest(
      `no OAuth client for ${flow.name}: ${flow.clientHelp}. Then set models.providers.${name}.oauth.client_id or ${variable}_ID`,
    )
  }
  // The environment's secret belongs to the environment's client.
  const secretInEnv = clientId === fromEnv ? (env[`${variable}_SECRET`]?.trim() ?? '') : ''
  const tokenUrl = oauth.token_url.trim() || flow.tokenUrl
  return {
    flow,
    authUrl: authUrlOf(flow, oauth.auth_url.trim()),
    tokenUrl,
    redirectUrl: oauth.redirect_url.trim() || withPort(flow.redirectUrl, oauth.callback_port),
    scopes: oauth.scopes.length > 0 ? oauth.scopes : flow.scopes,
    clientId,
    clientSecret: oauth.client_secret.trim() || secretInEnv,
    issuer: tokenUrl === flow.tokenUrl ? flow.issuer : '',
  }
}

/** For codex a page of the code flow is no device endpoint (providers.md section 2). */
function authUrlOf(flow: OAuthFlow, given: string): string {
  return given === '' || (flow.mode === 'codex-device' && given.includes('/oauth/authorize')) ? flow.authUrl : given
}

function withPort(redirectUrl: string, port: number): string {
  if (port <= 0 || port > 65_535 || !URL.parse(redirectUrl)?.hostname.includes('localhost')) return redirectUrl
  const url = new URL(redirectUrl)
  url.port = String(port)
  return url.href
}
