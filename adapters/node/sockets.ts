/** The `sockets` port on Node: `ws` behind the HTTP server's own `upgrade` event. */
import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import { messageOf } from '../../src/errors.ts'
import type { Endpoint, Log, Socket, Sockets } from '../../src/platform.ts'
import { isHandshake, requestOf, writeResponse } from './upgrade.ts'

/** An upgrade request as Node hands it over, and as the handlers see it. */
export interface Upgrade {
  request: Request
  incoming: IncomingMessage
  raw: Duplex
  head: Buffer
}

export interface NodeSockets extends Sockets {
  /** Whose handlers run for the sockets of which endpoint. */
  serve(endpoints: Readonly<Record<string, Endpoint>>): void
  /** Answers the server's upgrade requests through the same handlers as every other request. */
  listen(server: Server, fetch: (request: Request, incoming: IncomingMessage) => Response | Promise<Response>): void
  /** Answers one upgrade request with what `answer` says; rejects as it does. */
  upgrade(upgrade: Upgrade, answer: () => Response | Promise<Response>): Promise<void>
  /** Closes (1008) the sockets that a token opened; without one, all of them. */
  refuse(reason: string, tokenId?: string): void
  /** The sockets that are open or closing. */
  count(): number
  /** Says 1001 to every socket, cuts those that do not answer within `graceMs`; resolves when all handlers were told. */
  close(graceMs?: number): Promise<void>
}

export interface NodeSocketsOptions {
  log: Log
  /** Bytes of one received message; a larger one closes its socket with 1009. Default 4 MiB. */
  maxMessage?: number
  /** Milliseconds between pings; a peer that did not answer the last one is dropped. Default 30 000. */
  pingEvery?: number
}

const ATTACHMENT_LIMIT = 2048
const REASON_LIMIT = 123

/** What a handler decided about an upgrade. */
interface Accepted {
  endpoint: string
  attachment: string
  tokenId: string | undefined
}

class NodeSocket implements Socket {
  readonly endpoint: string
  readonly tokenId: string | undefined
  readonly ws: WebSocket
  alive = true
  #attachment = 'null'

  constructor(ws: WebSocket, { endpoint, attachment, tokenId }: Accepted) {
    this.ws = ws
    this.endpoint = endpoint
    this.tokenId = tokenId
    this.#attachment = attachment
  }
  get isOpen(): boolean {
    return this.ws.readyState === this.ws.OPEN
  }
  get attachment(): unknown {
    return JSON.parse(this.#attachment)
  }
  attach(value: unknown): void {
    this.#attachment = attachmentText(value)
  }
  send(text: string): Promise<void> {
    if (!this.isOpen) return Promise.resolve()
    return new Promise((resolve) => {
      this.ws.send(text, (error) => {
        if (error) this.ws.terminate()
        resolve()
      })
    })
  }
  close(code = 1000, reason = ''): void {
    // ws throws on codes that may not stand in a frame, and on a reason that does not fit into one.
    const valid = (code >= 1000 && code <= 1014 && ![1004, 1005, 1006].includes(code)) || (code >= 3000 && code <= 4999)
    this.ws.close(valid ? code : 1000, fitReason(reason))
  }
}

/** The WebSockets of one Node gateway. */
export function nodeSockets({ log, maxMessage = 4 << 20, pingEvery = 30_000 }: NodeSocketsOptions): NodeSockets {
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: maxMessage,
    perMessageDeflate: false,
    clientTracking: false,
  })
  const open = new Set<NodeSocket>()
  /** Upgrade requests whose handler is running, and what it decided. */
  const pending = new WeakMap<Request, { accepted?: Accepted }>()
  const told = new Set<Promise<void>>()
  const refused = new WeakSet<NodeSocket>()
  let endpoints: Readonly<Record<string, Endpoint>> = {}
  let closing = false

  const tell = (event: 'opened' | 'message' | 'closed', socket: NodeSocket, data: string | Uint8Array = '') => {
    const work = (async () => endpoints[socket.endpoint]?.[event]?.(socket, data))().catch((error) => {
      log.error('a socket handler failed', { endpoint: socket.endpoint, event, error: messageOf(error) })
      socket.close(1011, 'internal error')
    })
    told.add(work)
    void work.finally(() => told.delete(work))
  }

  const adopt = (ws: WebSocket, accepted: Accepted) => {
    const { endpoint } = accepted
    const socket = new NodeSocket(ws, accepted)
    open.add(socket)
    ws.on('message', (data: Buffer, binary: boolean) => {
      // One that was refused is not heard any more, also where its client ignores the close.
      if (!refused.has(socket)) tell('message', socket, binary ? new Uint8Array(data) : String(data))
    })
    ws.on('pong', () => {
      socket.alive = true
    })
    // `close` follows every error; without a listener the error would end the process.
    ws.on('error', (error) => log.debug('socket error', { endpoint, error: messageOf(error) }))
    ws.on('close', () => {
      open.delete(socket)
      tell('closed', socket)
    })
    tell('opened', socket)
  }

  const pulse = setInterval(() => {
    for (const socket of open) {
      if (!socket.alive) {
        socket.ws.terminate()
        continue
      }
      socket.alive = false
      socket.ws.ping()
    }
  }, pingEvery)
  pulse.unref()

  return {
    accept(request, endpoint, attachment, tokenId) {
      const upgrade = pending.get(request)
      if (!upgrade || !isHandshake(request.headers)) {
        return new Response('Bad Request\n', {
          status: 400,
          headers: { 'content-type': 'text/plain; charset=utf-8', 'sec-websocket-version': '13' },
        })
      }
      if (closing)
        return new Response('the gateway is shutting down\n', { status: 503, headers: { 'retry-after': '5' } })
      upgrade.accepted = { endpoint, attachment: attachmentText(attachment), tokenId }
      // Stands for the 101, which `Response` cannot hold here; it never goes out.
      return new Response(null)
    },
    open: (endpoint) => [...open].filter((socket) => socket.endpoint === endpoint && socket.isOpen),
    serve(map) {
      endpoints = map
    },
    listen(http, fetch) {
      http.on('upgrade', async (incoming: IncomingMessage, raw: Duplex, head: Buffer) => {
        // Until ws takes over, a peer that leaves must not end the process.
        raw.on('error', () => raw.destroy())
        try {
          const request = requestOf(incoming)
          await this.upgrade({ request, incoming, raw, head }, () => fetch(request, incoming))
        } catch (error) {
          log.error('an upgrade failed', { error: messageOf(error) })
          raw.destroy()
        }
      })
    },
    async upgrade({ request, incoming, raw, head }, answer) {
      const upgrade: { accepted?: Accepted } = {}
      pending.set(request, upgrade)
      const response = await answer()
      if (raw.destroyed) return
      const { accepted } = upgrade
      if (!accepted || !response.ok) return await writeResponse(raw, response)
      server.handleUpgrade(incoming, raw, head, (ws) => adopt(ws, accepted))
    },
    refuse(reason, tokenId) {
      for (const socket of open) {
        if (tokenId !== undefined && socket.tokenId !== tokenId) continue
        refused.add(socket)
        socket.close(1008, reason)
      }
    },
    count: () => open.size,
    async close(graceMs = 1000) {
      closing = true
      clearInterval(pulse)
      const gone = [...open].map((socket) => new Promise((resolve) => socket.ws.once('close', resolve)))
      for (const socket of open) socket.close(1001, 'the gateway is shutting down')
      const cut = setTimeout(() => {
        for (const socket of open) socket.ws.terminate()
      }, graceMs)
      await Promise.all(gone)
      clearTimeout(cut)
      // A handler that still follows a turn is not waited for.
      const patience = new Promise((resolve) => setTimeout(resolve, graceMs).unref())
      await Promise.race([Promise.all(told), patience])
      server.close()
    },
  }
}

function attachmentText(value: unknown): string {
  const text = JSON.stringify(value ?? null)
  if (text.length > ATTACHMENT_LIMIT)
    throw new Error(`A socket's attachment is limited to ${ATTACHMENT_LIMIT} characters.`)
  return text
}

/** A close reason has 123 bytes of UTF-8; cut on a character. */
function fitReason(reason: string): string {
  const bytes = new TextEncoder().encode(reason)
  return bytes.length <= REASON_LIMIT
    ? reason
    : new TextDecoder().decode(bytes.subarray(0, REASON_LIMIT), { stream: true })
}
