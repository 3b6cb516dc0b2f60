/**
 * What a text becomes on the platform (channels.md section 9.3), decided by the text alone:
 *
 * | text | message |
 * | --- | --- |
 * | a JSON object that is a card | that card, verbatim |
 * | with buttons | a card with them under the text |
 * | Markdown with tables or headings, which only cards show | a card |
 * | other Markdown | a rich text with one `md` element |
 * | no markup | a plain text |
 */
import type { OutgoingPart } from '../channel.ts'
import { hasMarkup, isHeading, markdownLines, tablesIn } from './markdown-lines.ts'

export interface MessageBody {
  readonly msg_type: 'text' | 'post' | 'interactive' | 'image' | 'file' | 'audio' | 'media'
  /** JSON text. */
  readonly content: string
}

/** A card takes no more tables (the platform's error 11310). */
const CARD_TABLES = 5

/** The message of a part's text. */
export function bodyOf(part: Pick<OutgoingPart, 'text' | 'buttons'>): MessageBody {
  const text = part.text ?? ''
  if (isCard(text)) return { msg_type: 'interactive', content: text.trim() }
  if (part.buttons && part.buttons.length > 0) return cardBody(text, part.buttons)
  if (!hasMarkup(text)) return textBody(text)
  const lines = markdownLines(text)
  const tables = tablesIn(lines)
  if (tables <= CARD_TABLES && (tables > 0 || lines.some(isHeading))) return cardBody(text)
  return postBody(text)
}

/** A JSON object of the shape of a card: version 2.0, or one of the older. */
export function isCard(text: string): boolean {
  if (!/^\s*\{/.test(text)) return false
  try {
    const value: Record<string, unknown> = JSON.parse(text)
    const { schema, body, elements, header, config, i18n_elements } = value
    const has = (part: unknown) => typeof part === 'object' && part !== null
    return schema === '2.0'
      ? has(body) || has(header)
      : has(elements) || has(header) || has(config) || has(i18n_elements)
  } catch {
    return false
  }
}

/** The words as they are. */
export function textBody(text: string): MessageBody {
  return { msg_type: 'text', content: JSON.stringify({ text: withoutAtAll(text) }) }
}

/** A rich text whose Markdown the platform reads itself. */
export function postBody(text: string): MessageBody {
  const content = [[{ tag: 'md', text: platformMarkdown(text) }]]
  return { msg_type: 'post', content: JSON.stringify({ zh_cn: { content } }) }
}

/** A card that its later versions replace for everybody. */
export function cardBody(text: string, buttons: OutgoingPart['buttons'] = []): MessageBody {
  const rows = buttons.map((row) => ({
    tag: 'column_set',
    flex_mode: 'flow',
    columns: row.map((button) => ({
      tag: 'column',
      width: 'auto',
      elements: [
        {
          tag: 'button',
          text: { tag: 'plain_text', content: button.text },
          behaviors: [{ type: 'callback', value: { data: button.data } }],
        },
      ],
    })),
  }))
  const words = text.trim() === '' ? [] : [{ tag: 'markdown', content: platformMarkdown(text) }]
  const card = { schema: '2.0', config: { update_multi: true }, body: { elements: [...words, ...rows] } }
  return { msg_type: 'interactive', content: JSON.stringify(card) }
}

/** Only uploaded images can be shown: one on the web becomes a link, or the platform refuses the whole message. */
function platformMarkdown(markdown: string): string {
  return markdownLines(withoutAtAll(markdown))
    .map(({ text, code }) => (code ? text : text.replace(/!\[([^\]]*)\]\(\s*(?!img_)([^)\s]+)[^)]*\)/g, imageLink)))
    .join('\n')
}

const imageLink = (_: string, label: string, target: string) => `[${label || target}](${target})`

/** A model must not be talked into calling everybody: `<at user_id="all">` becomes words. */
function withoutAtAll(text: string): string {
  return text.replace(/<at\b[^>]*=\s*["']?all\b[^>]*>([^<]*<\/at>)?/gi, '@all')
}
