/** From a token response to a credential, new or renewed (providers.md sections 6.4 and 6.5). */
import { badRequest } from '../errors.ts'
import { type Credential, emptyCredential, nameOfAccount } from './credential.ts'
import { timeOf } from './credential-reader.ts'
import { claimsOf, identityIn } from './identity.ts'
import type { OAuthFlow } from './oauth/flows.ts'
import type { OAuthNetwork, TokenResponse } from './oauth/token-exchange.ts'
import { limitedText } from './oauth/tolerant-fetch.ts'

/** The credential with what the response brings; what it leaves out stays. */
export function renewed(before: Credential, response: TokenResponse, now: number): Credential {
  const idToken = text(response.id_token) || text(response.unchecked_id_token)
  const identity = identityIn(response, claimsOf(idToken))
  const lifetime = Number(response.expires_in)
  return {
    ...before,
    access_token: response.access_token,
    refresh_token: text(response.refresh_token) || before.refresh_token,
    id_token: idToken || before.id_token,
    token_type: 'Bearer',
    scope: text(response.scope) || before.scope,
    resource_url: text(response.resource_url) || before.resource_url,
    expiresAt:
      lifetime > 0 ? now + lifetime * 1000 : timeOf(response.expire ?? response.expiry_date ?? response.expiry),
    lastRefresh: now,
    email: identity.email || before.email,
    account_id: identity.accountId || before.account_id,
    project_id: identity.projectId || before.project_id,
    disabled: false,
    disable_reason: '',
  }
}

/** The credential of a new login; asks who it is where the response does not say. A label names it where nothing else does. */
export async function newCredential(
  flow: OAuthFlow,
  response: TokenResponse,
  options: { label: string; proxy: string; now: number; network: OAuthNetwork },
): Promise<Credential> {
  const credential = renewed(emptyCredential(flow.name), response, options.now)
  return completed(flow, credential, options)
}

/** A credential with its owner's label and proxy, and its e-mail looked up; 400 when nobody could tell whose it is. */
export async function completed(
  flow: OAuthFlow,
  credential: Credential,
  { label, proxy, network }: { label: string; proxy: string; network: OAuthNetwork },
): Promise<Credential> {
  const email = credential.email || (await emailFrom(flow, credential.access_token, network))
  const known = {
    ...credential,
    email,
    account_label: label || credential.account_label,
    network_proxy: proxy || credential.network_proxy,
  }
  if (nameOfAccount(known) === '' && flow.mode === 'device') {
    throw badRequest(`${flow.name} oauth requires account_label when email is unavailable`)
  }
  return known
}

const TIMEOUT_MS = 10_000

/** A login is good without an e-mail: whatever goes wrong here is no error. */
async function emailFrom({ userinfoUrl }: OAuthFlow, token: string, network: OAuthNetwork): Promise<string> {
  if (!userinfoUrl || !token) return ''
  try {
    const headers = { authorization: `Bearer ${token}`, accept: 'application/json' }
    const response = await network.fetch(userinfoUrl, { headers, signal: AbortSignal.timeout(TIMEOUT_MS) })
    const body = await limitedText(response)
    return response.ok ? text((JSON.parse(body) as { email?: unknown }).email) : ''
  } catch {
    return ''
  }
}

const text = (value: unknown) => (typeof value === 'string' ? value.trim() : '')
