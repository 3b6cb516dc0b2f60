/**
 * The `mcp` tool: what servers offer besides tools (resources, prompts), and their tools by name (agent.md section
 * 10.4). Whoever may call it may call every tool of every enabled server: an allowlist grants that with the word `mcp`.
 */
import * as z from 'zod'
import { badRequest } from '../errors.ts'
import { defineTool } from '../tools/index.ts'
import type { ConnectionLimits, McpConnection } from './connection.ts'
import { NET_MS } from './remote-tool.ts'
import { callResult, prettyJson, resultText } from './result-text.ts'
import type { ServerLink } from './server-link.ts'
import type { McpServerSettings } from './settings.ts'

/** A server that never stops handing out cursors must not keep us. */
const MAX_PAGES = 100

const ACTIONS = [
  'list_servers',
  'list_tools',
  'call_tool',
  'list_resources',
  'read_resource',
  'list_prompts',
  'get_prompt',
] as const

const input = z.object({
  action: z.string({ error: 'action is required' }).meta({ enum: [...ACTIONS] }),
  server: z.string().optional().describe('Name of the server; for every action but list_servers'),
  tool: z.string().optional().describe('Name of the tool on its server; for call_tool'),
  arguments: z.record(z.string(), z.unknown()).optional().describe('For call_tool and get_prompt'),
  uri: z.string().optional().describe('For read_resource'),
  prompt: z.string().optional().describe('Name of the prompt; for get_prompt'),
})

export interface GenericToolDeps {
  /** The enabled servers, by name. */
  servers(): Array<[name: string, settings: McpServerSettings]>
  /** Throws for a server that is not enabled. */
  link(name: string): ServerLink
  timeoutMs(): number
}

/** The tool; results are pretty JSON of what the server sent, without bytes. */
export function genericTool({ servers, link, timeoutMs }: GenericToolDeps) {
  return defineTool<z.output<typeof input>>({
    name: 'mcp',
    description:
      'Talks to the connected MCP servers: lists them, their tools, resources and prompts, reads a resource, fetches a ' +
      'prompt, or calls a tool by its own name. Tools named mcp__<server>__<tool> are called directly instead.',
    input,
    get timeoutMs() {
      return timeoutMs() + NET_MS
    },
    async run(given, { signal }) {
      const action = given.action.trim()
      if (action === '') throw badRequest('action is required')
      if (action === 'list_servers') return prettyJson({ servers: servers().map(describeServer) })
      const plan = planOf(action, given)
      const name = given.server?.trim()
      if (!name) throw badRequest(`server is required for action "${action}"`)
      const request = plan()
      const result = await link(name).call(
        request.method,
        (connection, limit) => everyPage(connection, request, { timeoutMs: limit, signal }),
        signal,
      )
      if (action === 'call_tool' && result.isError === true) throw new Error(resultText(callResult.parse(result)))
      return prettyJson(result)
    },
  })
}

interface Plan {
  method: string
  params: Record<string, unknown>
  /** Of a list: the member that holds it. */
  list?: string
}

/** The result of a request; of a list, all its pages in one. */
async function everyPage(connection: McpConnection, { method, params, list }: Plan, limits: ConnectionLimits) {
  const result = await connection.request(method, params, limits)
  if (list === undefined) return result
  const items = [result[list]].flat()
  let cursor = result.nextCursor
  for (let page = 1; page < MAX_PAGES && typeof cursor === 'string' && cursor !== ''; page++) {
    const more = await connection.request(method, { ...params, cursor }, limits)
    items.push(...[more[list]].flat())
    cursor = more.nextCursor
  }
  return { [list]: items }
}

/** The request of an action; making it throws what is missing. */
function planOf(action: string, given: z.output<typeof input>): () => Plan {
  const args = given.arguments ?? {}
  const need = (field: 'tool' | 'uri' | 'prompt') => {
    const value = given[field]?.trim()
    if (!value) throw badRequest(`${field} is required for action=${action}`)
    return value
  }
  switch (action) {
    case 'list_tools':
      return () => ({ method: 'tools/list', params: {}, list: 'tools' })
    case 'call_tool':
      return () => ({ method: 'tools/call', params: { name: need('tool'), arguments: args } })
    case 'list_resources':
      return () => ({ method: 'resources/list', params: {}, list: 'resources' })
    case 'read_resource':
      return () => ({ method: 'resources/read', params: { uri: need('uri') } })
    case 'list_prompts':
      return () => ({ method: 'prompts/list', params: {}, list: 'prompts' })
    case 'get_prompt':
      return () => ({ method: 'prompts/get', params: { name: need('prompt'), arguments: args } })
    default:
      throw badRequest(`unsupported action "${action}"`)
  }
}

/** What the agent may know of a server: neither its environment nor its headers, and of its address no credentials. */
function describeServer([name, settings]: [string, McpServerSettings]) {
  const { url, permission, command, working_dir, description } = settings
  const address = URL.canParse(url.trim()) ? new URL(url.trim()) : null
  return {
    name,
    transport: settings.transport.trim().toLowerCase() || 'stdio',
    ...(address && { url: address.origin + address.pathname }),
    ...(permission && { permission }),
    command,
    ...(working_dir && { working_dir }),
    ...(description && { description }),
  }
}
