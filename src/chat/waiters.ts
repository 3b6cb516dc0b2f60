/** Who waits for news of which turn. */

export type Waiters = Map<number, Set<() => void>>

/** Waits for the next `wakeAll` of a turn, or for `signal`; `cancel` stops waiting. */
export function waitIn(waiters: Waiters, n: number, signal?: AbortSignal): { promise: Promise<void>; cancel(): void } {
  const set = waiters.get(n) ?? new Set()
  waiters.set(n, set)
  let wake: () => void = () => {}
  const promise = new Promise<void>((resolve) => {
    wake = () => {
      signal?.removeEventListener('abort', wake)
      set.delete(wake)
      if (!set.size && waiters.get(n) === set) waiters.delete(n)
      resolve()
    }
  })
  set.add(wake)
  signal?.addEventListener('abort', wake, { once: true })
  return { promise, cancel: wake }
}

/** Wakes everybody who waits for a turn. */
export function wakeAll(waiters: Waiters, n: number): void {
  for (const wake of [...(waiters.get(n) ?? [])]) wake()
}
