/**
 * Whether the gateway is there and knows us. Every request reports here, and a probe asks again while it is away:
 *
 *     starting ──200──> online <──200── away        any ──401──> signed-out ──sign in──> online
 *         └──no answer, 5xx──────────────^                └──403──> refused (the gateway says why)
 */
import { watchedValue } from '../app/watched-value.ts'

export type Connection =
  | { state: 'starting' | 'online' | 'away' }
  /** `wrong`: there was a token, and it does not open this gateway (any more). */
  | { state: 'signed-out'; wrong: boolean }
  | { state: 'refused'; reason: string }

const PROBE = '/api/version'
const FIRST_PAUSE_MS = 500
const LONGEST_PAUSE_MS = 8000

const connection = watchedValue<Connection>({ state: 'starting' })
const returned = new Set<() => void>()
let pause = FIRST_PAUSE_MS
let timer: ReturnType<typeof setTimeout> | undefined
let probing = false
/** A session was open in this page, so a 401 means that its token has ended. */
let wasOnline = false

/** The connection, in a component. */
export const useConnection = connection.use
/** The connection now. */
export const currentConnection = connection.get
/** Hears of every change. */
export const watchConnection = connection.watch

/** Calls `listener` whenever the gateway is back: what was missed meanwhile must be asked for. */
export function onReturn(listener: () => void): () => void {
  returned.add(listener)
  return () => void returned.delete(listener)
}

/** What a request met: its status, or 0 when nobody answered. */
export function noteAnswer(status: number): void {
  if (status === 401) move({ state: 'signed-out', wrong: wasOnline })
  // An answer that is away belongs to what was asked before a sign-out.
  else if (connection.get().state === 'signed-out') return
  else if (status === 0) {
    move({ state: 'away' })
    later()
  }
  // The gateway's own word for a provider that does not answer, or a proxy's for a gateway that does not: the probe tells.
  else if (status === 502 || status === 503) void probe()
}

/** Asks the gateway whether it is there and knows us. */
export async function probe(): Promise<void> {
  if (probing) return
  probing = true
  clearTimeout(timer)
  try {
    const response = await fetch(PROBE, { credentials: 'same-origin', cache: 'no-store' })
    if (response.ok) {
      const wasAway = connection.get().state !== 'online'
      wasOnline = true
      pause = FIRST_PAUSE_MS
      move({ state: 'online' })
      if (wasAway) for (const listener of [...returned]) listener()
    } else if (response.status === 401) move({ state: 'signed-out', wrong: wasOnline })
    else if (response.status === 403) move({ state: 'refused', reason: (await response.text()).trim() })
    else {
      move({ state: 'away' })
      later()
    }
  } catch {
    move({ state: 'away' })
    later()
  } finally {
    probing = false
  }
}

/** The person signed out, or their token was refused. */
export function signedOut(wrong: boolean): void {
  wasOnline = false
  clearTimeout(timer)
  move({ state: 'signed-out', wrong })
}

function later(): void {
  clearTimeout(timer)
  timer = setTimeout(probe, pause)
  pause = Math.min(LONGEST_PAUSE_MS, pause * 2)
}

function move(next: Connection): void {
  const now = connection.get()
  if (now.state === next.state && next.state !== 'refused' && next.state !== 'signed-out') return
  if (now.state === 'signed-out' && next.state === 'signed-out' && now.wrong === next.wrong) return
  connection.set(next)
}

addEventListener('online', () => void probe())
addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'visible' && connection.get().state === 'away') void probe()
})
