/** Live events to whoever watches `/api/events/live` (gateway-api.md "Events"). */
import type { Endpoint, Socket, Sockets } from '../platform.ts'

/** The name of the live endpoint, for `Gateway.endpoints`. */
export const EVENTS_ENDPOINT = 'events'

/** Frames a socket may owe us before it is taken for dead. */
const MAX_PENDING = 256

/**
 * An event as clients see it. Known ones: `config_changed` (`source`: `webui`, `weixin`, ...) and
 * `channel_draft_changed` (`channel`). Never put a secret into one.
 */
export interface GatewayEvent {
  readonly type: string
  readonly [field: string]: unknown
}

/** Carries events to the open sockets. It keeps nothing that hibernation would lose: who is ready stands in the attachment. */
export class EventHub {
  readonly #sockets: Sockets
  readonly #pending = new WeakMap<Socket, number>()

  /** What the live endpoint does: each socket first hears `{"type":"ready"}`; what clients send is ignored. */
  readonly endpoint: Endpoint = {
    opened: (socket) => {
      // First the mark, then the frame, with nothing between: no event can come before `ready`.
      socket.attach({ ready: true })
      this.#send(socket, frame({ type: 'ready' }))
    },
  }

  constructor(sockets: Sockets) {
    this.#sockets = sockets
  }

  /** Sends an event to every open socket and returns at once: a slow one delays nobody, and is closed (1013) in the end. */
  publish(event: GatewayEvent): void {
    const text = frame(event)
    for (const socket of this.#sockets.open(EVENTS_ENDPOINT)) {
      if (isReady(socket.attachment)) this.#send(socket, text)
    }
  }

  #send(socket: Socket, text: string): void {
    const pending = (this.#pending.get(socket) ?? 0) + 1
    if (pending > MAX_PENDING) {
      socket.close(1013, 'too slow')
      return
    }
    this.#pending.set(socket, pending)
    void socket.send(text).then(() => this.#pending.set(socket, (this.#pending.get(socket) ?? 1) - 1))
  }
}

const frame = (event: GatewayEvent) => `${JSON.stringify(event)}\n`

function isReady(attachment: unknown): boolean {
  return typeof attachment === 'object' && attachment !== null && 'ready' in attachment && attachment.ready === true
}
