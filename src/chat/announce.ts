import type { TurnEngine } from './engine.ts'
import type { TurnState } from './events.ts'

export interface TurnNews extends Record<string, unknown> {
  type: 'turn'
  session: string
  turn: number
  state: TurnState
}

/** Watchers of a session learn of turns that others began in it: a channel, the schedule, another browser. */
export function announceTurns(engine: TurnEngine, publish: (news: TurnNews) => void): void {
  engine.onBegin(({ n, session_key }) => publish({ type: 'turn', session: session_key, turn: n, state: 'running' }))
  engine.onEnd((n) => {
    const turn = engine.turn(n)
    if (turn?.ended_at) publish({ type: 'turn', session: turn.session_key, turn: n, state: turn.state })
  })
}
