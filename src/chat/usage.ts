/** Tokens a turn used, in all and by model. */

export interface ModelUsage {
  input: number
  output: number
  /** Input tokens the provider read from its cache. */
  cached: number
}

export interface Usage extends ModelUsage {
  /** By model reference, in the order first used. */
  models: Record<string, ModelUsage>
}

/** Told of every model call whose outcome is stored, within the transaction that stores it. */
export interface UsageLedger {
  /** `turns` is 1 for the first call of a turn, so that the sum counts each turn once. */
  record(session: number, usage: Usage, turns: 0 | 1): void
}

export const noUsage = (): Usage => ({ input: 0, output: 0, cached: 0, models: {} })

/** The sum of two usages. */
export function addUsage(a: Usage, b: Usage): Usage {
  const models: Record<string, ModelUsage> = { ...a.models }
  for (const [ref, use] of Object.entries(b.models)) {
    const have = models[ref] ?? { input: 0, output: 0, cached: 0 }
    models[ref] = { input: have.input + use.input, output: have.output + use.output, cached: have.cached + use.cached }
  }
  return { input: a.input + b.input, output: a.output + b.output, cached: a.cached + b.cached, models }
}

/** The usage of one model call. */
export function usageOf(ref: string, use: ModelUsage): Usage {
  return { ...use, models: { [ref]: { ...use } } }
}
