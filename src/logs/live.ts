/** New log lines to whoever watches `/api/logs/live` (gateway-api.md "Logs"). */
import type { Endpoint, Socket, Sockets } from '../platform.ts'
import type { LogStore } from './store.ts'

/** The name of the live endpoint, for `Gateway.endpoints`. */
export const LOGS_ENDPOINT = 'logs'

/** Lines that may wait for a slow socket before it is taken for dead. */
const MAX_WAITING = 1000

/**
 * Sends each line as it is written, whole and in order, to every open socket: rotation, which happens behind the sink,
 * is not even noticed. Keeps nothing that hibernation would lose; what clients say is ignored.
 */
export class LiveLog {
  readonly #sockets: Sockets
  readonly #waiting = new WeakMap<Socket, string[]>()
  readonly #unsubscribe: () => void
  readonly endpoint: Endpoint = {}

  constructor(deps: { logs: LogStore; sockets: Sockets }) {
    this.#sockets = deps.sockets
    this.#unsubscribe = deps.logs.subscribe((line) => this.#publish(line))
  }

  /** No line goes out after this. The sockets are the adapter's to close. */
  close(): void {
    this.#unsubscribe()
  }

  #publish(line: string): void {
    const sockets = this.#sockets.open(LOGS_ENDPOINT)
    if (sockets.length === 0) return
    const frame = `{"ok":true,"type":"log_entry","entry":${line}}\n`
    for (const socket of sockets) {
      const waiting = this.#waiting.get(socket)
      if (!waiting) void this.#pump(socket, frame)
      else if (waiting.length < MAX_WAITING) waiting.push(frame)
      else socket.close(1013, 'too slow')
    }
  }

  /** One frame at a time, so that what piles up for a slow socket is counted here and not in the runtime. */
  async #pump(socket: Socket, first: string): Promise<void> {
    const waiting = [first]
    this.#waiting.set(socket, waiting)
    while (waiting.length > 0 && socket.isOpen) {
      for (const frame of waiting.splice(0, 50)) await socket.send(frame)
    }
    this.#waiting.delete(socket)
  }
}
