/** One clock for all processes of this machine. */

/** Milliseconds since the epoch with fractions, comparable with those of another process. */
export const wallClock = () => performance.timeOrigin + performance.now()
