/** What both SQLite bindings must refuse, since each of them would store or round it in its own way. */
import type { SqlValue } from '../platform.ts'

/** Cloudflare's limit; Node would take more. */
const MAX_PARAMETERS = 100

/** Throws a `TypeError` for parameters that do not store alike on both runtimes: undefined, booleans, bigints, ... */
export function checkParameters(params: readonly SqlValue[]): void {
  if (params.length > MAX_PARAMETERS) {
    throw new TypeError(`SQL takes at most ${MAX_PARAMETERS} parameters, not ${params.length}: pass a list as JSON`)
  }
  for (let i = 0; i < params.length; i++) {
    const problem = problemWith(params[i])
    if (problem) throw new TypeError(`SQL parameter ${i + 1} ${problem}`)
  }
}

/** Throws a `RangeError` for an integer that a JavaScript number cannot hold exactly. */
export function refuseUnsafeInteger(value: number, column: string): void {
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
    throw new RangeError(`SQL column ${column} holds an integer beyond 2^53: store it as text`)
  }
}

/** Throws a `TypeError` when a transaction's work returned a promise: it would go on after the commit. */
export function refusePromise(result: unknown): void {
  if (typeof result === 'object' && result !== null && 'then' in result) {
    throw new TypeError('A transaction runs synchronous work; it returned a promise')
  }
}

function problemWith(value: unknown): string | undefined {
  if (value === null || typeof value === 'string' || value instanceof Uint8Array) return undefined
  if (typeof value === 'boolean') return 'is a boolean: write 0 or 1'
  if (value === undefined) return 'is undefined: write null'
  if (typeof value === 'bigint') return 'is a bigint: write it as text'
  if (typeof value !== 'number') return `is of type ${typeof value}: write text, a number, null or a Uint8Array`
  if (!Number.isFinite(value)) return `is ${value}: write a finite number or null`
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) return 'is an integer beyond 2^53: write it as text'
  return undefined
}
