/** The web for the agent: `web_fetch` and `web_search`, both behind the guard against private addresses. */
import type { Platform } from '../../platform.ts'
import type { Tool } from '../tool.ts'
import { webFetchTool } from './web-fetch.ts'
import { type SearchSettings, webSearchTool } from './web-search.ts'

export { addressRefused, hostOf, isAddress, isAllowedHost, isPublicAddress } from './address.ts'
export { type FollowOptions, follow } from './follow.ts'

/** `tools.web` as it stands in the config. */
export interface WebSettings {
  readonly search: SearchSettings
  readonly allow_private_hosts: readonly string[]
}

export interface WebDeps {
  publicFetch: Platform['publicFetch']
  settings: () => WebSettings
  /** Origin of the search API, for tests; Brave's when absent. */
  searchUrl?: string
  /** Limit on one fetch, ms; 45 000 when absent. */
  fetchTimeoutMs?: number
}

/** The web tools over the platform's guarded fetch. */
export function webTools({ publicFetch, settings, searchUrl, fetchTimeoutMs }: WebDeps): Tool[] {
  const allow = () => settings().allow_private_hosts
  return [
    webFetchTool({ publicFetch, allow, ...(fetchTimeoutMs === undefined ? {} : { timeoutMs: fetchTimeoutMs }) }),
    webSearchTool({
      ...{ publicFetch, allow, settings: () => settings().search },
      ...(searchUrl === undefined ? {} : { baseUrl: searchUrl }),
    }),
  ] as Tool[]
}
