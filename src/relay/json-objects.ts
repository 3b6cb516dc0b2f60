/**
 * Finds the JSON objects in a text that comes in pieces, whatever stands around them. So a relay may send one object a
 * chunk, the vendor's event stream as it came (`data: {...}`), or the array of a stream without events, cut anywhere.
 */

const QUOTE = 34
const BACKSLASH = 92
const OPEN_BRACKET = 91
const CLOSE_BRACKET = 93
const OPEN = 123
const CLOSE = 125

/** A function that takes the next piece and gives the texts of the outermost objects it completed. */
export function objectFinder(): (piece: string) => string[] {
  let held = ''
  let depth = 0
  let quoted = false
  let escaped = false
  return (piece) => {
    const found: string[] = []
    let from = 0
    for (let i = 0; i < piece.length; i++) {
      const code = piece.charCodeAt(i)
      if (depth === 0) {
        if (code !== OPEN) continue
        depth = 1
        from = i
      } else if (quoted) {
        if (escaped) escaped = false
        else if (code === BACKSLASH) escaped = true
        else if (code === QUOTE) quoted = false
      } else if (code === QUOTE) quoted = true
      else if (code === OPEN || code === OPEN_BRACKET) depth++
      else if (code === CLOSE || code === CLOSE_BRACKET) {
        depth--
        if (depth > 0) continue
        found.push(held + piece.slice(from, i + 1))
        held = ''
      }
    }
    if (depth > 0) held += piece.slice(from)
    return found
  }
}
