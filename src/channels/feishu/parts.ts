/** Cuts a message into what the platform takes at once: its words, then its file. */
import type { OutgoingMessage, OutgoingPart } from '../channel.ts'
import { isCard } from './message-body.ts'
import { splitMarkdown } from './split.ts'

/** The same parts for the same message, always. All of them answer `replyTo`: in a thread the rest stays in it too. */
export function partsOf(message: OutgoingMessage): OutgoingPart[] {
  const { action, messageId, emoji, replyTo, buttons } = message
  const text = message.text?.trim() ? message.text : ''
  if (action === 'react') return [{ action, ...(messageId && { messageId }), ...(emoji && { emoji }) }]
  if (action === 'delete') return [{ action, ...(messageId && { messageId }) }]
  const chunks = text === '' ? [] : isCard(text) ? [text] : splitMarkdown(text)
  const reply = replyTo ? { replyTo } : {}
  const withButtons = buttons && buttons.length > 0 ? { buttons } : {}
  const words = chunks.map((chunk, at): OutgoingPart => {
    const last = at === chunks.length - 1
    // What is too long for the message it edits goes on in new ones.
    if (action === 'edit' && at === 0) return { action, text: chunk, ...(messageId && { messageId }) }
    return { action: 'send', text: chunk, ...reply, ...(last && withButtons) }
  })
  const only = words.length === 0 ? withButtons : {}
  if (message.media) return [...words, { action: 'send', file: true, ...reply }, ...buttonsAlone(only, reply)]
  return [...words, ...buttonsAlone(only, reply)]
}

/** Buttons without words are a card of their own. */
function buttonsAlone(only: Pick<OutgoingPart, 'buttons'>, reply: { replyTo?: string }): OutgoingPart[] {
  return only.buttons ? [{ action: 'send', ...reply, buttons: only.buttons }] : []
}
