/** When a turn that lives end again and again is not tried any more (durable-turns.md section 4). */
import { ATTEMPT_SPAN } from './events.ts'
import type { TurnRow } from './tables.ts'

const ATTEMPTS_WITHOUT_PROGRESS = 5

export interface GivenUp {
  state: 'stopped' | 'interrupted'
  error: string | null
}

/** Why a claimed turn must not run any more; null when it may. `progress`: the highest place its stream reached. */
export function givenUp(turn: TurnRow, facts: { progress: number; now: number; maxAgeMs: number }): GivenUp | null {
  if (turn.stop) return { state: 'stopped', error: null }
  if (facts.now - turn.accepted_at > facts.maxAgeMs && turn.attempt > 1) {
    return { state: 'interrupted', error: 'the turn was interrupted and is too old to go on' }
  }
  const since = turn.attempt - Math.floor(facts.progress / ATTEMPT_SPAN)
  return since > ATTEMPTS_WITHOUT_PROGRESS
    ? { state: 'interrupted', error: `the turn was interrupted ${since - 1} times without progress` }
    : null
}
