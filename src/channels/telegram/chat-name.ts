/**
 * How a chat of Telegram is called in the gateway: its id, and for a topic of a forum `<chat>/<topic>`, so that each topic
 * is a conversation of its own and answers land in it.
 */
export interface ChatTarget {
  readonly chat_id: number | string
  readonly message_thread_id?: number
}

/** The chat (and topic) a message was written in. */
export function chatName(message: {
  chat: { id: number }
  message_thread_id?: number | undefined
  is_topic_message?: boolean | undefined
}): string {
  // Outside of forums a thread id only links answers, and sending to it is refused.
  const topic = message.is_topic_message ? message.message_thread_id : undefined
  return topic === undefined ? String(message.chat.id) : `${message.chat.id}/${topic}`
}

/** Where the Bot API should send; null for what cannot be a chat of Telegram. Public chats may be named `@channel`. */
export function chatTarget(name: string): ChatTarget | null {
  const [, chat, topic] = /^(-?\d{1,16}|@[A-Za-z]\w{3,31})(?:\/(\d{1,10}))?$/.exec(name.trim()) ?? []
  if (chat === undefined) return null
  const chat_id = chat.startsWith('@') ? chat : Number(chat)
  return topic === undefined ? { chat_id } : { chat_id, message_thread_id: Number(topic) }
}
