/** What a failed call does to the credential that signed it (providers.md sections 5.3 and 5.4). */
import type { ModelFailure } from './types.ts'

/**
 * Why a credential rests. `unavailable` is the vendor's own trouble: such a credential is asked last, never left out.
 */
export type RestReason = 'quota' | 'rate_limit' | 'forbidden' | 'unauthorized' | 'unavailable'

export interface Effect {
  readonly reason: RestReason
  /** Length of the rest, ms. */
  readonly restMs: number
  /** Only the model that was asked rests; else all models of the credential. */
  readonly oneModel: boolean
  /** Taken off the health, which is 1 to 100. */
  readonly penalty: number
}

const MINUTE = 60_000
const LONGEST = 24 * 60 * MINUTE
/** `oauth.cooldown_sec` where the config has none. */
const DEFAULT_BASE_SEC = 900

interface Rule {
  /** Rest of an API key, ms. */
  readonly key: number
  /** Rest of an account, in multiples of `oauth.cooldown_sec`. */
  readonly account: number
  readonly oneModel: boolean
  readonly penalty: number
}

const RULES: Readonly<Record<Exclude<RestReason, 'unavailable'>, Rule>> = {
  quota: { key: 60 * MINUTE, account: 4, oneModel: false, penalty: 40 },
  // Vendors say 403 for a model that is not in the plan.
  forbidden: { key: 30 * MINUTE, account: 2, oneModel: true, penalty: 25 },
  unauthorized: { key: 30 * MINUTE, account: 2, oneModel: false, penalty: 25 },
  rate_limit: { key: 15 * MINUTE, account: 1, oneModel: true, penalty: 10 },
}
const UNAVAILABLE_FIRST = 10_000
const UNAVAILABLE_LIMIT = 5 * MINUTE

/** Whose fault it was; null when it says nothing about the credential: the request itself, or a stop. */
export function reasonOf({ kind, status }: ModelFailure): RestReason | null {
  switch (kind) {
    case 'quota':
    case 'rate_limit':
      return kind
    case 'auth':
      return status === 403 ? 'forbidden' : 'unauthorized'
    case 'timeout':
    case 'network':
    case 'server':
      return 'unavailable'
    default:
      return null
  }
}

/** The effect on a key or an account; `failures` counts this one too, `cooldownSec` is the provider's `oauth.cooldown_sec`. */
export function effectOf(
  reason: RestReason,
  failure: Pick<ModelFailure, 'retryAfterMs'>,
  credential: { account: boolean; failures: number; cooldownSec?: number | undefined },
): Effect {
  const { retryAfterMs } = failure
  if (reason === 'unavailable') {
    const wait = retryAfterMs ?? UNAVAILABLE_FIRST * 2 ** Math.min(credential.failures - 1, 10)
    return { reason, restMs: Math.min(wait, UNAVAILABLE_LIMIT), oneModel: true, penalty: 5 }
  }
  const rule = RULES[reason]
  const base = (credential.cooldownSec || DEFAULT_BASE_SEC) * 1000
  const usual = credential.account ? rule.account * base : rule.key
  return {
    reason,
    restMs: Math.min(retryAfterMs ?? usual, LONGEST),
    oneModel: rule.oneModel,
    penalty: rule.penalty,
  }
}
