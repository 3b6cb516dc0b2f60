/** What the bot said last in each chat: an answer to it speaks to the bot, and an edit must know what it edits. */
import type { ChannelState } from '../channel.ts'
import { chatIdOf } from './chat-name.ts'
import type { MessageBody } from './message-body.ts'

/** Of each chat. */
const KEPT = 60

type Entry = [messageId: string, type: MessageBody['msg_type']]

export interface SentMessages {
  add(chat: string, messageId: string, type: MessageBody['msg_type']): void
  /** The type of a message the bot sent; null for one it did not send, or long ago. */
  typeOf(chat: string, messageId: string): MessageBody['msg_type'] | null
}

export function sentMessages(state: ChannelState): SentMessages {
  const key = (chat: string) => `sent:${chatIdOf(chat)}`
  const entries = (chat: string) => state.get<Entry[]>(key(chat)) ?? []
  return {
    add(chat, messageId, type) {
      const others = entries(chat).filter(([id]) => id !== messageId)
      state.set(key(chat), [...others, [messageId, type]].slice(-KEPT))
    },
    typeOf: (chat, messageId) => entries(chat).find(([id]) => id === messageId)?.[1] ?? null,
  }
}
