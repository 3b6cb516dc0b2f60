/** What a measurement yields, and the small statistics behind it. */

export type Runtime = 'node' | 'workerd'

/** One line of the table. */
export interface Figure {
  name: string
  runtime: Runtime
  value: number
  unit: string
  /** The same figure of something that does nothing but the least, taken in the same run, and what that was. */
  baseline: number
  against: string
  /** Value to baseline: the median of the rounds' own ratios, so it need not be `value / baseline` to the digit. */
  ratio: number
  /** The aim in words and whether it is met; both null where a figure has no aim. */
  aim: string | null
  met: boolean | null
}

/** The middle value; of an even number the mean of the middle two. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

/** The value that `share` (0 to 1) of all values do not exceed. */
export function percentile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.max(0, Math.ceil(values.length * share) - 1)]!
}

/** Medians of pairs that were measured side by side. */
export interface Compared {
  value: number
  baseline: number
  ratio: number
}

/**
 * Measures ours and the baseline in turn, `rounds` times, the order swapped each time: what disturbs the machine for a
 * while disturbs both.
 */
export async function interleaved(
  rounds: number,
  ours: () => Promise<number>,
  baseline: () => Promise<number>,
): Promise<Compared> {
  const pairs: Array<{ ours: number; base: number }> = []
  for (let round = 0; round < rounds; round++) {
    if (round % 2 === 0) {
      const base = await baseline()
      pairs.push({ base, ours: await ours() })
    } else {
      const own = await ours()
      pairs.push({ ours: own, base: await baseline() })
    }
  }
  return {
    value: median(pairs.map((pair) => pair.ours)),
    baseline: median(pairs.map((pair) => pair.base)),
    ratio: median(pairs.map((pair) => pair.ours / pair.base)),
  }
}
