/** `GET /api/tools` and `GET /api/tool_allowlist_groups` (api-behaviour.md sections 5.11 and 5.12). */
import * as z from 'zod'
import { type Route, route } from '../http/index.ts'
import type { Processes } from '../platform.ts'
import { toolGroups } from './groups.ts'
import { checkMcpServers, type McpServerEntry, type McpServerState } from './mcp-server-checks.ts'
import type { ToolRegistry } from './registry.ts'

/** The part of the config that the checks read. */
export interface McpConfig {
  readonly tools: { readonly mcp: { readonly servers: Readonly<Record<string, McpServerEntry>> } }
}

export interface ToolRouteDeps {
  registry: ToolRegistry
  /** The config as it is now. */
  config: () => McpConfig
  /** Absent where the runtime has none. */
  processes?: Pick<Processes, 'which'> | undefined
  /** What became of the servers in use, by name. */
  mcpStates?: () => ReadonlyMap<string, McpServerState>
}

const toolShape = z.object({
  name: z.string(),
  description: z.string(),
  parameters: z.record(z.string(), z.unknown()),
  source: z.enum(['local', 'mcp']),
  visibility: z.object({ main_agent: z.literal(true), subagent: z.enum(['allowlist', 'inherited']) }),
  mcp: z.object({ server: z.string(), remote_tool: z.string() }).optional(),
})

const checkShape = z.object({
  name: z.string(),
  enabled: z.boolean(),
  transport: z.string(),
  status: z.enum(['ok', 'disabled', 'not_applicable', 'missing_command', 'unsupported_platform']),
  message: z.string(),
  command: z.string(),
  resolved: z.string(),
  package: z.string(),
  installer: z.string(),
  installable: z.boolean(),
  missing_command: z.boolean(),
  state: z
    .enum(['idle', 'connecting', 'ready', 'failed', 'unsupported'])
    .optional()
    .describe('Of a server in use: enabled, and MCP switched on.'),
  tools: z.int().optional().describe('How many tools it has, as far as known.'),
  error: z.string().optional().describe('Why it failed; empty while it has not.'),
})

const groupShape = z.object({
  name: z.string(),
  description: z.string(),
  aliases: z.array(z.string()).optional(),
  tools: z.array(z.string()),
})

/** The catalogue of tools, with the state of the MCP servers' commands, and the groups for allowlists. */
export function toolRoutes({ registry, config, processes, mcpStates }: ToolRouteDeps): Route[] {
  return [
    route({
      method: 'GET',
      path: '/api/tools',
      tag: 'Tools',
      summary: 'List the tools the agent has',
      description:
        'Sorted by name. `mcp_server_checks` tells whether the command of each stdio server was found, and how the servers in use are.',
      responses: {
        200: {
          description: 'The catalogue',
          schema: z.object({
            tools: z.array(toolShape),
            mcp_tools: z.array(toolShape),
            mcp_server_checks: z.array(checkShape),
          }),
        },
      },
      async handle() {
        const tools = registry.catalog()
        return {
          tools,
          mcp_tools: tools.filter((tool) => tool.source === 'mcp'),
          mcp_server_checks: await checkMcpServers(config().tools.mcp.servers, processes, mcpStates?.()),
        }
      },
    }),
    route({
      method: 'GET',
      path: '/api/tool_allowlist_groups',
      tag: 'Tools',
      summary: 'List the groups of tools that allowlists may name',
      responses: {
        200: { description: 'The groups', schema: z.object({ ok: z.literal(true), groups: z.array(groupShape) }) },
      },
      handle: () => ({ ok: true, groups: toolGroups }),
    }),
  ]
}
