/** The gateway's events: what changed elsewhere shows here without asking for it. */
import LastingSocket from 'partysocket/ws'
import { currentConnection, onReturn, probe, watchConnection } from './connection.ts'

/** An event; which ones there are stands in the API reference at `/api/events/live`. */
export interface LiveEvent {
  type: string
  [field: string]: unknown
}

/** Our own event: the socket is open, for the first time or again, and what came before that was missed. */
export const RESUMED = 'console_resumed'

const listeners = new Set<(event: LiveEvent) => void>()

/** Hears every event; returns what ends that. */
export function onLiveEvent(listener: (event: LiveEvent) => void): () => void {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

/** Keeps a socket open while we are signed in. A lost one asks whether the gateway is there, and comes back with it. */
export function openLiveEvents(): void {
  const address = `${location.origin.replace(/^http/, 'ws')}/api/events/live`
  const socket = new LastingSocket(address, [], {
    startClosed: true,
    minReconnectionDelay: 1000,
    maxReconnectionDelay: 8000,
    maxEnqueuedMessages: 0,
  })
  let wanted = false
  let behind = true
  socket.addEventListener('message', ({ data }) => {
    const event = parse(data)
    if (event) tell(event)
    if (event?.type === 'ready' && behind) {
      behind = false
      tell({ type: RESUMED })
    }
  })
  // A refused upgrade looks like a lost network: only a plain request can tell a wrong token from a gateway that is away.
  socket.addEventListener('close', () => {
    behind = true
    if (wanted) void probe()
  })
  const follow = () => {
    const { state } = currentConnection()
    if (state === 'online' && !wanted) {
      wanted = true
      socket.reconnect()
    } else if ((state === 'signed-out' || state === 'refused') && wanted) {
      wanted = false
      socket.close()
    }
  }
  watchConnection(follow)
  onReturn(follow)
  follow()
}

function tell(event: LiveEvent): void {
  for (const listener of [...listeners]) listener(event)
}

function parse(data: unknown): LiveEvent | null {
  try {
    const event: unknown = JSON.parse(String(data))
    return typeof event === 'object' && event !== null && 'type' in event ? (event as LiveEvent) : null
  } catch {
    return null
  }
}
