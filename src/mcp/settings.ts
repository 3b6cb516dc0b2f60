/** `tools.mcp` of the config, as this room reads it (agent.md section 10.1). */
import { badRequest } from '../errors.ts'

export interface McpServerSettings {
  readonly enabled: boolean
  readonly transport: string
  readonly url: string
  readonly command: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly headers: Readonly<Record<string, string>>
  readonly permission: string
  readonly working_dir: string
  readonly description: string
}

export interface McpSettings {
  readonly enabled: boolean
  readonly request_timeout_sec: number
  readonly servers: Readonly<Record<string, McpServerSettings>>
}

export type McpTransport = 'stdio' | 'http' | 'sse'

const DEFAULT_TIMEOUT_SEC = 20

/** How a server is reached: blank is stdio, case does not matter. 400 for a word nobody knows. */
export function transportOf({ transport }: Pick<McpServerSettings, 'transport'>): McpTransport {
  const word = transport.trim().toLowerCase() || 'stdio'
  if (word === 'stdio' || word === 'sse') return word
  if (word === 'http' || word === 'streamable_http') return 'http'
  throw badRequest(`unsupported mcp transport "${word}"`)
}

/** The servers to connect, by name; none while `tools.mcp.enabled` is off. */
export function enabledServers({ enabled, servers }: McpSettings): Array<[name: string, server: McpServerSettings]> {
  if (!enabled) return []
  return Object.entries(servers)
    .filter(([name, server]) => server.enabled && name.trim() !== '')
    .sort(([a], [b]) => (a < b ? -1 : 1))
}

/** What one request may take, in milliseconds. */
export function requestTimeoutMs(settings: Pick<McpSettings, 'request_timeout_sec'>): number {
  return (settings.request_timeout_sec > 0 ? settings.request_timeout_sec : DEFAULT_TIMEOUT_SEC) * 1000
}

/** Texts of a server's settings that must not appear in an error or a log line. */
export function secretsOf({ env, headers, url }: Pick<McpServerSettings, 'env' | 'headers' | 'url'>): string[] {
  const address = URL.canParse(url.trim()) ? new URL(url.trim()) : null
  const inAddress = address ? [address.password, address.search, ...address.searchParams.values()] : []
  // A short value such as `1` or `true` is no secret, and replacing it would garble everything.
  return [...Object.values(env), ...Object.values(headers), ...inAddress].filter((value) => value.length >= 6)
}
