/** A `</think>` that nothing opened: where it ends thoughts, and where it is a word of the answer. */

const CLOSING = /<\/think(?:ing)?>/
const TAGS = ['</think>', '</thinking>']

/**
 * Where thoughts end in `text`, which follows `before`: from the tag to the end of its line. Null where there is no such
 * tag, where its line goes on (the answer speaks of it), and inside of code.
 */
export function endOfThoughts(text: string, before: string): { from: number; to: number } | null {
  const found = CLOSING.exec(text)
  if (!found) return null
  const from = found.index
  const to = from + found[0].length
  const line = /^[ \t]*\r?\n/.exec(text.slice(to))
  const inCode = (before + text.slice(0, from)).split('```').length % 2 === 0
  return line && !inCode && text[from - 1] !== '`' ? { from, to: to + line[0].length } : null
}

/** How many characters at the end of `text` must wait: half a tag, or one whose line may still go on. */
export function mayEndThoughts(text: string): number {
  const open = text.lastIndexOf('<')
  if (open === -1) return 0
  const rest = text.slice(open)
  const waits = TAGS.some(
    (tag) => tag.startsWith(rest) || (rest.startsWith(tag) && /^[ \t\r]*$/.test(rest.slice(tag.length))),
  )
  return waits ? rest.length : 0
}
