/** Cuts a long Markdown text into messages: between blocks where it can, never inside a character, code stays code. */
import { type Fence, markdownLines } from './markdown-lines.ts'

/**
 * Bytes of a message's text on the wire. The platform takes 30 KB of a rich text or card with all that is around it
 * (channels.md section 9.3).
 */
export const CHUNK_BYTES = 24_000

/** Room for a fence that is closed at the end of one chunk and opened again in the next. */
const FENCE_BYTES = 400

const encoder = new TextEncoder()

/** A text as it travels: JSON inside JSON, in UTF-8. */
export const wireBytes = (text: string): number => encoder.encode(JSON.stringify(JSON.stringify(text))).length - 6

/** The text in chunks of at most `limit` bytes on the wire; one chunk is the text itself. */
export function splitMarkdown(markdown: string, limit = CHUNK_BYTES): string[] {
  if (wireBytes(markdown) <= limit) return [markdown]
  const room = limit - FENCE_BYTES
  const chunks: string[] = []
  let lines: string[] = []
  let size = 0
  let open: Fence | null = null
  const flush = (fence: Fence | null) => {
    const text = [...lines, ...(fence ? [fence.closing] : [])].join('\n')
    if (text.trim() !== '') chunks.push(text.replace(/^\n+|\n+$/g, ''))
    lines = fence ? [fence.opening.slice(0, 100)] : []
    size = lines.reduce((sum, line) => sum + wireBytes(line) + 3, 0)
  }
  for (const { text, fence } of markdownLines(markdown)) {
    for (const piece of pieces(text, room)) {
      const bytes = wireBytes(piece) + 3
      if (size + bytes > room) {
        flush(open)
        if (open !== null && fence === null) {
          // The line that ends the code has just been added.
          lines = []
          size = 0
          continue
        }
      }
      // The next block begins a new message when this one is nearly full.
      else if (size > room * 0.75 && open === null && lines.at(-1) === '') flush(null)
      lines.push(piece)
      size += bytes
    }
    open = fence
  }
  flush(null)
  return chunks
}

/** A line in pieces that fit, cut after a space if one is near the end. */
function pieces(line: string, limit: number): string[] {
  if (wireBytes(line) <= limit) return [line]
  const result: string[] = []
  let piece = ''
  let bytes = 0
  for (const { segment } of new Intl.Segmenter(undefined, { granularity: 'grapheme' }).segment(line)) {
    const more = wireBytes(segment)
    if (bytes + more > limit) {
      const space = piece.lastIndexOf(' ') + 1
      const cut = space > piece.length * 0.8 ? space : piece.length
      result.push(piece.slice(0, cut))
      piece = piece.slice(cut)
      bytes = wireBytes(piece)
    }
    piece += segment
    bytes += more
  }
  return [...result, piece]
}
