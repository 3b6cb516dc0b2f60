/**
 * One connection to an MCP server on the official SDK. The SDK is large and few homes need it at once: this file is the
 * only one that loads it, and is itself imported lazily.
 */
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { SSEClientTransport, SseError } from '@modelcontextprotocol/sdk/client/sse.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import {
  ListRootsRequestSchema,
  LoggingMessageNotificationSchema,
  ToolListChangedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js'
import { CfWorkerJsonSchemaValidator } from '@modelcontextprotocol/sdk/validation/cfworker'
import * as z from 'zod'
import type { Log, Processes, SpawnOptions } from '../platform.ts'
import type { ConnectionLimits, McpConnection, Progress } from './connection.ts'
import { lacksMethod } from './failure.ts'
import { callResult } from './result-text.ts'
import { StdioTransport } from './stdio-transport.ts'
import { readTools, type ToolInfo } from './tool-info.ts'
import { until } from './until.ts'
import { folderUrl } from './working-folder.ts'

/** Where a server is. */
export type Target =
  | { kind: 'stdio'; processes: Processes; spawn: SpawnOptions }
  | { kind: 'http' | 'sse'; url: URL; headers: Readonly<Record<string, string>>; fetch: typeof globalThis.fetch }

export interface ConnectOptions extends ConnectionLimits {
  server: string
  target: Target
  version: string
  log: Log
  /** False where an open stream would keep the gateway awake: then http servers cannot speak unasked. */
  standing: boolean
  toolsChanged(): void
  /** The connection is gone without having been closed; `why` may hold what the server wrote. */
  lost(why: string): void
}

const MAX_TOOLS = 1000
const FAREWELL_MS = 2000

/** Connects and shakes hands. Rejects with the SDK's errors, or with why the process ended. */
export async function connect(options: ConnectOptions): Promise<McpConnection> {
  const { target, server, log } = options
  const client = new Client(
    { name: 'clawgo', version: options.version },
    {
      capabilities: target.kind === 'stdio' ? { roots: { listChanged: false } } : {},
      // The default validator compiles code, which Workers refuse.
      jsonSchemaValidator: new CfWorkerJsonSchemaValidator(),
    },
  )
  const transport = transportTo(target, options.standing)
  const stdio = transport instanceof StdioTransport ? transport : undefined
  let closing = false
  let lost = false
  const lose = (why: string) => {
    if (closing || lost) return
    lost = true
    options.lost(why)
  }
  if (target.kind === 'stdio') {
    client.setRequestHandler(ListRootsRequestSchema, () => ({ roots: [rootOf(target.spawn.cwd)] }))
  }
  client.setNotificationHandler(ToolListChangedNotificationSchema, () => options.toolsChanged())
  client.setNotificationHandler(LoggingMessageNotificationSchema, ({ params }) => {
    log.debug('an mcp server logged', { server, level: params.level, data: params.data })
  })
  try {
    // The SDK's own limit begins with the handshake; an event stream may never get that far.
    await until(client.connect(transport, requestOptions(options)), options.timeoutMs, options.signal)
  } catch (error) {
    closing = true
    await client.close().catch(() => {})
    // "Connection closed" says less than the process's own last words.
    throw stdio?.ended ? new Error(stdio.ended) : error
  }
  client.onclose = () => lose(stdio?.ended || 'the connection was closed')
  client.onerror = (error) => {
    log.debug('an mcp connection had trouble', { server, error: error.message })
    // A broken event stream comes back as another session, which knows nothing of this one.
    if (!(error instanceof SseError) && !/Maximum reconnection attempts/.test(error.message)) return
    lose(error.message)
    client.close().catch(() => {})
  }
  return {
    listTools: (limits) => listTools(client, server, limits, log),
    callTool: (name, args, { progress, ...limits }) =>
      client.request({ method: 'tools/call', params: { name, arguments: args } }, callResult, {
        ...requestOptions(limits),
        ...(progress && { onprogress: (news: Progress) => progress(news) }),
      }),
    request: (method, params, limits) => client.request({ method, params }, z.looseObject({}), requestOptions(limits)),
    async close() {
      closing = true
      if (transport instanceof StreamableHTTPClientTransport && !lost) await farewell(transport)
      await client.close().catch(() => {})
    },
  }
}

function transportTo(target: Target, standing: boolean): Transport {
  if (target.kind === 'stdio') return new StdioTransport(target.processes, target.spawn)
  const { url, headers } = target
  const requestInit = { headers: { ...headers } }
  const fetch = target.fetch as (url: string | URL, init?: RequestInit) => Promise<Response>
  if (target.kind === 'sse') return new SSEClientTransport(url, { requestInit, fetch })
  // The SDK opens a stream for what the server says unasked; 405 is a server's way to have none.
  const quiet: typeof fetch = async (to, init) =>
    init?.method === 'GET' ? new Response(null, { status: 405 }) : fetch(to, init)
  // The SDK's own type makes `sessionId` required but possibly undefined, which is the same here.
  return new StreamableHTTPClientTransport(url, { requestInit, fetch: standing ? fetch : quiet }) as Transport
}

/** Ends the session on the server too, so that it need not wait for it to grow old. */
async function farewell(transport: StreamableHTTPClientTransport): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const enough = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, FAREWELL_MS)
  })
  await Promise.race([transport.terminateSession().catch(() => {}), enough])
  clearTimeout(timer)
}

async function listTools(
  client: Client,
  server: string,
  limits: ConnectionLimits,
  log: Log,
): Promise<readonly ToolInfo[]> {
  if (!client.getServerCapabilities()?.tools) return []
  const page = z.looseObject({ tools: z.array(z.unknown()), nextCursor: z.string().optional() })
  const found: ToolInfo[] = []
  const seen = new Set<string>()
  let cursor: string | undefined
  do {
    const params = cursor === undefined ? {} : { cursor }
    const answer = await client
      .request({ method: 'tools/list', params }, page, requestOptions(limits))
      .catch((error: unknown) => {
        if (lacksMethod(error)) return { tools: [], nextCursor: undefined }
        throw error
      })
    const { tools, unreadable } = readTools(answer.tools)
    if (unreadable > 0) log.warn('tools of an mcp server could not be read', { server, count: unreadable })
    found.push(...tools)
    // A server that hands out the same cursor again would keep us here for ever.
    cursor = answer.nextCursor && !seen.has(answer.nextCursor) ? answer.nextCursor : undefined
    if (cursor !== undefined) seen.add(cursor)
  } while (cursor !== undefined && found.length < MAX_TOOLS)
  return found.slice(0, MAX_TOOLS)
}

function requestOptions({ timeoutMs, signal }: ConnectionLimits) {
  return { timeout: timeoutMs, ...(signal && { signal }) }
}

const rootOf = (folder: string) => ({
  uri: folderUrl(folder),
  name: folder.split(/[\\/]/).filter(Boolean).at(-1) ?? '/',
})
