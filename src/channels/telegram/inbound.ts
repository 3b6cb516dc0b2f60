/** From an update of Telegram to a message of a person (channels.md section 8.2). */
import type { InboundMessage } from '../channel.ts'
import { addressed } from './addressing.ts'
import { carried } from './attachments.ts'
import { chatName } from './chat-name.ts'
import type { BotInfo, TelegramCallback, TelegramMessage, TelegramUpdate, TelegramUser } from './wire.ts'

/** The kinds of updates we ask for. A later edit of a message is not news: its first wording was answered already. */
export const ALLOWED_UPDATES = ['message', 'callback_query'] as const

/**
 * The message in an update; null where nobody says anything to us: other bots, joins and pins, buttons without data or
 * without a chat.
 */
export function inboundOf(update: TelegramUpdate, bot: BotInfo): InboundMessage | null {
  // Numbers of updates are a bot's own: another token in the same gateway counts from elsewhere.
  const id = `${bot.id}:${update.update_id}`
  if (update.message) return fromMessage(id, update.message, bot)
  if (update.callback_query) return fromCallback(id, update.callback_query)
  return null
}

function fromMessage(id: string, message: TelegramMessage, bot: BotInfo): InboundMessage | null {
  if (!message.from || message.from.is_bot) return null
  const { attachments, placeholders } = carried(message)
  const spoken = addressed(message, bot)
  const text = [spoken.text, ...placeholders].filter((line) => line !== '').join('\n')
  if (text === '' && attachments.length === 0) return null
  return {
    id,
    source: '',
    chat: chatName(message),
    ...senderOf(message.from),
    text,
    group: message.chat.type !== 'private',
    addressed: spoken.addressed,
    messageId: String(message.message_id),
    ...(attachments.length > 0 ? { attachments } : {}),
  }
}

/** A pressed button says its data, under the message that has the button. */
function fromCallback(id: string, { from, data, message }: TelegramCallback): InboundMessage | null {
  if (!message || !data || from.is_bot) return null
  return {
    id,
    source: '',
    chat: chatName(message),
    ...senderOf(from),
    text: data,
    group: message.chat.type !== 'private',
    addressed: true,
    messageId: String(message.message_id),
  }
}

function senderOf(user: TelegramUser): Pick<InboundMessage, 'sender' | 'senderName'> {
  const name = [user.first_name, user.last_name, user.username && `(@${user.username})`].filter(Boolean).join(' ')
  return { sender: String(user.id), ...(name ? { senderName: name } : {}) }
}
