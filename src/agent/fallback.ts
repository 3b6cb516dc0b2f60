/** Walks the candidates until one answers: fallbacks at once, the last one retried with patience. */
import type { PendingCall, TurnRun } from '../chat/index.ts'
import { type Candidate, classify, type ModelFailure, type ModelService } from '../models/index.ts'
import type { Log } from '../platform.ts'
import { callModel, type ModelAnswer, type ModelRequest } from './model-call.ts'

const RETRIES = 2
const MAX_WAIT_MS = 10_000

export interface Answered {
  answer: ModelAnswer
  candidate: Candidate
}

export interface FallbackDeps {
  models: ModelService
  log: Log
  /** Builds the request for a candidate; called again after `overflowed`. */
  request(candidate: Candidate): ModelRequest | Promise<ModelRequest>
  /** The context did not fit: make room. False when there is none to make. */
  overflowed(candidate: Candidate): Promise<boolean>
}

/**
 * One step's answer. Text that a failing model had shown is taken back first. Throws `LLM call failed: …` with every
 * model's real cause, or the abort's reason.
 */
export async function answerFrom(
  candidates: readonly Candidate[],
  run: TurnRun,
  deps: FallbackDeps,
): Promise<Answered> {
  const causes: string[] = []
  let madeRoom = false
  for (const candidate of candidates) {
    const last = candidate === candidates.at(-1)
    for (let attempt = 0; ; attempt++) {
      try {
        const answer = await callModel(candidate, await deps.request(candidate), {
          text: (delta) => run.text(delta),
          reasoning: (delta) => run.reasoning(delta),
          toolCall: (call: PendingCall) => run.toolCall(call),
        })
        deps.models.succeeded(candidate)
        return { answer, candidate }
      } catch (error) {
        if (run.signal.aborted) throw run.signal.reason
        run.retract()
        const failure = classify(error)
        deps.log.warn('model call failed', {
          turn: run.turn.n,
          model: candidate.ref,
          kind: failure.kind,
          status: failure.status,
          error: failure.message,
        })
        if (failure.kind === 'overflow' && !madeRoom) {
          madeRoom = true
          if (await deps.overflowed(candidate)) continue
        }
        deps.models.failed(candidate, error)
        if (!last || attempt >= RETRIES || !failure.retryable) {
          causes.push(`${candidate.ref}: ${failure.message}`)
          if (isFinal(failure)) throw new Error(`LLM call failed: ${causes.join('; ')}`)
          break
        }
        await pause(Math.min(failure.retryAfterMs ?? 500 * 2 ** attempt, MAX_WAIT_MS), run.signal)
      }
    }
  }
  throw new Error(`LLM call failed: ${causes.join('; ')}`)
}

/** Another model would refuse it as well: the request itself is at fault. */
function isFinal({ kind }: ModelFailure): boolean {
  return kind === 'bad_request' || kind === 'filtered' || kind === 'overflow'
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = () => {
      clearTimeout(timer)
      reject(signal.reason)
    }
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', abort)
      resolve()
    }, ms)
    signal.addEventListener('abort', abort, { once: true })
  })
}
