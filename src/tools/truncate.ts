/** Cuts long tool output so that its beginning and its end stay readable. */

/**
 * At most `limit` UTF-16 units of `text`: the first three quarters and the last quarter of what fits, with
 * `notice(cut)` on a line of its own between them. Never splits a surrogate pair.
 */
export function cutMiddle(text: string, limit: number, notice: (cut: number) => string): string {
  if (text.length <= limit) return text
  // The notice for everything is at least as long as the one for a part.
  const room = Math.max(0, limit - notice(text.length).length - 4)
  const head = backToBorder(text, Math.ceil(room * 0.75))
  const tail = onToBorder(text, text.length - Math.floor(room * 0.25))
  return `${text.slice(0, head)}\n\n${notice(tail - head)}\n\n${text.slice(tail)}`
}

/** The start of `text`, at most `limit` UTF-16 units with an ellipsis when something was cut, on one line. */
export function oneLine(text: string, limit: number): string {
  const flat = text.replace(/\s+/g, ' ').trim()
  return flat.length <= limit ? flat : `${flat.slice(0, backToBorder(flat, limit - 1))}…`
}

const isLowSurrogate = (text: string, at: number) => (text.charCodeAt(at) & 0xfc00) === 0xdc00

const backToBorder = (text: string, at: number) => (at > 0 && isLowSurrogate(text, at) ? at - 1 : at)
const onToBorder = (text: string, at: number) => (isLowSurrogate(text, at) ? at + 1 : at)
