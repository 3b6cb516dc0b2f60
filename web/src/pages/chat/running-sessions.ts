/** In which sessions an answer is being written, as far as this page has heard. */
import type { LiveEvent } from '../../api/live-events.ts'
import { watchedValue } from '../../app/watched-value.ts'

const running = watchedValue<ReadonlySet<string>>(new Set())

/** The keys of sessions with a running turn. */
export const useRunningSessions = running.use

/** Takes a `turn` event into account; others are none of its business. */
export function noteTurn({ type, session, state }: LiveEvent): void {
  if (type !== 'turn' || typeof session !== 'string') return
  const next = new Set(running.get())
  if (state === 'running') next.add(session)
  else next.delete(session)
  running.set(next)
}
