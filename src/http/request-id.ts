/** The id of a request: on its answer, in its log lines, in the text of a 500. */

const SANE = /^[A-Za-z0-9._-]{1,64}$/

/** Gives ids: the client's own `X-Request-Id` where it is harmless to log, else a random prefix and a counter. */
export function requestIds(): (presented: string | undefined) => string {
  const prefix = Array.from(crypto.getRandomValues(new Uint8Array(5)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('')
  let count = 0
  return (presented) =>
    presented !== undefined && SANE.test(presented) ? presented : `${prefix}-${(++count).toString(36)}`
}
