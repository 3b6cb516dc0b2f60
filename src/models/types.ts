/** What the agent loop knows of models: candidates in the order to try them. */
import type { LanguageModelV4 } from '@ai-sdk/provider'

/** One model that can answer now. */
export interface Candidate {
  /** `provider/model` as in the config, canonical. */
  readonly ref: string
  readonly provider: string
  readonly modelId: string
  readonly model: LanguageModelV4
  readonly maxOutputTokens: number
  readonly temperature: number | undefined
  /** Tokens the model can read; the config's own value first, then a table, then a careful default. */
  readonly contextWindow: number
  /** Limit on one model call, ms. */
  readonly timeoutMs: number
}

export interface ModelService {
  /**
   * Primary (or `ref` when given), then the fallbacks, in order. Models that are cooling down go last, so that
   * something is always tried. Never empty: with nothing usable it holds the built-in offline model.
   */
  candidates(ref?: string): Promise<Candidate[]>
  succeeded(candidate: Candidate): void
  /** Starts a cooldown where the error calls for one (429, 5xx, auth, timeouts); a bad request does not. */
  failed(candidate: Candidate, error: unknown): void
  /** How many of the candidate's credentials do not rest now. */
  ready(candidate: Candidate): Promise<number>
}

/**
 * `overflow`, `filtered` and `bad_request` are the request's own fault; `aborted` is ours. `missing`: the provider has no such model.
 */
export type FailureKind =
  | 'rate_limit'
  | 'auth'
  | 'quota'
  | 'overflow'
  | 'filtered'
  | 'bad_request'
  | 'missing'
  | 'timeout'
  | 'network'
  | 'server'
  | 'aborted'
  | 'unknown'

/** Why a model call failed, for people and for the retry rules. */
export interface ModelFailure {
  kind: FailureKind
  status: number | undefined
  /** The same model may answer if asked again. The next candidate is worth a try for any other kind than those of the request. */
  retryable: boolean
  retryAfterMs: number | undefined
  /** The real cause in one line, without secrets. */
  message: string
}
