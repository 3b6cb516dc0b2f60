/** Rules for what reaches outside: the sentinel's webhook and MCP servers. */

import { blank, check } from './rules.ts'
import type { Config, McpServerConfig } from './schema.ts'

/** A webhook's address, when one is set. */
export function webhookProblems(url: string): string[] {
  if (blank(url)) return []
  const scheme = /^([a-z][a-z0-9+.-]*):\/\/[^/?#]/i.exec(url.trim())?.[1]
  if (!scheme) return ['sentinel.webhook_url must be a valid http/https URL']
  if (!/^https?$/i.test(scheme)) return ['sentinel.webhook_url must use http or https']
  return URL.canParse(url.trim()) ? [] : ['sentinel.webhook_url must be a valid http/https URL']
}

/** Checked only when MCP is enabled, and of its servers only the enabled ones. */
export function mcpProblems({ tools, agents }: Config): string[] {
  const { mcp } = tools
  if (!mcp.enabled) return []
  return [
    ...check([[mcp.request_timeout_sec > 0, 'tools.mcp.request_timeout_sec must be > 0 when tools.mcp.enabled=true']]),
    ...Object.entries(mcp.servers).flatMap(([name, server]) => {
      if (blank(name)) return ['tools.mcp.servers contains an empty server name']
      return server.enabled ? serverProblems(`tools.mcp.servers.${name}`, server, agents.defaults.workspace) : []
    }),
  ]
}

function serverProblems(path: string, server: McpServerConfig, workspace: string): string[] {
  const transport = server.transport.trim().toLowerCase() || 'stdio'
  const permission = server.permission.trim().toLowerCase() || 'workspace'
  const stdio = transport === 'stdio'
  const known = stdio || ['http', 'streamable_http', 'sse'].includes(transport)
  const dir = server.working_dir.trim()
  const checkDir = stdio && dir !== ''
  return check([
    [known, `${path}.transport must be one of: stdio, http, streamable_http, sse`],
    [!stdio || !blank(server.command), `${path}.command is required when transport=stdio`],
    [stdio || !known || !blank(server.url), `${path}.url is required when transport=${transport}`],
    [['workspace', 'full'].includes(permission), `${path}.permission must be one of: workspace, full`],
    [
      !checkDir || permission !== 'full' || isAbsolute(dir),
      `${path}.working_dir must be an absolute path when permission=full`,
    ],
    [
      !checkDir || permission === 'full' || isWithin(dir, workspace),
      `${path}.working_dir must stay within workspace unless permission=full`,
    ],
  ])
}

/** Absolute on any system. */
export function isAbsolute(path: string): boolean {
  return /^([/\\]|[a-z]:[/\\])/i.test(path)
}

/** True when a relative path does not climb out of the folder it is relative to. */
export function staysBelow(path: string): boolean {
  let depth = 0
  for (const part of path.split(/[/\\]+/)) {
    if (part === '' || part === '.') continue
    depth += part === '..' ? -1 : 1
    if (depth < 0) return false
  }
  return true
}

function isWithin(path: string, workspace: string): boolean {
  if (!isAbsolute(path)) return staysBelow(path)
  const root = workspace.replace(/[/\\]+$/, '')
  if (path !== root && !path.startsWith(`${root}/`)) return false
  return staysBelow(path.slice(root.length))
}
