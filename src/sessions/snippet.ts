/** The beginning of a message, for lists. */

/** Bytes of UTF-8. */
const MAX_BYTES = 180

/** The text on one line, trimmed; over 180 bytes it is cut between two code points and ends in `...`. */
export function snippet(content: string): string {
  // Only the beginning can be shown: a long message is not worth rewriting whole.
  const line = content
    .trimStart()
    .slice(0, 4 * MAX_BYTES)
    .replace(/[\r\n]+/g, ' ')
    .trimEnd()
    .toWellFormed()
  const bytes = new TextEncoder().encode(line)
  if (bytes.length <= MAX_BYTES) return line
  // A decoder that waits for more leaves out the character that the cut went through.
  return `${new TextDecoder().decode(bytes.subarray(0, MAX_BYTES), { stream: true })}...`
}
