/** Requests of one minute, counted in memory: an object that sleeps had none. */

const MINUTE_MS = 60_000

export interface RequestRate {
  /** Counts one request and gives how many this minute has had, it included. */
  count(): number
  /** Requests of this minute so far. */
  readonly used: number
  /** When the minute ends, ms since the epoch. */
  readonly ends: number
}

/** Minutes begin with the first request after the last one has ended. */
export function requestRate(now: () => number): RequestRate {
  let ends = 0
  let used = 0
  const current = () => {
    if (now() >= ends) {
      used = 0
      ends = now() + MINUTE_MS
    }
  }
  return {
    count() {
      current()
      used += 1
      return used
    },
    get used() {
      return now() >= ends ? 0 : used
    },
    get ends() {
      return ends
    },
  }
}
