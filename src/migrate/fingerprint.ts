/** A short fingerprint of a text, for noticing repeats: 106 bits, not against people who want to collide. */

/** Two numbers of 53 bits. */
export function fingerprint(text: string): [number, number] {
  return [hash53(text, 0), hash53(text, 0x9e3779b9)]
}

/** As text, for a table. */
export function fingerprintText(text: string): string {
  return fingerprint(text)
    .map((part) => part.toString(36))
    .join('-')
}

/** The cyrb53 mixing: two 32-bit lanes, avalanche at the end. */
function hash53(text: string, seed: number): number {
  let a = 0xdeadbeef ^ seed
  let b = 0x41c6ce57 ^ seed
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    a = Math.imul(a ^ unit, 2654435761)
    b = Math.imul(b ^ unit, 1597334677)
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909)
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909)
  return 4294967296 * (2097151 & b) + (a >>> 0)
}
