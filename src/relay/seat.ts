/**
 * A connected relay and how it does. It stands in the socket's attachment, so that it survives the hibernation of the
 * object and is forgotten with the connection (relay.md section 7).
 */
import type { Socket } from '../platform.ts'

export interface Seat {
  /** Tells this connection from an earlier one of the same name. */
  id: string
  /** The relay's name. */
  relay: string
  /** ms since the epoch. */
  since: number
  /** Came with the relay token, not with the gateway's. */
  byRelayToken: boolean
  /** 1 to 100. */
  health: number
  /** Failures since the last success. */
  failures: number
  /** ms since the epoch; rests until then after a failure. 0: does not rest. */
  coolUntil: number
  /** ms since the epoch; 0: none yet. */
  lastSuccess: number
  /** Sent away: its end is already on record. */
  gone?: boolean
}

const FULL = 100
const FIRST_REST_MS = 30_000
const LONGEST_REST_MS = 300_000

/** The seat of a relay that just came. */
export function newSeat(relay: string, byRelayToken: boolean, now: number): Seat {
  const id = crypto.randomUUID()
  return { id, relay, since: now, byRelayToken, health: FULL, failures: 0, coolUntil: 0, lastSuccess: 0 }
}

/** The seat of a relay's socket. */
export const seatOf = (socket: Socket): Seat => socket.attachment as Seat

/** After an answer of the vendor. */
export function afterSuccess(seat: Seat, now: number): Seat {
  return { ...seat, health: FULL, failures: 0, coolUntil: 0, lastSuccess: now }
}

/** After a failure: it rests 30 s, each time twice as long, at most 5 minutes; then it is tried again. */
export function afterFailure(seat: Seat, now: number): Seat {
  const rest = Math.min(FIRST_REST_MS * 2 ** seat.failures, LONGEST_REST_MS)
  return { ...seat, health: Math.max(1, seat.health - 20), failures: seat.failures + 1, coolUntil: now + rest }
}

/** A relay that could be asked. */
export interface Choice {
  seat: Seat
  inFlight: number
  /** Grows with every request; 0: never asked. */
  lastAsked: number
}

/**
 * The order to ask relays in: those that do well before those on trial after a rest, the least busy first, in turns.
 * Resting ones are asked only when nobody else is there, the one whose rest ends first before the others.
 */
export function inOrder<C extends Choice>(choices: readonly C[], now: number): C[] {
  const rank = ({ seat }: Choice) => (seat.coolUntil > now ? 2 : seat.failures > 0 ? 1 : 0)
  const sorted = choices.toSorted((a, b) => {
    const ranks = rank(a) - rank(b)
    if (ranks !== 0) return ranks
    if (rank(a) === 2) return a.seat.coolUntil - b.seat.coolUntil
    return a.inFlight - b.inFlight || a.lastAsked - b.lastAsked || (a.seat.relay < b.seat.relay ? -1 : 1)
  })
  const rested = sorted.filter((choice) => rank(choice) < 2)
  return rested.length > 0 ? rested : sorted
}
