/** The little MCP server over streamable HTTP (`/mcp`) and the older SSE transport (`/sse`), on a loopback port. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { SSEServerTransport } from '@modelcontextprotocol/sdk/server/sse.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import { littleMcpServer, type McpServerOptions } from './mcp-server.ts'

export interface HttpMcpServerOptions extends McpServerOptions {
  /** Requests without this `Authorization` get 401. */
  authorization?: string
  /** Milliseconds before any answer. */
  delay?: number
}

export interface HttpMcpServer {
  /** `http://127.0.0.1:port`; add `/mcp` or `/sse`. */
  readonly url: string
  /** `METHOD path rpc-method` of every request so far. */
  readonly requests: string[]
  /** Open sessions. */
  sessions(): number
  /** Forgets every session, as a restarted server has; clients are told by 404. */
  forget(): Promise<void>
  close(): Promise<void>
}

/** Starts one. */
export async function startMcpServer(options: HttpMcpServerOptions = {}): Promise<HttpMcpServer> {
  const requests: string[] = []
  const streamable = new Map<string, StreamableHTTPServerTransport>()
  const sse = new Map<string, SSEServerTransport>()
  const { promise: closing, resolve: beginClosing } = Promise.withResolvers<void>()

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url!, 'http://localhost')
    const body = request.method === 'POST' ? await jsonBody(request) : undefined
    requests.push([request.method, url.pathname, methodOf(body)].filter(Boolean).join(' '))
    if (options.delay) await Promise.race([closing, new Promise((resolve) => setTimeout(resolve, options.delay))])
    if (options.authorization !== undefined && request.headers.authorization !== options.authorization) {
      response.writeHead(401).end('who are you?')
    } else if (url.pathname === '/mcp') await answerStreamable(request, response, body)
    else if (url.pathname === '/sse') await openSse(response)
    else if (url.pathname === '/messages') await answerSse(url, request, response, body)
    else response.writeHead(404).end()
  }

  async function answerStreamable(request: IncomingMessage, response: ServerResponse, body: unknown): Promise<void> {
    const id = request.headers['mcp-session-id']
    let transport = typeof id === 'string' ? streamable.get(id) : undefined
    if (!transport && id !== undefined) {
      response.writeHead(404).end('no such session')
      return
    }
    if (!transport) {
      const made = new StreamableHTTPServerTransport({
        sessionIdGenerator: () => crypto.randomUUID(),
        onsessioninitialized: (session) => void streamable.set(session, made),
        onsessionclosed: (session) => void streamable.delete(session),
      })
      // The SDK's own type makes optional what the interface takes as present or undefined.
      await littleMcpServer(options).connect(made as Parameters<ReturnType<typeof littleMcpServer>['connect']>[0])
      transport = made
    }
    await transport.handleRequest(request, response, body)
  }

  async function openSse(response: ServerResponse): Promise<void> {
    const transport = new SSEServerTransport('/messages', response)
    sse.set(transport.sessionId, transport)
    response.on('close', () => sse.delete(transport.sessionId))
    await littleMcpServer(options).connect(transport)
  }

  async function answerSse(url: URL, request: IncomingMessage, response: ServerResponse, body: unknown): Promise<void> {
    const transport = sse.get(url.searchParams.get('sessionId') ?? '')
    if (transport) await transport.handlePostMessage(request, response, body)
    else response.writeHead(404).end('no such session')
  }

  async function forget(): Promise<void> {
    const all = [...streamable.values(), ...sse.values()]
    streamable.clear()
    sse.clear()
    await Promise.all(all.map((transport) => transport.close()))
  }

  const server = createServer((request, response) => {
    answer(request, response).catch((error) => response.destroy(error as Error))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    sessions: () => streamable.size + sse.size,
    forget,
    async close() {
      beginClosing()
      await forget()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

async function jsonBody(request: IncomingMessage): Promise<unknown> {
  let text = ''
  for await (const chunk of request) text += chunk
  return JSON.parse(text) as unknown
}

function methodOf(body: unknown): string {
  return typeof body === 'object' && body !== null && 'method' in body ? String(body.method) : ''
}
