/** Runs work that may neither outlast its time nor its caller, even when it ignores its signal. */

/** `stop` was aborted before the work was done. */
export class Stopped extends Error {}

/** The work took longer than it may. */
export class TimedOut extends Error {}

/**
 * Settles as `work` does, or rejects with `TimedOut` after `ms`, or with `Stopped` when `stop` is aborted first. The
 * signal given to `work` follows both; work that goes on regardless is left behind, its result dropped.
 */
export async function withinTime<T>(
  ms: number,
  stop: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  if (stop.aborted) throw new Stopped('stopped')
  const limit = new AbortController()
  let onStop = () => {}
  let timer: ReturnType<typeof setTimeout> | undefined
  const ended = new Promise<never>((_, reject) => {
    const end = (error: Error) => {
      limit.abort(error)
      reject(error)
    }
    onStop = () => end(new Stopped('stopped'))
    stop.addEventListener('abort', onStop, { once: true })
    timer = setTimeout(() => end(new TimedOut('timed out')), ms)
  })
  try {
    return await Promise.race([ended, work(limit.signal)])
  } finally {
    clearTimeout(timer)
    stop.removeEventListener('abort', onStop)
  }
}
