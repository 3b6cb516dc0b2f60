/** Where messages stand: `id = session * SPAN + seq`. */

/** Messages a session can have; within 2^53 that leaves room for nine million sessions. */
export const SPAN = 1_000_000_000
