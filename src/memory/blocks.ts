/** Markdown notes as the pieces that a search finds: headings, list items and paragraphs. */

export interface Block {
  /** The nearest heading above, without its `#`; `''` when there is none. */
  heading: string
  text: string
  /** 1-based, inclusive. */
  from: number
  to: number
}

const HEADING = /^ {0,3}#{1,6}\s+(.*?)\s*#*$/
/** A longer line is no heading, whatever it begins with. */
const MAX_HEADING = 1000
const ITEM = /^\s*([-*+]|\d{1,9}[.)])\s+/

/** The blocks of `markdown` in order. Lines that go on under a list item belong to it. */
export function blocksOf(markdown: string): Block[] {
  const blocks: Block[] = []
  let heading = ''
  let open: Block | undefined
  markdown.split(/\r?\n/).forEach((line, index) => {
    const number = index + 1
    const title = line.length <= MAX_HEADING ? HEADING.exec(line) : null
    if (line.trim() === '') {
      open = undefined
    } else if (title) {
      open = undefined
      heading = title[1]!
      if (heading !== '') blocks.push({ heading: '', text: heading, from: number, to: number })
    } else if (open && !ITEM.test(line)) {
      open.text += `\n${line}`
      open.to = number
    } else {
      open = { heading, text: line, from: number, to: number }
      blocks.push(open)
    }
  })
  return blocks
}
