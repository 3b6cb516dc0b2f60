/** The one query client: what is on the screen is asked for again when the gateway says that it changed. */
import { QueryClient } from '@tanstack/react-query'
import { onReturn } from './connection.ts'
import { isPassing } from './failure.ts'
import { type LiveEvent, onLiveEvent, RESUMED } from './live-events.ts'

export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      // A gateway that is away comes back by the connection's probe; what it refused it will refuse again.
      retry: (count, error) => count < 2 && isPassing(error),
      refetchOnWindowFocus: true,
    },
    mutations: { retry: false },
  },
})

/** Which queries an event makes old, by the first part of their keys. */
const TOUCHED: Readonly<Record<string, readonly string[]>> = {
  config_changed: ['config', 'status', 'models', 'tools', 'channels', 'provider', 'mcp'],
  channel_draft_changed: ['channels', 'config'],
  channel_health: ['channels'],
  channel_message: ['channels'],
  cron_run: ['cron', 'usage', 'today'],
  heartbeat: ['today'],
  turn: ['sessions', 'usage', 'today', 'files', 'skills', 'provider'],
  limit_warning: ['usage', 'today'],
}

/** Connects the query client with the gateway's events and with its coming back. Call once. */
export function keepQueriesFresh(): void {
  onReturn(() => void queries.invalidateQueries())
  onLiveEvent((event) => {
    if (event.type === RESUMED) void queries.invalidateQueries()
    for (const first of touched(event)) void queries.invalidateQueries({ queryKey: [first] })
  })
}

function touched({ type }: LiveEvent): readonly string[] {
  return Object.hasOwn(TOUCHED, type) ? TOUCHED[type]! : []
}
