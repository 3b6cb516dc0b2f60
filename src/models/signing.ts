/** Puts a credential on a call: each protocol has a header of its own for keys, accounts are bearer tokens everywhere. */
import type { AccessToken, Credential } from './pool-types.ts'
import type { ModelRoute } from './route.ts'
import { hostOf } from './vendors.ts'

const CREDENTIALS = ['authorization', 'x-api-key', 'x-goog-api-key']
/** What Anthropic asks of calls that an account signs. */
const ANTHROPIC_ACCOUNTS = 'oauth-2025-04-20'

export interface Call {
  input: Parameters<typeof globalThis.fetch>[0]
  init: RequestInit
}

/** The call with the credential on it, and no other; an account may have an address of its own. */
export function signed(
  { kind }: Pick<ModelRoute, 'kind'>,
  baseUrl: string,
  { input, init }: Call,
  credential: Credential,
  token?: AccessToken,
): { url: string; init: RequestInit } {
  const headers = new Headers(init.headers)
  for (const name of CREDENTIALS) headers.delete(name)
  const { key } = credential
  if (token) {
    headers.set('authorization', `Bearer ${token.value}`)
    for (const [name, value] of Object.entries(token.headers ?? {})) headers.set(name, value)
    if (kind === 'anthropic') headers.append('anthropic-beta', ANTHROPIC_ACCOUNTS)
  } else if (key) {
    if (kind === 'google') headers.set('x-goog-api-key', key)
    if (kind === 'anthropic') headers.set('x-api-key', key)
    // Servers that imitate Anthropic's API take the key as a bearer token, some of them only so.
    if (kind === 'anthropic' ? hostOf(baseUrl) !== 'api.anthropic.com' : kind !== 'google') {
      headers.set('authorization', `Bearer ${key}`)
    }
  }
  const url = input instanceof Request ? input.url : String(input)
  return { url: rebased(url, baseUrl, token?.baseUrl), init: { ...init, headers } }
}

function rebased(url: string, from: string, to: string | undefined): string {
  return to !== undefined && url.startsWith(from) ? `${to.replace(/\/+$/, '')}${url.slice(from.length)}` : url
}
