/** Pauses after failures: long enough not to hurt a platform, short enough to be there when it comes back. */

const FIRST_MS = 2000
const LONGEST_MS = 5 * 60_000

/** ms after `failures` in a row: 2 s, doubling to 5 minutes, a fifth more or less by chance. */
export function backoff(failures: number, random: () => number = Math.random): number {
  const delay = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.max(0, failures - 1))
  return Math.round(delay * (0.8 + 0.4 * random()))
}

/** Resolves after `ms`, or at once when `signal` comes. Never rejects. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve()
    const done = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    signal.addEventListener('abort', done)
  })
}
