/** The `sockets` port on a Durable Object: hibernating WebSockets, whose attachment is all that an eviction leaves. */
import { messageOf } from '../../src/errors.ts'
import type { Endpoint, Log, Socket, Sockets } from '../../src/platform.ts'

export interface ObjectSockets extends Sockets {
  /** Whose handlers run for the sockets of which endpoint. */
  serve(endpoints: Readonly<Record<string, Endpoint>>): void
  /** Closes (1008) the sockets that a token opened; without one, all of them. */
  refuse(reason: string, tokenId?: string): void
  /** From the object's `webSocketMessage`. */
  message(ws: WebSocket, data: string | ArrayBuffer): Promise<void>
  /** From the object's `webSocketClose`; answers the peer's close, which the runtime does not. */
  closed(ws: WebSocket, code: number, reason: string): Promise<void>
  /** From the object's `webSocketError`. */
  failed(ws: WebSocket): Promise<void>
}

interface Attachment {
  endpoint: string
  value: unknown
  /** The token that opened it, on a hosted gateway. */
  tokenId?: string
  /** It was closed by the host: what its client still says is not heard, also where it ignores the close. */
  refused?: boolean
}

/** Bytes of one received message, as on Node; a larger one closes its socket with 1009. */
const MAX_MESSAGE = 4 << 20
/** The runtime tells nothing of a slow reader: what one socket takes in this time bounds what can pile up for it. */
const WINDOW_MS = 50
const WINDOW_CHARACTERS = 64 * 1024

class ObjectSocket implements Socket {
  readonly #ws: WebSocket
  #windowEnds = 0
  #sent = 0

  constructor(ws: WebSocket) {
    this.#ws = ws
  }
  get endpoint(): string {
    return (this.#ws.deserializeAttachment() as Attachment).endpoint
  }
  get attachment(): unknown {
    return (this.#ws.deserializeAttachment() as Attachment).value
  }
  get isOpen(): boolean {
    return this.#ws.readyState === WebSocket.OPEN
  }
  get tokenId(): string | undefined {
    return (this.#ws.deserializeAttachment() as Attachment).tokenId
  }
  attach(value: unknown): void {
    const { endpoint, tokenId } = this.#ws.deserializeAttachment() as Attachment
    this.#ws.serializeAttachment({ endpoint, value, ...(tokenId && { tokenId }) } satisfies Attachment)
  }
  get isRefused(): boolean {
    return (this.#ws.deserializeAttachment() as Attachment).refused === true
  }
  refuse(): void {
    this.#ws.serializeAttachment({ ...(this.#ws.deserializeAttachment() as Attachment), refused: true })
  }
  async send(text: string): Promise<void> {
    if (!this.isOpen) return
    try {
      this.#ws.send(text)
    } catch {
      this.close(1011)
      return
    }
    const now = Date.now()
    if (now >= this.#windowEnds) {
      this.#windowEnds = now + WINDOW_MS
      this.#sent = 0
    }
    this.#sent += text.length
    if (this.#sent > WINDOW_CHARACTERS) await new Promise((resolve) => setTimeout(resolve, this.#windowEnds - now))
  }
  close(code = 1000, reason = ''): void {
    try {
      this.#ws.close(sendable(code) ? code : 1000, fitReason(reason))
    } catch {
      // Closed already.
    }
  }
}

/** The WebSockets of one object. */
export function objectSockets(ctx: DurableObjectState, log: Log): ObjectSockets {
  // One `Socket` a WebSocket and life, so that handlers may compare and remember it.
  const known = new WeakMap<WebSocket, ObjectSocket>()
  const over = new WeakSet<WebSocket>()
  let endpoints: Readonly<Record<string, Endpoint>> = {}

  const socketOf = (ws: WebSocket) => {
    let socket = known.get(ws)
    if (!socket) {
      socket = new ObjectSocket(ws)
      known.set(ws, socket)
    }
    return socket
  }
  const tell = async (event: 'opened' | 'message' | 'closed', ws: WebSocket, data: string | Uint8Array = '') => {
    const socket = socketOf(ws)
    try {
      await endpoints[socket.endpoint]?.[event]?.(socket, data)
    } catch (error) {
      log.error('a socket handler failed', { endpoint: socket.endpoint, event, error: messageOf(error) })
      socket.close(1011, 'internal error')
    }
  }
  const end = async (ws: WebSocket) => {
    if (over.has(ws)) return
    over.add(ws)
    await tell('closed', ws)
  }

  return {
    accept(request, endpoint, attachment, tokenId) {
      // Version and key are the runtime's business: it answers a bad handshake before we see it.
      if (request.headers.get('upgrade')?.toLowerCase() !== 'websocket') {
        return new Response('Bad Request\n', {
          status: 400,
          headers: { 'content-type': 'text/plain; charset=utf-8', 'sec-websocket-version': '13' },
        })
      }
      const { 0: client, 1: server } = new WebSocketPair()
      ctx.acceptWebSocket(server, [endpoint])
      server.serializeAttachment({ endpoint, value: attachment, ...(tokenId && { tokenId }) } satisfies Attachment)
      ctx.waitUntil(Promise.resolve().then(() => tell('opened', server)))
      // Unlike Node's, this runtime echoes no subprotocol by itself, and a client that offered one would hang up.
      const protocol = request.headers.get('sec-websocket-protocol')?.split(',')[0]?.trim()
      const headers = new Headers(protocol ? { 'sec-websocket-protocol': protocol } : {})
      return new Response(null, { status: 101, webSocket: client, headers })
    },
    open: (endpoint) =>
      ctx
        .getWebSockets(endpoint)
        .map(socketOf)
        .filter((socket) => socket.isOpen),
    refuse(reason, tokenId) {
      for (const socket of ctx.getWebSockets().map(socketOf)) {
        if (tokenId !== undefined && socket.tokenId !== tokenId) continue
        socket.refuse()
        socket.close(1008, reason)
      }
    },
    serve(map) {
      endpoints = map
    },
    async message(ws, data) {
      const size = typeof data === 'string' ? data.length : data.byteLength
      if (socketOf(ws).isRefused) return
      if (size > MAX_MESSAGE) return socketOf(ws).close(1009, 'message too large')
      await tell('message', ws, typeof data === 'string' ? data : new Uint8Array(data))
    },
    async closed(ws, code, reason) {
      socketOf(ws).close(code, reason)
      await end(ws)
    },
    async failed(ws) {
      socketOf(ws).close(1011)
      await end(ws)
    },
  }
}

/** Codes that may stand in a close frame; 1005 and 1006 only describe a missing one. */
const sendable = (code: number) => (code >= 1000 && code <= 1014 && ![1004, 1005, 1006].includes(code)) || code >= 3000

/** A close reason has 123 bytes of UTF-8; cut on a character. */
function fitReason(reason: string): string {
  const bytes = new TextEncoder().encode(reason)
  return bytes.length <= 123 ? reason : new TextDecoder().decode(bytes.subarray(0, 123), { stream: true })
}
