/** A look at Markdown line by line: enough to know its fences, tables and headings, and to cut it between blocks. */

export interface MarkdownLine {
  readonly text: string
  /** The fence that is open after this line; null outside of code. */
  readonly fence: Fence | null
  /** Part of a fenced block, its first and last line included. */
  readonly code: boolean
}

export interface Fence {
  /** The line that opened it: its marks and language. */
  readonly opening: string
  /** What closes it. */
  readonly closing: string
}

/** The lines of a Markdown text. */
export function markdownLines(markdown: string): MarkdownLine[] {
  let fence: Fence | null = null
  return markdown.split('\n').map((text) => {
    const before: Fence | null = fence
    const marks = /^ {0,3}(`{3,}|~{3,})([^\n]*)$/.exec(text)
    if (before === null) {
      if (marks && !(marks[1]!.startsWith('`') && marks[2]!.includes('`'))) {
        fence = { opening: text.trim(), closing: marks[1]! }
      }
    } else if (marks && marks[1]!.startsWith(before.closing) && marks[2]!.trim() === '') {
      fence = null
    }
    return { text, fence, code: before !== null || fence !== null }
  })
}

const TABLE_RULE = /^ {0,3}\|?[ \t]*:?-+:?[ \t]*(\|[ \t]*:?-+:?[ \t]*)+\|?[ \t]*$|^ {0,3}\|[ \t]*:?-+:?[ \t]*\|[ \t]*$/

/** How many tables a text has: the rules under their head lines. */
export function tablesIn(lines: readonly MarkdownLine[]): number {
  return lines.filter(({ text, code }, at) => !code && TABLE_RULE.test(text) && lines[at - 1]?.text.includes('|'))
    .length
}

/** Whether a line is a heading, outside of code. */
export const isHeading = ({ text, code }: MarkdownLine): boolean => !code && /^ {0,3}#{1,6}[ \t]+\S/.test(text)

const MARKS = [
  /^ {0,3}(#{1,6}|>|[-*+]|\d{1,9}[.)])[ \t]+\S/m,
  /^ {0,3}([-*_])[ \t]*(\1[ \t]*){2,}$/m,
  /(\*\*|__|~~)(?=\S)[\s\S]*?\S\1/,
  /(^|[\s(])([*_])(?=\S)[^*_\n]*\S\2(?=$|[\s).,:;!?])/m,
  /`[^`\n]+`/,
  /^ {0,3}(```|~~~)/m,
  /!?\[[^\]\n]*\]\([^)\n]+\)/,
  /<at\b/i,
]

/** Whether a text means something else as Markdown than letter by letter. */
export function hasMarkup(text: string): boolean {
  return MARKS.some((mark) => mark.test(text)) || tablesIn(markdownLines(text)) > 0
}
