/** What the page of today asks the gateway. */
import { useQuery } from '@tanstack/react-query'
import { answer, api } from '../../api/client.ts'
import type { Schemas } from '../../api/schema.d.ts'

export type Turn = Schemas['RecentTurn']

const SHOWN_TURNS = 8
const SHOWN_FAILURES = 20

/** How the gateway is. */
export function useStatus() {
  return useQuery({ queryKey: ['status'], queryFn: () => answer(api.GET('/api/status')) })
}

/** The latest turns of all sessions. */
export function useRecentTurns() {
  return useQuery({
    queryKey: ['today', 'turns'],
    queryFn: async () =>
      (await answer(api.GET('/api/chat/turns', { params: { query: { limit: SHOWN_TURNS } } }))).turns,
  })
}

/** The latest turns that failed or were interrupted. */
export function useFailedTurns() {
  return useQuery({
    queryKey: ['today', 'failed'],
    queryFn: async () =>
      (await answer(api.GET('/api/chat/turns', { params: { query: { limit: SHOWN_FAILURES, failed: '1' } } }))).turns,
  })
}

/** The latest runs of all jobs. */
export function useRecentRuns() {
  return useQuery({
    queryKey: ['cron', 'runs', ''],
    queryFn: async () => (await answer(api.GET('/api/cron/runs', { params: { query: { limit: 50 } } }))).runs,
  })
}

/** Messages to channels that did not arrive, or of which nobody knows. */
export function useUndelivered() {
  return useQuery({
    queryKey: ['channels', 'undelivered'],
    async queryFn() {
      const states = ['failed', 'ambiguous']
      const found = await Promise.all(
        states.map((state) => answer(api.GET('/api/channels/outbox', { params: { query: { state, limit: 100 } } }))),
      )
      return found.flatMap(({ messages }) => messages)
    },
  })
}

/** How the sign-ins of the providers fare. */
export function useProviders() {
  return useQuery({
    queryKey: ['provider', 'runtime'],
    queryFn: async () => (await answer(api.GET('/api/provider/runtime'))).view.items,
  })
}
