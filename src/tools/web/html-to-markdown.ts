/**
 * The readable part of a web page as Markdown: one pass over the parser's events, no tree, so that a hostile page costs
 * no more than its length (files-and-shell.md section 8).
 */
import { Parser } from 'htmlparser2'
import { type Mark, MarkdownWriter } from './markdown-writer.ts'

/** Deeper nesting is hostile: the parser itself becomes quadratic. Reading stops there. */
const MAX_DEPTH = 500
const MAX_TEXT = 2_000_000
const MAX_LINK = 1000
const FEED = 16_384
/** A `<main>` or `<article>` shorter than this share of the page is a teaser, not the content. */
const MAIN_SHARE = 0.2

const DROPPED = new Set(
  'title script style noscript svg math nav footer header aside iframe object template head button select textarea dialog canvas audio video'.split(
    ' ',
  ),
)
const BLOCKS = new Set(
  'p div section article main header blockquote ul ol dl dd table pre figure figcaption details fieldset form address hr h1 h2 h3 h4 h5 h6'.split(
    ' ',
  ),
)
const LINES = new Set('tr li dt br summary caption option'.split(' '))
const MARKS: Record<string, string> = { strong: '**', b: '**', em: '*', i: '*', code: '`', kbd: '`', samp: '`' }

export interface Page {
  title: string
  markdown: string
  /** Reading stopped early: too deep or too long. */
  cut: boolean
}

/** Text, headings, links, images, lists, tables and code of a page; links are made absolute against `base`. */
export function htmlToMarkdown(html: string, base?: URL): Page {
  const walker = new Walker(base)
  const parser = new Parser(
    {
      onopentag: (name, attributes) => walker.open(name, attributes),
      onclosetag: (name) => walker.close(name),
      ontext: (text) => walker.text(text),
    },
    { decodeEntities: true },
  )
  for (let at = 0; at < html.length && !walker.full; at += FEED) parser.write(html.slice(at, at + FEED))
  if (!walker.full) parser.end()
  return walker.page()
}

class Walker {
  readonly #out = new MarkdownWriter()
  readonly #marks: Array<{ name: string; mark: Mark; after: string }> = []
  readonly #lists: Array<{ next: number | null }> = []
  readonly #main: Array<[from: number, to: number]> = []
  #base: URL | undefined
  #depth = 0
  #dropped = 0
  #mains = 0
  #pre = 0
  #cells = 0
  #inTitle = false
  #title = ''

  constructor(base: URL | undefined) {
    this.#base = base
  }

  get full(): boolean {
    return this.#depth > MAX_DEPTH || this.#out.length > MAX_TEXT
  }

  open(name: string, attributes: Record<string, string>): void {
    if (this.full) return
    this.#depth++
    if (name === 'title' && this.#title === '') this.#inTitle = true
    if (name === 'base' && attributes.href) this.#base = URL.parse(attributes.href, this.#base?.href) ?? this.#base
    if (this.#dropped > 0 || this.#drops(name)) {
      this.#dropped++
      return
    }
    if (name === 'main' || name === 'article') {
      if (this.#mains++ === 0) this.#main.push([this.#out.position, this.#out.position])
    }
    if (BLOCKS.has(name)) this.#out.lines(this.#lists.length > 0 && name !== 'pre' ? 1 : 2)
    else if (LINES.has(name)) this.#out.lines(1)
    this.#begin(name, attributes)
  }

  close(name: string): void {
    if (this.full) return
    this.#depth--
    if (name === 'title') this.#inTitle = false
    if (this.#dropped > 0) {
      this.#dropped--
      return
    }
    this.#finish(name)
    if (BLOCKS.has(name)) this.#out.lines(this.#lists.length > 0 ? 1 : 2)
    else if (LINES.has(name) && name !== 'br') this.#out.lines(1)
    if ((name === 'main' || name === 'article') && --this.#mains === 0) this.#main.at(-1)![1] = this.#out.position
  }

  text(text: string): void {
    if (this.#inTitle) this.#title = (this.#title + text).slice(0, 500)
    if (this.#dropped > 0 || this.full) return
    if (this.#pre > 0) this.#out.raw(text)
    else this.#out.text(text)
  }

  page(): Page {
    const all = this.#out.take(0)
    // A page that was cut may have its main part still open.
    if (this.#mains > 0) this.#main.at(-1)![1] = this.#out.position
    const main = this.#main
      .map(([from, to]) => this.#out.take(from, to))
      .join('\n\n')
      .trim()
    const markdown = main.length > 0 && main.length >= all.length * MAIN_SHARE ? main : all
    return { title: this.#title.replace(/\s+/g, ' ').trim(), markdown, cut: this.full }
  }

  /** The header of an article holds its headline; the page's holds the menu. */
  #drops(name: string): boolean {
    return DROPPED.has(name) && !(name === 'header' && this.#mains > 0)
  }

  #begin(name: string, attributes: Record<string, string>): void {
    const out = this.#out
    if (/^h[1-6]$/.test(name)) this.#push(name, `${'#'.repeat(Number(name[1]))} `, '')
    else if (Object.hasOwn(MARKS, name) && this.#pre === 0) this.#push(name, MARKS[name]!, MARKS[name]!)
    else if (name === 'a') this.#link(attributes.href)
    else if (name === 'img') this.#image(attributes)
    else if (name === 'hr') out.text('---')
    else if (name === 'ul' || name === 'ol')
      this.#lists.push({ next: name === 'ol' ? Number(attributes.start) || 1 : null })
    else if (name === 'li') this.#item()
    else if (name === 'blockquote') out.indent('> ', '> ')
    else if (name === 'tr') this.#cells = 0
    else if ((name === 'td' || name === 'th') && this.#cells++ > 0) out.text(' | ')
    else if (name === 'pre' && this.#pre++ === 0) this.#push(name, '```\n', '\n```')
  }

  #finish(name: string): void {
    if (name === 'ul' || name === 'ol') this.#lists.pop()
    if (name === 'li' || name === 'blockquote') this.#out.outdent()
    if (name === 'pre' && this.#pre > 0 && --this.#pre > 0) return
    const last = this.#marks.at(-1)
    if (last === undefined || last.name !== name) return
    this.#marks.pop()
    this.#out.close(last.mark, last.after)
  }

  #push(name: string, before: string, after: string): void {
    this.#marks.push({ name, mark: this.#out.open(before), after })
  }

  #item(): void {
    const list = this.#lists.at(-1)
    const bullet = list === undefined || list.next === null ? '- ' : `${list.next++}. `
    this.#out.indent(bullet, ' '.repeat(bullet.length))
  }

  #link(href: string | undefined): void {
    const target = this.#absolute(href)
    this.#push('a', target === null ? '' : '[', target === null ? '' : `](${target})`)
  }

  #image({ src, alt }: Record<string, string>): void {
    const target = this.#absolute(src)
    if (target !== null && alt?.trim()) this.#out.text(`![${alt.replace(/[[\]]/g, '')}](${target})`)
  }

  #absolute(href: string | undefined): string | null {
    if (href === undefined || href.startsWith('#') || href.length > MAX_LINK) return null
    const url = URL.parse(href, this.#base?.href)
    if (url === null || !/^(?:https?|mailto):$/.test(url.protocol)) return null
    return url.href.replace(/[()]/g, (bracket) => (bracket === '(' ? '%28' : '%29'))
  }
}
