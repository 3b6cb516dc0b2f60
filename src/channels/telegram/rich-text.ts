/** Text with entities, as Telegram takes it: no markup to escape, so it can be cut by arithmetic (channels.md section 12). */

/** Offsets and lengths in UTF-16 units, as JavaScript counts. */
export interface TextEntity {
  readonly type: 'bold' | 'italic' | 'strikethrough' | 'code' | 'pre' | 'text_link' | 'blockquote'
  readonly offset: number
  readonly length: number
  /** text_link. */
  readonly url?: string
  /** pre. */
  readonly language?: string
}

export interface RichText {
  readonly text: string
  readonly entities: readonly TextEntity[]
}

/** What one message takes, UTF-16 units. */
export const MAX_TEXT = 4096
/** What the text under a file takes. */
export const MAX_CAPTION = 1024
/** Telegram drops what is beyond. */
const MAX_ENTITIES = 100

/**
 * Cuts at paragraphs, lines or words where there are any in the second half of a piece, else anywhere but inside of a
 * character. White space at a cut goes; entities go on in the next piece. Pieces of nothing but white space are left out.
 */
export function split(rich: RichText, limit: number): RichText[] {
  const pieces: RichText[] = []
  let from = 0
  while (from < rich.text.length) {
    const to = rich.text.length - from <= limit ? rich.text.length : cut(rich.text, from, limit)
    const piece = slice(rich, from, to)
    if (piece.text !== '') pieces.push(piece)
    from = to
  }
  return pieces
}

/** The part from `from` to `to` without line breaks before and white space after it, with its part of every entity. */
export function slice({ text, entities }: RichText, from: number, to: number): RichText {
  const whole = text.slice(from, to).trimEnd()
  const kept = whole.replace(/^(?:[^\S\n]*\n)+/, '')
  const start = from + whole.length - kept.length
  const end = start + kept.length
  const inside = entities.flatMap((entity) => {
    const first = Math.max(entity.offset, start)
    const last = Math.min(entity.offset + entity.length, end)
    return last > first ? [{ ...entity, offset: first - start, length: last - first }] : []
  })
  return { text: kept, entities: inside.slice(0, MAX_ENTITIES) }
}

function cut(text: string, from: number, limit: number): number {
  for (const mark of ['\n\n', '\n', ' ']) {
    // A mark right behind the piece is as good: it goes anyway.
    const at = text.slice(from, from + limit + mark.length).lastIndexOf(mark)
    if (at >= limit / 2) return from + at + mark.length
  }
  const end = from + limit
  return isHigh(text.charCodeAt(end - 1)) && limit > 1 ? end - 1 : end
}

function isHigh(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff
}
