/** Markdown as it is written from a stream of HTML events: white space collapsed, blocks apart, marks around text only. */

const MAX_NESTING = 8

/** An opened mark; it is written with the first text after it, so that marks around nothing never appear. */
export interface Mark {
  readonly text: string
  written: boolean
}

/** What stands before the lines of a block: one thing before its first line (`- `), another before the rest. */
interface Prefix {
  first: string
  rest: string
  used: boolean
}

/** Writes pieces of text; what is pending (line ends, a space, marks) is written with the next piece. */
export class MarkdownWriter {
  readonly #parts: string[] = []
  readonly #prefixes: Prefix[] = []
  #length = 0
  #lines = 0
  #space = false
  #marks: Mark[] = []

  /** Characters written so far. */
  get length(): number {
    return this.#length
  }

  /** How many pieces were written: a position for `take`. */
  get position(): number {
    return this.#parts.length
  }

  /** What was written between two positions. */
  take(from: number, to = this.#parts.length): string {
    return this.#parts.slice(from, to).join('').trim()
  }

  /** Running text: white space becomes one space, and none at the start of a line. */
  text(text: string): void {
    const words = text.replace(/[\s\u0000-\u001f]+/g, ' ')
    if (words.startsWith(' ')) this.#space = true
    if (words.trim() === '') return
    this.#flush()
    this.#put(words.trim())
    this.#space = words.endsWith(' ')
  }

  /** Text as it stands (`<pre>`). */
  raw(text: string): void {
    if (text === '') return
    this.#flush()
    this.#put(this.#indented(text))
  }

  /** Ends the line; two leave an empty line. Nothing at the very beginning. */
  lines(count: 1 | 2): void {
    this.#space = false
    if (this.#length > 0) this.#lines = Math.max(this.#lines, count)
  }

  /** A mark before the text to come: `**`, `[`, `# `. */
  open(text: string): Mark {
    const mark = { text, written: false }
    this.#marks.push(mark)
    return mark
  }

  /** The mark after the text; nothing when there was no text. */
  close(mark: Mark, text: string): void {
    if (mark.written) this.#put(this.#indented(text))
    else this.#marks = this.#marks.filter((pending) => pending !== mark)
  }

  /** Puts `first` before the next line and `rest` before those after it, until `outdent`. */
  indent(first: string, rest: string): void {
    this.#prefixes.push({ first, rest, used: false })
  }

  outdent(): void {
    this.#prefixes.pop()
  }

  #flush(): void {
    if (this.#lines > 0 || this.#length === 0) {
      const breaks = this.#lines === 2 ? `\n${this.#rest().trimEnd()}\n` : this.#lines === 1 ? '\n' : ''
      this.#put(breaks + this.#startLine())
    } else if (this.#space) this.#put(' ')
    this.#lines = 0
    this.#space = false
    for (const mark of this.#marks) {
      this.#put(this.#indented(mark.text))
      mark.written = true
    }
    this.#marks = []
  }

  #startLine(): string {
    let line = ''
    for (const prefix of this.#prefixes.slice(0, MAX_NESTING)) {
      line += prefix.used ? prefix.rest : prefix.first
      prefix.used = true
    }
    return line
  }

  /** The prefix of a line that goes on with blocks already begun. */
  #rest(): string {
    const begun = this.#prefixes.slice(0, MAX_NESTING).filter(({ used }) => used)
    return begun.map(({ rest }) => rest).join('')
  }

  #indented(text: string): string {
    return text.includes('\n') ? text.replaceAll('\n', `\n${this.#rest()}`) : text
  }

  #put(text: string): void {
    if (text === '') return
    this.#parts.push(text)
    this.#length += text.length
  }
}
