/** The HTTP server on Node: limits, clear refusals, and an address or a message a user can act on. */
import { createServer, type IncomingMessage, type Server, STATUS_CODES } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { createAdaptorServer, type HttpBindings } from '@hono/node-server'
import { GatewayError } from '../../src/errors.ts'
import type { NodeSockets } from './sockets.ts'

/** What a request handler gets as Hono's `c.env`: the peer's address as the kernel knows it, never from a header. */
export interface RequestFacts {
  readonly remoteAddress: string | undefined
}

export type Fetch = (request: Request, facts: RequestFacts) => Response | Promise<Response>

const LIMITS = {
  maxHeaderSize: 64 * 1024,
  /** A client that sends its headers, or its whole body, slower than this is refused with 408. */
  headersTimeout: 15_000,
  requestTimeout: 300_000,
  keepAliveTimeout: 30_000,
  connectionsCheckingInterval: 5000,
}
const MAX_CONNECTIONS = 2000

/** A server for `fetch` and its WebSockets; not listening yet. */
export function httpServer(fetch: Fetch, sockets: Pick<NodeSockets, 'listen'>): Server {
  const server = createAdaptorServer({
    fetch: (request, env) => fetch(request, facts((env as HttpBindings).incoming)),
    createServer,
    serverOptions: {
      ...LIMITS,
      // Anything else that asks for an upgrade (`h2c`) is answered as the plain request it also is.
      shouldUpgradeCallback: (incoming) => incoming.headers.upgrade?.toLowerCase() === 'websocket',
    },
  }) as Server
  server.maxConnections = MAX_CONNECTIONS
  sockets.listen(server, (request, incoming) => fetch(request, facts(incoming)))
  server.on('clientError', refuse)
  return server
}

/** Starts listening; resolves to the port. Throws `port_in_use` or `cannot_listen` with what to do about it. */
export function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(refusal(error, host, port)))
    server.listen({ host, port }, () => resolve((server.address() as AddressInfo).port))
  })
}

const facts = (incoming: IncomingMessage): RequestFacts => ({ remoteAddress: incoming.socket.remoteAddress })

function refusal(error: NodeJS.ErrnoException, host: string, port: number): GatewayError {
  const choose = 'choose another with --port or gateway.port'
  if (error.code === 'EADDRINUSE') {
    const text = `Port ${port} on ${host} is already in use. Stop the program that listens there, or ${choose}.`
    return new GatewayError(409, 'port_in_use', text, { cause: error })
  }
  const why: Record<string, string> = {
    EACCES: `Port ${port} needs more rights than this user has; ${choose} (above 1023).`,
    EADDRNOTAVAIL: `This machine has no address ${host}; set --host or gateway.host to 127.0.0.1, 0.0.0.0 or one of its own.`,
    ENOTFOUND: `The host name ${host} is unknown; set --host or gateway.host to an address of this machine.`,
  }
  const text = why[error.code ?? ''] ?? `Cannot listen on ${host} port ${port}: ${error.code ?? error.message}.`
  return new GatewayError(500, 'cannot_listen', text, { cause: error })
}

/** What could not be read as a request at all. */
function refuse(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  const status = error.code === 'HPE_HEADER_OVERFLOW' ? 431 : error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : 400
  const body = `${STATUS_CODES[status]?.toLowerCase()}\n`
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\ncontent-type: text/plain; charset=utf-8\r\nx-content-type-options: nosniff\r\n` +
      `content-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`,
  )
}
