/** Ctrl-C and SIGTERM: the first asks for a graceful stop, the second does not wait. */

export interface Signals {
  /** Resolves at the first signal. */
  first: Promise<void>
  /** Gives the signals back to Node. */
  close(): void
}

/** A second signal this soon is the same Ctrl-C: the terminal and npm both pass it on. */
const SAME_KEY_MS = 500
const SIGNALS = ['SIGINT', 'SIGTERM'] as const

/** Starts watching. A second signal, half a second after the first or later, ends the process with 130. */
export function watchSignals(): Signals {
  const { promise: first, resolve } = Promise.withResolvers<void>()
  let firstAt: number | null = null
  const onSignal = () => {
    if (firstAt === null) {
      firstAt = Date.now()
      resolve()
    } else if (Date.now() - firstAt > SAME_KEY_MS) {
      process.exit(130)
    }
  }
  for (const signal of SIGNALS) process.on(signal, onSignal)
  return {
    first,
    close() {
      for (const signal of SIGNALS) process.off(signal, onSignal)
    },
  }
}
