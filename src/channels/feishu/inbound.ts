/** What people write and press, as messages for the gateway (channels.md section 9.2). */
import type { InboundMessage } from '../channel.ts'
import { chatName } from './chat-name.ts'
import { readContent } from './content.ts'
import { type CardAction, type Mention, type MessageEvent, personId } from './event.ts'

/** What the channel knows when it reads an event. */
export interface Reader {
  /** The bot's own `open_id`; null when nobody is mentioned. */
  readonly bot: string | null
  /** Whether the bot sent this message of the chat. */
  sentByUs(chat: string, messageId: string): boolean
}

/**
 * The message of a person; null for what no person wrote (another app, or this one).
 *
 * Its id is the platform's `message_id`. A repeated delivery has the same `event_id` as the first, and rarely the platform
 * delivers one message under a second `event_id`: the message's own id is the same in both cases.
 */
export function messageOf({ sender, message }: MessageEvent, reader: Reader): InboundMessage | null {
  if (sender.sender_type !== '' && sender.sender_type !== 'user') return null
  const person = personId(sender.sender_id)
  if (person === null) return null
  const isBot = (mention: Mention) => reader.bot !== null && mention.id?.open_id === reader.bot
  const content = readContent(message, isBot)
  const addressed =
    message.mentions.some(isBot) ||
    content.text.startsWith('/') ||
    (message.parent_id !== '' && reader.sentByUs(message.chat_id, message.parent_id))
  return {
    id: message.message_id,
    source: '',
    chat: chatName(message.chat_id, message.thread_id),
    sender: person,
    text: content.text,
    group: message.chat_type !== 'p2p' && message.chat_type !== '',
    addressed,
    messageId: message.message_id,
    ...(content.attachments.length > 0 && { attachments: content.attachments }),
  }
}

/** A pressed button as what its `data` says; null when it is none of ours. `group` is how the chat is known. */
export function pressOf(
  eventId: string,
  { operator, action, context }: CardAction,
  group: boolean,
): InboundMessage | null {
  const data =
    typeof action.value === 'object' && action.value !== null ? (action.value as { data?: unknown }).data : null
  const sender = personId(operator)
  if (typeof data !== 'string' || data === '' || sender === null) return null
  return {
    id: `press:${eventId}`,
    source: '',
    chat: context.open_chat_id,
    sender,
    text: data,
    group,
    addressed: true,
    ...(context.open_message_id && { messageId: context.open_message_id }),
  }
}
