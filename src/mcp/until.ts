/** Waits for work, but not for ever. */

/** Settles as `work` does, rejects after `ms`, and with the signal's reason when it is aborted first. The work goes on. */
export async function until<T>(work: Promise<T>, ms: number, signal?: AbortSignal): Promise<T> {
  // Nobody may be left to hear it.
  work.catch(() => {})
  signal?.throwIfAborted()
  let timer: ReturnType<typeof setTimeout> | undefined
  let onAbort = () => {}
  const ended = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not done within ${ms} ms`)), Math.max(0, ms))
    onAbort = () => reject(signal?.reason)
    signal?.addEventListener('abort', onAbort, { once: true })
  })
  try {
    return await Promise.race([work, ended])
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', onAbort)
  }
}
