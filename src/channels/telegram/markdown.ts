/**
 * Markdown to text with entities. The parser is marked; nothing of what was written is lost: what Telegram cannot show
 * (tables, rules, tags, addresses it does not link) stays as text.
 */
import { Lexer, type MarkedToken, type Token, Tokenizer, type Tokens } from 'marked'
import type { RichText, TextEntity } from './rich-text.ts'
import { drawTable } from './table.ts'

type Kind = Omit<TextEntity, 'offset' | 'length'>

/** A mark around some text; other entities may interrupt it. */
interface Wrap {
  readonly kind: Kind
  readonly ranges: Array<{ offset: number; length: number }>
}

interface Output {
  text: string
  readonly wraps: Wrap[]
  /** Addresses that are linked. */
  readonly linked: Set<string>
}

/** Never throws: what cannot be parsed is taken as plain text. */
export function fromMarkdown(markdown: string): RichText {
  const out = emptyOutput()
  const tokenizer = new CarefulTokenizer()
  try {
    blocks(out, new Lexer({ gfm: true, tokenizer }).lex(markdown), [])
    for (const { raw, href } of tokenizer.definitions) {
      if (!out.linked.has(href)) write(out, `${out.text && '\n'}${raw.trim()}`, [])
    }
  } catch {
    return { text: markdown, entities: [] }
  }
  const entities = out.wraps
    .flatMap(({ kind, ranges }) => ranges.map((range) => ({ ...kind, ...range })))
    .sort((a, b) => a.offset - b.offset || b.length - a.length)
  return { text: out.text, entities }
}

/**
 * Characters that marked may look through in vain for the end of an emphasis. A text full of `*` without an end takes it a
 * time that grows with the square of its length; beyond this the rest stays as typed.
 */
const MAX_SEARCH = 5_000_000

/** marked gives no tokens for `[name]: address`; one that nothing refers to would be lost. */
class CarefulTokenizer extends Tokenizer {
  readonly definitions: Tokens.Def[] = []
  #searched = 0

  override def(source: string): Tokens.Def | undefined {
    const definition = super.def(source)
    if (definition) this.definitions.push(definition)
    return definition
  }

  override emStrong(source: string, masked: string, before?: string) {
    if (this.#searched > MAX_SEARCH) return undefined
    const found = super.emStrong(source, masked, before)
    if (!found && /^[*_]/.test(source)) this.#searched += source.length
    return found
  }
}

const emptyOutput = (): Output => ({ text: '', wraps: [], linked: new Set() })

function blocks(out: Output, tokens: readonly Token[], around: readonly Wrap[], indent = ''): void {
  let gap = ''
  for (const token of tokens as MarkedToken[]) {
    if (token.type === 'space') {
      if (gap) gap = '\n\n'
      continue
    }
    write(out, gap, around)
    block(out, token, around, indent)
    gap = /\n[^\S\n]*\n\s*$/.test(token.raw) ? '\n\n' : '\n'
  }
}

function block(out: Output, token: MarkedToken, around: readonly Wrap[], indent: string): void {
  switch (token.type) {
    case 'heading':
      inline(out, token.tokens, [...around, wrap(out, { type: 'bold' })])
      return
    case 'code': {
      const [, language, rest] = /^([\w+#.-]*)(.*)$/s.exec(token.lang ?? '')!
      const pre = wrap(out, { type: 'pre', ...(language ? { language } : {}) })
      const lines = [rest!.trim(), token.text].filter((line) => line !== '').join('\n')
      write(out, lines || token.raw.trim(), [...outer(around), pre])
      return
    }
    case 'blockquote': {
      // Quotes do not nest on Telegram.
      const quoted = around.some(({ kind }) => kind.type === 'blockquote')
      blocks(out, token.tokens, quoted ? around : [...around, wrap(out, { type: 'blockquote' })])
      return
    }
    case 'list':
      list(out, token, around, indent)
      return
    case 'table':
      write(out, drawTable(token, plain), [...outer(around), wrap(out, { type: 'pre' })])
      return
    case 'hr':
      write(out, '———', around)
      return
    case 'paragraph':
      inline(out, token.tokens, around)
      return
    case 'text':
      inline(out, token.tokens ?? [token], around)
      return
    default:
      write(out, token.raw.trimEnd(), around)
      return
  }
}

function list(out: Output, token: Tokens.List, around: readonly Wrap[], indent: string): void {
  const first = typeof token.start === 'number' ? token.start : 1
  token.items.forEach((item, index) => {
    if (index > 0) write(out, token.loose ? '\n\n' : '\n', around)
    const mark = token.ordered ? `${first + index}.` : '•'
    const box = item.task ? (item.checked ? '☑ ' : '☐ ') : ''
    write(out, `${indent}${token.ordered || !box ? `${mark} ` : ''}${box}`, around)
    blocks(out, item.tokens, around, `${indent}   `)
  })
}

function inline(out: Output, tokens: readonly Token[], around: readonly Wrap[]): void {
  for (const token of tokens as MarkedToken[]) {
    switch (token.type) {
      case 'strong':
        inline(out, token.tokens, [...around, wrap(out, { type: 'bold' })])
        break
      case 'em':
        inline(out, token.tokens, [...around, wrap(out, { type: 'italic' })])
        break
      case 'del':
        inline(out, token.tokens, [...around, wrap(out, { type: 'strikethrough' })])
        break
      case 'codespan':
        write(out, token.text, [...outer(around), ...codeIn(out, around)])
        break
      case 'link':
        link(out, token.tokens, token.href, around)
        break
      case 'image':
        link(out, [{ type: 'text', raw: token.text, text: token.text || 'image' }], token.href, around)
        break
      case 'br':
        write(out, '\n', around)
        break
      case 'text':
        if (token.tokens) inline(out, token.tokens, around)
        else write(out, unescaped(token.text), around)
        break
      case 'escape':
        write(out, token.text, around)
        break
      default:
        write(out, /^<br\s*\/?>$/i.test(token.raw) ? '\n' : token.raw, around)
    }
  }
}

/** Telegram links addresses in the text by itself; an address it would refuse stays readable beside the words. */
function link(out: Output, tokens: readonly Token[], href: string, around: readonly Wrap[]): void {
  out.linked.add(href)
  const words = plain(tokens)
  const nested = around.some(({ kind }) => kind.type === 'text_link')
  if (href === '' || words === href || `mailto:${words}` === href) {
    inline(out, tokens, around)
    return
  }
  if (!nested && /^(https?|tg):\/\//i.test(href) && URL.canParse(href)) {
    inline(out, tokens, [...around, wrap(out, { type: 'text_link', url: href })])
    return
  }
  inline(out, tokens, around)
  write(out, ` (${href})`, around)
}

/** Code stands in no other entity than a quote or a link, and a link would not take it. */
function codeIn(out: Output, around: readonly Wrap[]): Wrap[] {
  return around.some(({ kind }) => kind.type === 'text_link') ? [] : [wrap(out, { type: 'code' })]
}

function outer(around: readonly Wrap[]): Wrap[] {
  return around.filter(({ kind }) => kind.type === 'blockquote' || kind.type === 'text_link')
}

function plain(tokens: readonly Token[]): string {
  const out = emptyOutput()
  inline(out, tokens, [])
  return out.text
}

function wrap(out: Output, kind: Kind): Wrap {
  const made: Wrap = { kind, ranges: [] }
  out.wraps.push(made)
  return made
}

function write(out: Output, text: string, around: readonly Wrap[]): void {
  if (text === '') return
  const offset = out.text.length
  out.text += text
  for (const { ranges } of around) {
    const last = ranges.at(-1)
    if (last && last.offset + last.length === offset) last.length += text.length
    else ranges.push({ offset, length: text.length })
  }
}

const CHARACTERS: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', nbsp: ' ', '#39': "'" }

function unescaped(text: string): string {
  return text.replace(/&(amp|lt|gt|quot|nbsp|#39);/g, (_, name: string) => CHARACTERS[name]!)
}
