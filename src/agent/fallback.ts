/**
 * Walks the candidates until one answers: the next credential of a model at once, then the next model, the last one
 * retried with patience.
 */
import { type PendingCall, type TurnRun, usageOf } from '../chat/index.ts'
import { type Candidate, classify, type ModelFailure, type ModelService } from '../models/index.ts'
import type { Log } from '../platform.ts'
import { estimatedUsage } from './estimated-usage.ts'
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
  /** Throws when no model may be asked now; asked before every call. */
  permit?: (() => void) | undefined
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
    let attempt = 0
    // A credential that broke off in mid-answer rests. Each further one that is well is worth a call of its own.
    let ready = Infinity
    for (;;) {
      deps.permit?.()
      let request: ModelRequest | undefined
      let said = ''
      try {
        request = await deps.request(candidate)
        const answer = await callModel(candidate, request, {
          text(delta) {
            said += delta
            run.text(delta)
          },
          reasoning(delta) {
            said += delta
            run.reasoning(delta)
          },
          toolCall: (call: PendingCall) => run.toolCall(call),
        })
        deps.models.succeeded(candidate)
        return { answer, candidate }
      } catch (error) {
        // Broken off in mid-answer, by a stop for one: the provider counts it, so the budget does.
        if (request && said) run.spent(usageOf(candidate.ref, estimatedUsage(request.prompt, said)))
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
        const left = failure.retryable ? await deps.models.ready(candidate) : 0
        if (left > 0 && left < ready) {
          ready = left
          continue
        }
        if (!last || attempt >= RETRIES || !failure.retryable) {
          causes.push(`${candidate.ref}: ${failure.message}`)
          if (isFinal(failure)) throw new Error(`LLM call failed: ${causes.join('; ')}`)
          break
        }
        await pause(Math.min(failure.retryAfterMs ?? 500 * 2 ** attempt++, MAX_WAIT_MS), run.signal)
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
