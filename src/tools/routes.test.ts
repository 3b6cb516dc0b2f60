import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createProcesses } from '../../adapters/node/processes.ts'
import { toolGroups } from './groups.ts'
import { checkMcpServers, type McpServerEntry } from './mcp-server-checks.ts'
import { ToolRegistry } from './registry.ts'
import { toolRoutes } from './routes.ts'
import { systemInfoTool } from './system-info.ts'

let folder: string
let present: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clawgo-checks-'))
  present = join(folder, 'present-server')
  await writeFile(present, '#!/bin/sh\n', { mode: 0o755 })
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const checkOne = async (entry: McpServerEntry, runtime: 'node' | 'edge' = 'node') => {
  const processes = runtime === 'node' ? createProcesses({ PATH: folder }) : undefined
  return (await checkMcpServers({ one: entry }, processes))[0]!
}

describe('mcp server checks', () => {
  const stdio = { enabled: true, command: 'absent-server' }
  const missing = { status: 'missing_command', missing_command: true, resolved: '', installable: false }

  it('shows every field', async () => {
    expect(await checkOne({ enabled: false, command: ' npx ', args: ['-y', '@upstash/context7-mcp'] })).toEqual({
      name: 'one',
      enabled: false,
      transport: 'stdio',
      status: 'disabled',
      message: 'server is disabled',
      command: 'npx',
      resolved: '',
      package: '@upstash/context7-mcp',
      installer: '',
      installable: false,
      missing_command: false,
    })
  })

  it('does not look for commands of remote servers', async () => {
    expect(await checkOne({ enabled: true, transport: ' HTTP ' })).toMatchObject({
      transport: 'http',
      status: 'not_applicable',
      message: 'command check not required for non-stdio transport',
    })
  })

  it('finds commands by path and by name', async () => {
    const ok = { status: 'ok', message: 'command found', resolved: present, missing_command: false }
    expect(await checkOne({ ...stdio, command: present })).toMatchObject(ok)
    expect(await checkOne({ ...stdio, command: 'present-server' })).toMatchObject(ok)
  })

  it('says what is missing', async () => {
    expect(await checkOne(stdio)).toMatchObject({
      ...missing,
      message: 'command not found in PATH: absent-server',
    })
    const absolute = join(folder, 'absent')
    expect(await checkOne({ ...stdio, command: absolute })).toMatchObject({
      ...missing,
      message: `command not found: ${absolute}`,
    })
    expect(await checkOne({ ...stdio, command: folder })).toMatchObject(missing)
    expect(await checkOne({ ...stdio, command: ' ' })).toMatchObject({
      ...missing,
      message: 'command is empty',
      missing_command: false,
    })
  })

  it.each([
    [
      { command: '/no/such/uvx', args: ['--quiet', 'mcp-time'] },
      { package: 'mcp-time', installer: 'uv', installable: true },
    ],
    [
      { command: '/no/such/bunx', args: ['x'] },
      { package: 'x', installer: 'bun', installable: true },
    ],
    [
      { command: '/no/such/bunx', args: [] },
      { package: '', installer: '', installable: false },
    ],
    [
      { command: '/no/such/npx', args: ['-y', 'x'] },
      { package: 'x', installer: '', installable: false },
    ],
    [
      { command: '/no/such/python3', args: ['-m', 'srv'] },
      { package: 'srv', installer: 'pip', installable: false },
    ],
    [
      { command: '/no/such/python', args: ['srv.py'] },
      { package: '', installer: '', installable: false },
    ],
    [
      { command: '/no/such/uvx', args: ['x'], package: 'y' },
      { package: 'y', installer: '', installable: false },
    ],
  ])('hints how to install %j', async (entry, hint) => {
    expect(await checkOne({ enabled: true, ...entry })).toMatchObject({ ...hint, missing_command: true })
  })

  it('tells stdio servers that they cannot run where there are no processes', async () => {
    expect(await checkOne({ ...stdio, command: 'uvx', args: ['x'] }, 'edge')).toMatchObject({
      status: 'unsupported_platform',
      installable: false,
      missing_command: false,
    })
    expect(await checkOne({ enabled: false }, 'edge')).toMatchObject({ status: 'disabled' })
    expect(await checkOne({ enabled: true, transport: 'sse' }, 'edge')).toMatchObject({ status: 'not_applicable' })
  })
})

it('adds to its checks what became of the servers in use, and nothing for the others', async () => {
  const servers = { off: {}, used: { enabled: true, transport: 'http' } }
  const states = new Map([['used', { state: 'failed' as const, tools: 2, error: 'http 500' }]])
  const checks = await checkMcpServers(servers, undefined, states)
  expect(checks).toMatchObject([{ name: 'off' }, { name: 'used', state: 'failed', tools: 2, error: 'http 500' }])
  expect(checks[0]).not.toHaveProperty('state')
})

describe('the routes', () => {
  const answer = async (path: string, servers: Record<string, McpServerEntry> = {}) => {
    const registry = new ToolRegistry()
    const system = systemInfoTool(async () => [])
    registry.register(system)
    registry.register(
      { ...system, name: 'mcp__a__b' },
      { server: 'a', remoteTool: 'b', parameters: { type: 'object' } },
    )
    const { definition } = toolRoutes({ registry, config: () => ({ tools: { mcp: { servers } } }) }).find(
      (route) => route.path === path,
    )!
    const body = await definition.handle({} as never)
    expect(definition.responses[200]!.schema!.parse(body)).toEqual(body)
    return body
  }

  it('answer the catalogue, the remote tools in it, and the checks by name', async () => {
    expect(await answer('/api/tools', { b: {}, a: {} })).toMatchObject({
      tools: [{ name: 'mcp__a__b' }, { name: 'system_info' }],
      mcp_tools: [{ name: 'mcp__a__b', source: 'mcp', mcp: { server: 'a', remote_tool: 'b' } }],
      mcp_server_checks: [{ name: 'a' }, { name: 'b' }],
    })
  })

  it('answer the groups, the seven known ones with their exact members', async () => {
    expect(await answer('/api/tool_allowlist_groups')).toEqual({ ok: true, groups: toolGroups })
    const known = new Map(toolGroups.map(({ name, ...group }) => [name, group]))
    expect(known.get('files_read')).toEqual({
      description: 'Read-only workspace file tools',
      aliases: ['file_read', 'readonly_files'],
      tools: ['list_dir', 'read_file'],
    })
    expect([...known.keys()]).toEqual(
      expect.arrayContaining(['files_write', 'memory_all', 'memory_read', 'memory_write', 'skills', 'subagent']),
    )
  })
})
