/** Cuts Markdown into blocks that can be rendered one by one. */

const FENCE = /^ {0,3}(`{3,}|~{3,})/
/** A line that belongs to the list or quote before the blank line above it. */
const CONTINUES = /^(?: {2,}|\t|[-*+] |\d+[.)] |>)/

/** The blocks of a text, in order; joined by blank lines they are the text. A fence, a list or a quote is never cut. */
export function blocksOf(text: string): string[] {
  const blocks: string[] = []
  let block: string[] = []
  let fence = ''
  let blank = false
  for (const line of text.split('\n')) {
    const mark = FENCE.exec(line)?.[1]
    if (fence) {
      block.push(line)
      if (mark && mark[0] === fence[0] && mark.length >= fence.length && line.trim() === mark) fence = ''
      continue
    }
    if (line.trim() === '') {
      blank = true
      block.push(line)
      continue
    }
    const goesOn = CONTINUES.test(line) && CONTINUES.test(block.find((one) => one.trim() !== '') ?? '')
    if (blank && !goesOn && block.some((one) => one.trim() !== '')) {
      blocks.push(block.join('\n').trim())
      block = []
    }
    blank = false
    if (mark) fence = mark
    block.push(line)
  }
  if (block.some((line) => line.trim() !== '')) blocks.push(block.join('\n').replace(/^\n+|\s+$/g, ''))
  return blocks
}
