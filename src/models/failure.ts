/** Tells why a model call failed, whatever the SDK, the vendor or the runtime threw (providers.md section 5.3, durable-turns.md section 5). */

import { type Evidence, gather } from './failure-evidence.ts'
import * as wording from './failure-wording.ts'
import { CredentialsExhausted } from './pool-failure.ts'
import type { FailureKind, ModelFailure } from './types.ts'

const LABEL: Readonly<Record<FailureKind, string>> = {
  rate_limit: 'The provider limits the rate of requests',
  auth: 'The provider refused the credentials',
  quota: 'The account has no quota or credit left',
  overflow: 'The conversation is too long for the model',
  filtered: "The provider's content filter stopped this",
  bad_request: 'The provider refused the request',
  missing: 'The provider does not have this model',
  timeout: 'The model did not answer in time',
  network: 'The connection to the provider failed',
  server: 'The provider has a problem',
  aborted: 'Stopped',
  unknown: 'The model call failed',
}

/** A refused key or an empty account stays so until somebody acts; the rest may pass. */
const RETRYABLE: ReadonlySet<FailureKind> = new Set(['rate_limit', 'timeout', 'network', 'server'])

/** A vendor that asks for patience this short means a rate, whatever it calls it. */
const RATE_NOT_QUOTA_MS = 3_600_000

/** Classifies anything a model call threw or reported in its stream. `now` dates a Retry-After that is a date. */
export function classify(error: unknown, now: number = Date.now()): ModelFailure {
  if (error instanceof CredentialsExhausted) return error.failure
  const evidence = gather(error, now)
  const kind = kindOf(evidence)
  const { status, retryAfterMs, detail } = evidence
  const head = status === undefined ? LABEL[kind] : `${LABEL[kind]} (${status})`
  return {
    kind,
    status,
    retryable: RETRYABLE.has(kind),
    retryAfterMs,
    message: detail ? `${head}: ${detail}` : `${head}.`,
  }
}

function kindOf(evidence: Evidence): FailureKind {
  const { status, text, names, retryAfterMs } = evidence
  const says = (patterns: readonly RegExp[]) => matches(patterns, text)
  if (names.has('TimeoutError')) return 'timeout'
  if (names.has('AbortError') || names.has('ResponseAborted')) return 'aborted'
  if (status === 429 || status === 402) {
    const patient = retryAfterMs !== undefined && retryAfterMs <= RATE_NOT_QUOTA_MS
    return !patient && (status === 402 || says(wording.QUOTA)) ? 'quota' : 'rate_limit'
  }
  // The words count more than the number: vendors put the same fact behind 400, 403, 413, 422 and 500.
  if (status !== 401 && status !== 404 && says(wording.OVERFLOW)) return 'overflow'
  if (status !== 401 && (status === undefined || status < 500) && says(wording.FILTERED)) return 'filtered'
  if (status === 401) return 'auth'
  if (status === 403) return says(wording.QUOTA) ? 'quota' : 'auth'
  if (status === 408 || status === 504 || status === 524) return 'timeout'
  if (status === 409 || status === 425 || (status !== undefined && status >= 500)) return 'server'
  if (status !== undefined && status >= 400) {
    if (says(wording.AUTH)) return 'auth'
    if (status === 404 || says(wording.MODEL_MISSING)) return 'missing'
    return says(wording.QUOTA) ? 'quota' : 'bad_request'
  }
  return withoutStatus(evidence, says)
}

/** Errors inside a stream, of the connection, and answers that cannot be read. */
function withoutStatus({ names, fromStream }: Evidence, says: (patterns: readonly RegExp[]) => boolean): FailureKind {
  const unreadable = [
    'AI_JSONParseError',
    'AI_TypeValidationError',
    'AI_InvalidResponseDataError',
    'AI_EmptyResponseBodyError',
    'AI_NoContentGeneratedError',
    'AI_NoOutputGeneratedError',
  ]
  if (names.has('AI_LoadAPIKeyError')) return 'auth'
  if (unreadable.some((name) => names.has(name))) return 'server'
  if (says(wording.QUOTA)) return 'quota'
  if (says(wording.RATE_LIMIT)) return 'rate_limit'
  if (says(wording.AUTH)) return 'auth'
  if (says(wording.TIMEOUT)) return 'timeout'
  if (says(wording.NETWORK)) return 'network'
  if (says(wording.SERVER) || fromStream) return 'server'
  return 'unknown'
}

const matches = (patterns: readonly RegExp[], text: string) => patterns.some((pattern) => pattern.test(text))
