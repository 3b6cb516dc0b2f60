/** Where an account's calls go, and the headers its vendor needs to know it by (providers.md sections 1.3 and 4.9). */
import type { ProviderConfig } from '../config/index.ts'
import type { AccessToken } from '../models/index.ts'
import type { Credential } from './credential.ts'
import type { OAuthFlow } from './oauth/flows.ts'

/** A `resource_url` counts only on a host of the vendor: it may come from an imported file. */
export function addressOf(
  entry: Pick<ProviderConfig, 'api_base'>,
  flow: OAuthFlow,
  credential: Credential,
): Omit<AccessToken, 'value'> {
  const headers =
    flow.name === 'codex' && credential.account_id
      ? { headers: { 'chatgpt-account-id': credential.account_id } }
      : undefined
  const baseUrl = vendorAddress(flow, credential.resource_url) ?? accountBase(flow, entry.api_base)
  return { ...headers, ...(baseUrl ? { baseUrl } : {}) }
}

/** OpenAI's own address takes keys; its accounts are served elsewhere. */
function accountBase({ accountBase }: OAuthFlow, apiBase: string): string | undefined {
  const host = URL.parse(apiBase.trim())?.hostname
  return host === undefined || host === 'api.openai.com' ? accountBase : undefined
}

function vendorAddress({ apiHosts }: OAuthFlow, resource: string): string | undefined {
  if (resource === '') return undefined
  const url = URL.parse(resource.includes('://') ? resource : `https://${resource}`)
  if (url?.protocol !== 'https:' || url.port !== '' || !apiHosts.includes(url.hostname)) return undefined
  const path = url.pathname.replace(/\/+$/, '')
  return `${url.origin}${/\/v1$/.test(path) ? path : `${path.replace(/\/api$/, '')}/v1`}`
}
