/**
 * Holds back refusals of whoever goes on asking: one that is refused at once is asked again at once, and on a host that is
 * time taken from its neighbours. Held answers cost memory, so beyond a bound they go out at once.
 */

const FREE_REFUSALS = 5
const HOLD_MS = 250
const MAX_HELD = 256

export interface HeldRefusals {
  /** Counts one refusal of the minute that ends at `ends` (ms since the epoch), and resolves when it may be answered. */
  hold(ends: number): Promise<void>
}

/** Refusals of one gateway, counted in memory: the first five of a minute are not held. */
export function heldRefusals(
  sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms)),
): HeldRefusals {
  let minute = 0
  let refused = 0
  let held = 0
  return {
    async hold(ends) {
      if (ends !== minute) refused = 0
      minute = ends
      refused += 1
      if (refused <= FREE_REFUSALS || held >= MAX_HELD) return
      held += 1
      await sleep(HOLD_MS).finally(() => {
        held -= 1
      })
    },
  }
}
