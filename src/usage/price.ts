/** What tokens cost. A price that nobody named is unknown, never nothing. */
import type { ModelUsage } from '../chat/index.ts'

/** Prices of a model, in the currency of the config for a million tokens. */
export interface Price {
  input: number
  output: number
  /** Input tokens that the provider read from its cache. Left out: as `input`. */
  cached?: number | undefined
}

/** Billionths of a unit of the currency. */
export const NANOS = 1_000_000_000

/** The cost of one call in billionths of the currency. */
export function costOf({ input, output, cached }: ModelUsage, price: Price): number {
  const fresh = Math.max(0, input - cached)
  return Math.round((fresh * price.input + cached * (price.cached ?? price.input) + output * price.output) * 1000)
}

/** The price of a model reference: as it stands in the table, or by the model's name without its provider. */
export function priceOf(prices: Readonly<Record<string, Price>>, ref: string): Price | undefined {
  if (Object.hasOwn(prices, ref)) return prices[ref]
  const name = ref.slice(ref.indexOf('/') + 1)
  if (Object.hasOwn(prices, name)) return prices[name]
  // It asks nobody and costs nothing.
  return ref.startsWith('offline/') ? { input: 0, output: 0 } : undefined
}
