/**
 * The relays of one gateway: who is connected, what is asked of whom. The sockets' attachments are the list, so that it
 * is the same after the object has slept; only requests in flight are in memory, and those keep it awake.
 */
import { messageOf } from '../errors.ts'
import type { Database, Endpoint, Log, Socket, Sockets } from '../platform.ts'
import { changesOf, forgetChanges, type RelayChange, recordChange } from './changes.ts'
import { Exchange, RelayError } from './exchange.ts'
import { type RelayRequest, readMessage, requestFrame, signalFrame } from './frames.ts'
import { type Askable, type RelayLimits, relayFetch } from './relay-fetch.ts'
import { afterFailure, afterSuccess, type Choice, inOrder, type Seat, seatOf } from './seat.ts'

/** The name of the live endpoint, for `Gateway.endpoints`. */
export const RELAY_ENDPOINT = 'relay'

/** A relay came or went; for `/api/events/live`. */
export interface RelayNews {
  readonly type: RelayChange['reason']
  readonly relay: string
  readonly detail: string
}

export interface RelayDeps {
  sockets: Sockets
  db: Database
  now: () => number
  log: Log
  publish(news: RelayNews): void
}

/** A connected relay, for the runtime view. Times in ms since the epoch. */
export interface RelayView {
  name: string
  status: 'ready' | 'cooldown'
  available: boolean
  health: number
  failures: number
  /** Null when it does not rest. */
  cooldownUntil: number | null
  connectedAt: number
  /** Null before the first. */
  lastSuccess: number | null
  inFlight: number
}

/** How long a request waits for a relay that has just gone: pages reconnect after a deploy or a reload. */
const COME_BACK_MS = 5000
const JUST_GONE_MS = 60_000
/** Messages that are none of the protocol's a socket may send: one slip is forgiven. */
const BAD_MESSAGES = 2
/** Answers that nobody waits for; their relay is told once. */
const CANCELS_KEPT = 200

interface Pending {
  exchange: Exchange
  seat: string
}

export class RelayHub {
  readonly #deps: RelayDeps
  readonly #pending = new Map<string, Pending>()
  /** When each relay was last asked, counted in requests. */
  readonly #asked = new Map<string, number>()
  readonly #bad = new WeakMap<Socket, number>()
  readonly #cancelled = new Set<string>()
  readonly #arrivals = new Set<() => void>()
  #requests = 0

  /** What the live endpoint does. */
  readonly endpoint: Endpoint = {
    opened: (socket) => this.#opened(socket),
    message: (socket, data) => this.#message(socket, data),
    closed: (socket) => this.#gone(socket, 'the connection was closed'),
  }

  constructor(deps: RelayDeps) {
    this.#deps = deps
  }

  /** The connected relays, by name. */
  relays(): RelayView[] {
    const now = this.#deps.now()
    return this.#choices()
      .map(({ seat, inFlight }) => {
        const cooling = seat.coolUntil > now
        return {
          name: seat.relay,
          status: cooling ? ('cooldown' as const) : ('ready' as const),
          available: !cooling,
          health: seat.health,
          failures: seat.failures,
          cooldownUntil: cooling ? seat.coolUntil : null,
          connectedAt: seat.since,
          lastSuccess: seat.lastSuccess || null,
          inFlight,
        }
      })
      .sort((a, b) => (a.name < b.name ? -1 : 1))
  }

  /** Relays that came and went, newest first; 100 are kept. */
  changes(limit = 24): RelayChange[] {
    return changesOf(this.#deps.db, limit)
  }

  /** Forgets who came and went. */
  forgetChanges(): void {
    forgetChanges(this.#deps.db)
  }

  /** A `fetch` whose requests the relays perform; see `relayFetch`. */
  fetch(limits: RelayLimits): typeof globalThis.fetch {
    return relayFetch({ candidates: () => this.#candidates(), comeBack: (signal) => this.#comeBack(signal) }, limits)
  }

  /** Sends away whoever came with the relay token: it was changed. */
  revoke(): void {
    for (const socket of this.#sockets()) {
      if (seatOf(socket).byRelayToken) this.#dismiss(socket, 1008, 'the relay token was changed')
    }
  }

  /** Fails what is in flight; the sockets are closed by whoever closes the gateway. */
  close(): void {
    for (const { exchange } of [...this.#pending.values()]) {
      exchange.fail(new RelayError('the gateway is shutting down: it closed the connection'))
    }
    for (const arrived of [...this.#arrivals]) arrived()
  }

  #opened(socket: Socket): void {
    const { id, relay } = seatOf(socket)
    for (const other of this.#sockets()) {
      const seat = seatOf(other)
      if (seat.relay === relay && seat.id !== id) this.#dismiss(other, 4001, 'replaced by a new connection')
    }
    this.#tell('relay_connected', relay, 'aistudio websocket relay connected')
    for (const arrived of [...this.#arrivals]) arrived()
  }

  #message(socket: Socket, data: string | Uint8Array): void {
    const message = readMessage(data)
    if (!message) {
      this.#refuse(socket)
      return
    }
    const { id } = message
    if ('ping' in message) {
      void socket.send(signalFrame(id, 'pong'))
      return
    }
    if (!('event' in message)) return
    const pending = this.#pending.get(id)
    // Only who was asked may answer.
    if (pending?.seat === seatOf(socket).id) {
      pending.exchange.push(message.event)
      return
    }
    const goesOn = message.event.type === 'start' || message.event.type === 'chunk'
    // From before this object slept or crashed, or cancelled by a relay that does not know how: said once.
    if (goesOn && id !== '' && !this.#cancelled.has(id)) {
      this.#remember(id)
      void socket.send(signalFrame(id, 'cancel'))
    }
  }

  #refuse(socket: Socket): void {
    const bad = (this.#bad.get(socket) ?? 0) + 1
    this.#bad.set(socket, bad)
    this.#deps.log.warn('a relay sent what is no relay message', { relay: seatOf(socket).relay })
    if (bad >= BAD_MESSAGES) socket.close(1007, 'expected JSON objects: {"id","type","payload"}')
  }

  #dismiss(socket: Socket, code: number, reason: string): void {
    this.#gone(socket, reason)
    socket.attach({ ...seatOf(socket), gone: true } satisfies Seat)
    socket.close(code, reason)
  }

  #gone(socket: Socket, cause: string): void {
    const seat = seatOf(socket)
    if (seat.gone) return
    for (const { exchange, seat: asked } of [...this.#pending.values()]) {
      if (asked === seat.id) exchange.fail(new RelayError(`the relay "${seat.relay}" closed the connection: ${cause}`))
    }
    this.#tell('relay_disconnected', seat.relay, `aistudio websocket relay disconnected: ${cause}`)
  }

  #tell(reason: RelayChange['reason'], relay: string, detail: string): void {
    const { db, now, log, publish } = this.#deps
    recordChange(db, { when: now(), target: relay, reason, detail })
    log.info(reason === 'relay_connected' ? 'a relay came' : 'a relay went', { relay, detail })
    publish({ type: reason, relay, detail })
  }

  #sockets(): Socket[] {
    return this.#deps.sockets.open(RELAY_ENDPOINT).filter((socket) => !seatOf(socket).gone)
  }

  #choices(): Array<Choice & { socket: Socket }> {
    const busy = new Map<string, number>()
    for (const { seat } of this.#pending.values()) busy.set(seat, (busy.get(seat) ?? 0) + 1)
    return this.#sockets().map((socket) => {
      const seat = seatOf(socket)
      return { socket, seat, inFlight: busy.get(seat.id) ?? 0, lastAsked: this.#asked.get(seat.relay) ?? 0 }
    })
  }

  #candidates(): Askable[] {
    const { now, log } = this.#deps
    return inOrder(this.#choices(), now()).map(({ socket, seat: { relay } }) => ({
      name: relay,
      ask: (request) => this.#ask(socket, request),
      succeeded: () => {
        if (socket.isOpen) socket.attach(afterSuccess(seatOf(socket), now()))
      },
      failed: (error) => {
        log.warn('a relay failed', { relay, error: messageOf(error) })
        if (socket.isOpen) socket.attach(afterFailure(seatOf(socket), now()))
      },
    }))
  }

  #ask(socket: Socket, request: RelayRequest): Exchange {
    const id = crypto.randomUUID()
    const { relay, id: seat } = seatOf(socket)
    const exchange = new Exchange({
      relay,
      tell: (type) => {
        if (type === 'cancel') this.#remember(id)
        void socket.send(signalFrame(id, type))
      },
      settled: () => this.#pending.delete(id),
    })
    this.#pending.set(id, { exchange, seat })
    this.#requests++
    this.#asked.set(relay, this.#requests)
    if (socket.isOpen) void socket.send(requestFrame(id, request, this.#deps.now()))
    else exchange.fail(new RelayError(`the relay "${relay}" closed the connection`))
    return exchange
  }

  #remember(id: string): void {
    this.#cancelled.add(id)
    if (this.#cancelled.size > CANCELS_KEPT) this.#cancelled.delete(this.#cancelled.values().next().value!)
  }

  async #comeBack(signal: AbortSignal | undefined): Promise<void> {
    const [last] = this.changes(1)
    if (last?.reason !== 'relay_disconnected' || this.#deps.now() - last.when > JUST_GONE_MS) return
    await new Promise<void>((resolve) => {
      const done = () => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', done)
        this.#arrivals.delete(done)
        resolve()
      }
      const timer = setTimeout(done, COME_BACK_MS)
      signal?.addEventListener('abort', done, { once: true })
      this.#arrivals.add(done)
    })
  }
}
