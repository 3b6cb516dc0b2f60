/**
 * Whether the commands of the configured MCP servers are there, and what became of the servers in use; nothing is
 * connected for it (agent.md section 8.6).
 */
import type { Processes } from '../platform.ts'

/** What this reads of `tools.mcp.servers.<name>`. */
export interface McpServerEntry {
  readonly enabled?: boolean
  readonly transport?: string
  readonly command?: string
  readonly args?: readonly string[]
  readonly package?: string
}

/** What became of a server in use. */
export interface McpServerState {
  /** `idle`: not connected, well as far as known; `unsupported`: this runtime can never reach it. */
  state: 'idle' | 'connecting' | 'ready' | 'failed' | 'unsupported'
  /** How many tools it has, as far as known. */
  tools: number
  /** Why it failed; empty while it has not. */
  error: string
}

/** With the state only for servers in use: enabled, and MCP switched on. */
export interface McpServerCheck extends Partial<McpServerState> {
  name: string
  enabled: boolean
  transport: string
  /** `unsupported_platform`: the runtime has no processes, so a stdio server can never run here. */
  status: 'ok' | 'disabled' | 'not_applicable' | 'missing_command' | 'unsupported_platform'
  message: string
  command: string
  /** The absolute path of the command when it was found, else `''`. */
  resolved: string
  package: string
  installer: string
  /** The gateway could install what is missing. */
  installable: boolean
  missing_command: boolean
}

/** One check a server, sorted by name. Without `processes`, stdio servers are `unsupported_platform`. */
export async function checkMcpServers(
  servers: Readonly<Record<string, McpServerEntry>>,
  processes: Pick<Processes, 'which'> | undefined,
  states: ReadonlyMap<string, McpServerState> = new Map(),
): Promise<McpServerCheck[]> {
  const names = Object.keys(servers).sort()
  return Promise.all(
    names.map(async (name) => ({ ...(await check(name, servers[name]!, processes)), ...states.get(name) })),
  )
}

async function check(
  name: string,
  entry: McpServerEntry,
  processes: Pick<Processes, 'which'> | undefined,
): Promise<McpServerCheck> {
  const enabled = entry.enabled ?? false
  const command = (entry.command ?? '').trim()
  const transport = (entry.transport ?? '').trim().toLowerCase() || 'stdio'
  const hint = installHint(entry, command)
  const base = { name, enabled, transport, command, package: hint.package, installer: hint.installer }
  const answer = (
    status: McpServerCheck['status'],
    message: string,
    found: { resolved?: string; missing?: boolean } = {},
  ) => ({
    ...base,
    status,
    message,
    resolved: found.resolved ?? '',
    installable: found.missing === true && hint.installable,
    missing_command: found.missing ?? false,
  })

  if (!enabled) return answer('disabled', 'server is disabled')
  if (transport !== 'stdio') return answer('not_applicable', 'command check not required for non-stdio transport')
  if (!processes) return answer('unsupported_platform', 'stdio servers need a gateway that can start processes')
  if (command === '') return answer('missing_command', 'command is empty')
  const resolved = await processes.which(command)
  if (resolved !== null) return answer('ok', 'command found', { resolved })
  const absolute = /^([/\\]|[A-Za-z]:[/\\])/.test(command)
  const where = absolute ? 'command not found' : 'command not found in PATH'
  return answer('missing_command', `${where}: ${command}`, { missing: true })
}

interface InstallHint {
  package: string
  installer: string
  installable: boolean
}

function installHint(entry: McpServerEntry, command: string): InstallHint {
  const explicit = (entry.package ?? '').trim()
  if (explicit !== '') return { package: explicit, installer: '', installable: false }
  const args = entry.args ?? []
  const first = args.find((arg) => arg.trim() !== '' && !arg.startsWith('-'))?.trim() ?? ''
  const program = command
    .split(/[/\\]/)
    .at(-1)!
    .replace(/\.(exe|cmd)$/i, '')
  switch (program) {
    case 'npx':
      return { package: first, installer: '', installable: false }
    case 'uvx':
    case 'bunx':
      return { package: first, installer: first && (program === 'uvx' ? 'uv' : 'bun'), installable: first !== '' }
    case 'python':
    case 'python3': {
      const module = args[args.indexOf('-m') + 1]?.trim()
      const named = args.includes('-m') && module ? module : ''
      return { package: named, installer: named && 'pip', installable: false }
    }
    default:
      return { package: '', installer: '', installable: false }
  }
}
