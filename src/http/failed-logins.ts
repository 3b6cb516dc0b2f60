/** Slows down whoever guesses tokens. Only refusals pass here: a valid token is never delayed. */
import { GatewayError } from '../errors.ts'

const FREE_FAILURES = 5
const FIRST_DELAY_MS = 125
const MAX_DELAY_MS = 2000
const EXTREME_FAILURES = 30
const FORGET_AFTER_MS = 15 * 60_000
const MAX_ADDRESSES = 1000
const MAX_WAITING = 64

interface Failures {
  count: number
  last: number
}

/** Counts failures of each client address, in memory: 1000 addresses, forgotten after 15 quiet minutes. */
export class FailedLogins {
  readonly #failures = new Map<string, Failures>()
  readonly #now: () => number
  readonly #sleep: (ms: number) => Promise<void>
  #waiting = 0

  constructor(now: () => number, sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))) {
    this.#now = now
    this.#sleep = sleep
  }

  /**
   * Counts one failure and resolves when it may be answered: at once for the first five, then after 125 ms, doubling
   * up to 2 s. From the thirtieth on it throws 429 with Retry-After.
   */
  async failed(address: string): Promise<void> {
    const count = this.#count(address)
    const delay = count <= FREE_FAILURES ? 0 : Math.min(FIRST_DELAY_MS * 2 ** (count - FREE_FAILURES - 1), MAX_DELAY_MS)
    // Held answers cost memory: past a bound they go out at once, as refusals that say so.
    const held = delay === 0 || this.#waiting < MAX_WAITING
    if (delay > 0 && held) {
      this.#waiting++
      await this.#sleep(delay).finally(() => this.#waiting--)
    }
    if (!held || count >= EXTREME_FAILURES) {
      const seconds = Math.ceil(FORGET_AFTER_MS / 1000)
      throw new GatewayError(
        429,
        'too_many_failures',
        'too many failed logins: check the token, then try again later',
        {
          headers: { 'Retry-After': String(seconds) },
        },
      )
    }
  }

  #count(address: string): number {
    const now = this.#now()
    const earlier = this.#failures.get(address)
    const count = earlier && now - earlier.last < FORGET_AFTER_MS ? earlier.count + 1 : 1
    // Taken out and put in again: the map's first entry is then always the one that failed longest ago.
    this.#failures.delete(address)
    if (this.#failures.size >= MAX_ADDRESSES) this.#failures.delete(this.#failures.keys().next().value!)
    this.#failures.set(address, { count, last: now })
    return count
  }
}
