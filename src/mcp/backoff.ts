/** How long to wait after a failure: twice as long each time, from 1 s to 5 minutes. */

const FIRST_MS = 1000
const MAX_MS = 5 * 60_000
/** A connection that lasted this long was sound: what ends it then begins a new row of failures. */
const SOUND_MS = 60_000

export class Backoff {
  readonly #now: () => number
  #failures = 0
  #connectedAt: number | null = null
  #until = 0

  constructor(now: () => number) {
    this.#now = now
  }

  connected(): void {
    this.#connectedAt = this.#now()
  }

  /** Counts a failure; returns the milliseconds to wait. */
  next(): number {
    if (this.#connectedAt !== null && this.#now() - this.#connectedAt >= SOUND_MS) this.#failures = 0
    this.#connectedAt = null
    const wait = Math.min(MAX_MS, FIRST_MS * 2 ** this.#failures)
    this.#failures++
    this.#until = this.#now() + wait
    return wait
  }

  /** The wait after the last failure has passed. */
  isOver(): boolean {
    return this.#now() >= this.#until
  }
}
