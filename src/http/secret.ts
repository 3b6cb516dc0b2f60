/** Comparison of secrets that tells an attacker nothing by its duration. */
const encoder = new TextEncoder()
const BLOCK = 512

/**
 * A test for one secret. Both sides are laid into zeroed buffers of a fixed size and compared to the end, so the time
 * depends on the size of what was presented and on the size of the expected secret in steps of 512 bytes only.
 */
export function secretMatcher(secret: string): (presented: string) => boolean {
  const bytes = encoder.encode(secret)
  const size = (Math.floor(bytes.length / BLOCK) + 1) * BLOCK
  const expected = new Uint8Array(size)
  expected.set(bytes)
  const given = new Uint8Array(size)
  return (presented) => {
    given.fill(0)
    const { read, written } = encoder.encodeInto(presented, given)
    let difference = (read ^ presented.length) | (written ^ bytes.length)
    for (let i = 0; i < size; i++) difference |= given[i]! ^ expected[i]!
    return difference === 0
  }
}

/** A header's text: headers arrive as Latin-1, so what a client sent as UTF-8 is put together again. */
export function headerText(value: string): string {
  let ascii = true
  for (let i = 0; i < value.length; i++) {
    const code = value.charCodeAt(i)
    if (code > 0xff) return value
    if (code > 0x7f) ascii = false
  }
  return ascii ? value : new TextDecoder().decode(Uint8Array.from(value, (character) => character.charCodeAt(0)))
}
