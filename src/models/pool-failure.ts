/** The failure of a call that no credential of a provider could sign with success. */
import type { ModelFailure } from './types.ts'

/** What one credential met, in the order they were tried. */
export interface CredentialFailure {
  /** `API key`, `account 1`: who, without saying who it is. */
  who: string
  failure: ModelFailure
}

/** Thrown when more than one credential failed, or none was there; `classify` reads its `failure`. */
export class CredentialsExhausted extends Error {
  override name = 'CredentialsExhausted'
  readonly failure: ModelFailure

  constructor(failure: ModelFailure) {
    super(failure.message)
    this.failure = failure
  }
}

/** A pause this short is worth waiting for. */
const PATIENCE_MS = 10_000

/** One failure for all: the kind of the one that passes first, every cause named, and when the first credential is free. */
export function exhausted(failures: readonly CredentialFailure[], freeInMs: number): CredentialsExhausted {
  const passing = failures.find(({ failure }) => failure.retryable) ?? failures[0]!
  const { kind, status } = passing.failure
  return new CredentialsExhausted({
    kind,
    status,
    retryable: passing.failure.retryable && freeInMs <= PATIENCE_MS,
    retryAfterMs: freeInMs > 0 ? freeInMs : undefined,
    message: `no credential worked: ${failures.map(({ who, failure }) => `${who}: ${failure.message}`).join('; ')}`,
  })
}

/** Nobody has signed in, or every account is disabled. */
export function noCredential(provider: string): CredentialsExhausted {
  return new CredentialsExhausted({
    kind: 'auth',
    status: undefined,
    retryable: false,
    retryAfterMs: undefined,
    message: `no usable account is connected to "${provider}". Sign in again (POST /api/provider/oauth/start) or set an api_key`,
  })
}
