/** MCP servers of a test: a real registry, a real database, real processes, and a log one can read. */
import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { onTestFinished } from 'vitest'
import { nodeDatabase } from '../../adapters/node/database.ts'
import { openNodeFiles } from '../../adapters/node/files.ts'
import { createProcesses } from '../../adapters/node/processes.ts'
import { migrate } from '../../src/db/index.ts'
import {
  type McpServerSettings,
  McpServers,
  type McpServersDeps,
  type McpSettings,
  mcpMigrations,
} from '../../src/mcp/index.ts'
import type { Database, Log } from '../../src/platform.ts'
import { type Allowlist, type McpServerState, type ToolContext, ToolRegistry } from '../../src/tools/index.ts'

const PROGRAM = new URL('mcp-server-stdio.ts', import.meta.url).pathname

export type SomeServer = Partial<McpServerSettings>

/** The little server as a program, with its arguments. */
export const program = (args: readonly string[] = [], more: SomeServer = {}): SomeServer => ({
  command: process.execPath,
  args: [PROGRAM, ...args],
  ...more,
})

export function settingsOf(servers: Record<string, SomeServer>, timeoutSec = 10): McpSettings {
  const blank = { enabled: true, transport: '', url: '', command: '', args: [], env: {}, headers: {} }
  const rest = { permission: '', working_dir: '', description: '' }
  const all = Object.entries(servers).map(([name, server]) => [name, { ...blank, ...rest, ...server }] as const)
  return { enabled: true, request_timeout_sec: timeoutSec, servers: Object.fromEntries(all) }
}

export interface Options extends Pick<McpServersDeps, 'standing' | 'idleMs'> {
  timeoutSec?: number
  env?: Record<string, string>
  /** The edge: no processes. */
  edge?: boolean
  db?: Database
  settings?: McpSettings
}

/** Opens the servers and starts them; they end with the test. */
export async function openServers(servers: Record<string, SomeServer>, options: Options = {}) {
  const root = await realpath(await mkdtemp(join(tmpdir(), 'mcp-')))
  const files = openNodeFiles(root)
  const db = options.db ?? nodeDatabase(':memory:')
  migrate(db, [mcpMigrations])
  const logged: string[] = []
  const write = (message: string, fields: Record<string, unknown> = {}) =>
    void logged.push(`${message} ${JSON.stringify(fields)}`)
  const log: Log = { debug: write, info: write, warn: write, error: write }
  const registry = new ToolRegistry()
  const working = new Set<Promise<unknown>>()
  const state = { settings: options.settings ?? settingsOf(servers, options.timeoutSec), skew: 0 }
  const { standing, idleMs } = options
  const mcp = new McpServers({
    platform: {
      ...(options.edge ? {} : { processes: createProcesses({ ...process.env, ...options.env }) }),
      fetch: globalThis.fetch,
      db,
      now: () => Date.now() + state.skew,
      log,
      background: (work) => void working.add(work.finally(() => working.delete(work))),
    },
    settings: () => state.settings,
    workspace: () => files,
    registry,
    version: '1.2.3',
    ...(standing === undefined ? {} : { standing }),
    ...(idleMs === undefined ? {} : { idleMs }),
  })
  onTestFinished(async () => {
    mcp.close()
    await Promise.allSettled([...working])
    await rm(root, { recursive: true, force: true })
  })
  mcp.sync()
  let calls = 0
  return {
    mcp,
    registry,
    db,
    root,
    logged,
    state,
    /** Resolves when every server has been tried, however long a busy machine takes. */
    async tried() {
      while ([...mcp.states().values()].some((each) => each.state === 'connecting')) await setTimeout(5)
    },
    /** Every name in the registry. */
    names: () => registry.list().map(({ name }) => name),
    status: (name: string): McpServerState => mcp.states().get(name)!,
    async call(name: string, input: unknown = {}, signal?: ToolContext['signal'], allow?: Allowlist) {
      const context = {
        session: 's',
        channel: 'cli',
        chat: 'direct',
        turn: 's/1',
        callId: `c${calls++}`,
        owner: true,
        signal: signal ?? new AbortController().signal,
      }
      const { output } = await registry.call({ name, input, context, ...(allow && { allow }) })
      return output
    },
  }
}
