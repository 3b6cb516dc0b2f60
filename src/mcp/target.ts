/** From a server's settings to where it is. */
import { badRequest } from '../errors.ts'
import type { Files } from '../files/index.ts'
import type { Platform } from '../platform.ts'
import { commandEnvironment, findCommand } from './commands.ts'
import type { Target } from './connect.ts'
import { type McpServerSettings, transportOf } from './settings.ts'
import { workingFolder } from './working-folder.ts'

export interface TargetDeps extends Pick<Platform, 'fetch' | 'processes'> {
  workspace(): Files
}

/**
 * Where a server is and how to start it. Its address is the owner's word, so it may be a private one; redirects stay
 * within its origin. Throws what the owner must correct.
 */
export async function targetOf(name: string, server: McpServerSettings, deps: TargetDeps): Promise<Target> {
  const kind = transportOf(server)
  if (kind !== 'stdio') return { kind, ...addressOf(name, server), fetch: deps.fetch }
  const command = server.command.trim()
  if (command === '') throw badRequest(`mcp server "${name}" command is empty`)
  const processes = deps.processes!
  const found = await findCommand(processes, command)
  if (found === null) throw badRequest(`start mcp server "${name}": command not found: ${command}`)
  const cwd = await workingFolder(deps.workspace(), server)
  const env = { ...commandEnvironment(processes), ...server.env }
  return { kind, processes, spawn: { command: found, args: server.args, cwd, env } }
}

function addressOf(name: string, { url, headers }: McpServerSettings) {
  const text = url.trim()
  if (text === '') throw badRequest(`mcp server "${name}" url is empty`)
  const address = URL.canParse(text) ? new URL(text) : null
  if (!address || !/^https?:$/.test(address.protocol)) {
    throw badRequest(`mcp server "${name}" url must be an http or https address`)
  }
  if (address.username === '' && address.password === '') return { url: address, headers }
  // fetch takes no credentials in an address.
  const pair = `${decodeURIComponent(address.username)}:${decodeURIComponent(address.password)}`
  address.username = ''
  address.password = ''
  const authorization = `Basic ${btoa(String.fromCharCode(...new TextEncoder().encode(pair)))}`
  return { url: address, headers: { authorization, ...headers } }
}
