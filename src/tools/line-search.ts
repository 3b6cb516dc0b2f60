/** Finds a pattern in the lines of a text, in time linear to its length whatever the pattern. */
import { RE2JS } from 're2js'

const MAX_LINE = 500
/** How much of a long line stands before the match. */
const LEAD = 200

export interface LineMatch {
  /** 1-based. */
  line: number
  /** The line, or the part around the match of a long one. */
  text: string
}

export interface LinePattern {
  pattern: string
  ignoreCase?: boolean
  /** The pattern is text, not a regular expression. */
  literal?: boolean
}

/** Where `pattern` starts in a line, -1 when it is not there. Throws with the reason for an invalid expression. */
export function lineTest({ pattern, ignoreCase = false, literal = false }: LinePattern): (line: string) => number {
  if (pattern.length > 1000) throw new Error('the pattern is longer than 1000 characters')
  // Most patterns are plain words, and plain search is much faster.
  if (literal || !/[\\^$.|?*+()[\]{}]/.test(pattern)) {
    if (!ignoreCase) return (line) => line.indexOf(pattern)
    const lower = pattern.toLowerCase()
    return (line) => line.toLowerCase().indexOf(lower)
  }
  const expression = compile(pattern, ignoreCase)
  return (line) => {
    const matcher = expression.matcher(line)
    return matcher.find() ? matcher.start() : -1
  }
}

/** Every line of `text` that matches. */
export function* matchingLines(text: string, test: (line: string) => number): Iterable<LineMatch> {
  const lines = text.split('\n')
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i]!.endsWith('\r') ? lines[i]!.slice(0, -1) : lines[i]!
    const at = test(line)
    if (at >= 0) yield { line: i + 1, text: around(line, at) }
  }
}

function compile(pattern: string, ignoreCase: boolean): RE2JS {
  try {
    return RE2JS.compile(pattern, ignoreCase ? RE2JS.CASE_INSENSITIVE : 0)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new Error(`invalid regular expression (RE2 syntax, no look-around or back-references): ${reason}`)
  }
}

function around(line: string, at: number): string {
  if (line.length <= MAX_LINE) return line
  const from = at > MAX_LINE - LEAD ? at - LEAD : 0
  const part = line.slice(from, from + MAX_LINE).toWellFormed()
  return `${from > 0 ? '…' : ''}${part}${from + MAX_LINE < line.length ? '…' : ''}`
}
