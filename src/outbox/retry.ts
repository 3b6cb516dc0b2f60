/** When a message that did not go out is tried again, and when it is given up. */

/** A message is given up after this many attempts at one part. */
export const MAX_ATTEMPTS = 20
/** And this long after its first attempt since it was last held. */
export const GIVE_UP_MS = 24 * 3600_000

const FIRST_MS = 2000
const LONGEST_MS = 2 * 3600_000

/** ms until the next attempt after `attempts` failed ones: 2 s, doubling to 2 h, a fifth more or less by chance. */
export function retryDelay(attempts: number, random: () => number): number {
  const delay = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.max(0, attempts - 1))
  return Math.round(delay * (0.8 + 0.4 * random()))
}
