/** From a message of the outbox to the requests that carry it. The same parts for the same message, always. */
import type { OutgoingMessage, OutgoingPart } from '../channel.ts'
import { MAX_CAPTION, MAX_TEXT, type RichText, split, type TextEntity } from './rich-text.ts'

/** A part whose text is ready for Telegram. Without entities the text is plain. */
export interface TelegramPart extends OutgoingPart {
  readonly entities?: readonly TextEntity[]
}

/**
 * A short text goes under its file, a longer one after it. Only the first part is an answer, and only the last one has
 * the buttons. A draft takes the first text; a draft of nothing is deleted.
 */
export async function partsOf(message: OutgoingMessage): Promise<TelegramPart[]> {
  const { action, messageId, emoji } = message
  if (action === 'delete') return [{ action, ...(messageId ? { messageId } : {}) }]
  if (action === 'react') return [{ action, ...(messageId ? { messageId } : {}), ...(emoji ? { emoji } : {}) }]
  const pieces = split(await richTextOf(message.text ?? ''), MAX_TEXT)
  const parts = action === 'edit' ? editing(message, pieces) : sending(message, pieces)
  return withButtons(parts, message.buttons)
}

/** Loads the parser of Markdown when the first text comes: it costs every start some 8 ms. */
export async function richTextOf(text: string): Promise<RichText> {
  const { fromMarkdown } = await import('./markdown.ts')
  return fromMarkdown(text)
}

/** What no longer fits into the edited message follows as new ones. */
function editing({ messageId }: OutgoingMessage, pieces: readonly RichText[]): TelegramPart[] {
  return pieces.map((piece, index) =>
    index === 0 ? { action: 'edit', ...(messageId ? { messageId } : {}), ...piece } : { action: 'send', ...piece },
  )
}

function sending({ media, draft, replyTo }: OutgoingMessage, pieces: readonly RichText[]): TelegramPart[] {
  const texts: TelegramPart[] = pieces.map((piece) => ({ action: 'send', ...piece }))
  const first = texts[0]
  if (draft) {
    if (first) texts[0] = { ...first, draft }
    else texts.push({ action: 'delete', messageId: draft })
  }
  const parts = media ? withFile(texts, draft !== undefined) : texts
  if (replyTo && parts[0]) parts[0] = { ...parts[0], replyTo }
  return parts
}

function withFile(texts: TelegramPart[], drafted: boolean): TelegramPart[] {
  const [only] = texts
  if (drafted) return [...texts, { action: 'send', file: true }]
  if (texts.length === 1 && only!.text!.length <= MAX_CAPTION) return [{ ...only!, file: true }]
  return [{ action: 'send', file: true }, ...texts]
}

function withButtons(parts: TelegramPart[], buttons: OutgoingMessage['buttons']): TelegramPart[] {
  const last = parts.at(-1)
  if (!last || last.action === 'delete' || !buttons?.some((row) => row.length > 0)) return parts
  return [...parts.slice(0, -1), { ...last, buttons }]
}
