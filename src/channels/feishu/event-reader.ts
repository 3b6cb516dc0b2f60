/** Takes authentic events, whichever way they came, and hands what people wrote to the gateway. */
import type { Log } from '../../platform.ts'
import type { ChannelDeps, ChannelState, InboundMessage } from '../channel.ts'
import type { Bot } from './bot.ts'
import { chatIdOf, isTopic } from './chat-name.ts'
import { cardActionSchema, eventSchema, messageEventSchema } from './event.ts'
import { messageOf, pressOf } from './inbound.ts'
import type { SentMessages } from './sent-messages.ts'

export interface EventReaderDeps {
  appId: string
  bot: () => Promise<Bot>
  sent: SentMessages
  state: ChannelState
  receive: ChannelDeps<never>['receive']
  log: Log
}

/** Where the channel remembers the latest message of a topic. */
export const topicKey = (chat: string): string => `topic:${chat}`

/** A function for one event. When it returns, the event is durable or of no interest; when it throws, it may come again. */
export function eventReader(deps: EventReaderDeps): (event: unknown) => Promise<void> {
  const { appId, state, sent, receive, log } = deps
  const chatKey = (chat: string) => `chat:${chatIdOf(chat)}`

  async function said(event: unknown): Promise<InboundMessage | null> {
    const parsed = messageEventSchema.safeParse(event)
    if (!parsed.success) {
      // It would be no better the next time.
      log.warn('a Feishu message cannot be read', { issues: parsed.error.issues.map(({ path }) => path.join('.')) })
      return null
    }
    const bot = parsed.data.message.mentions.length > 0 ? (await deps.bot()).openId : null
    return messageOf(parsed.data, { bot, sentByUs: (chat, id) => sent.typeOf(chat, id) !== null })
  }

  function pressed(id: string, event: unknown): InboundMessage | null {
    const parsed = cardActionSchema.safeParse(event)
    if (!parsed.success) return null
    // The event does not say what kind of chat it is; messages do. A chat nobody wrote in counts as a group.
    const kind = state.get<string>(chatKey(parsed.data.context.open_chat_id))
    return pressOf(id, parsed.data, kind !== 'private')
  }

  return async (body) => {
    const parsed = eventSchema.safeParse(body)
    if (!parsed.success) return
    const { header, event } = parsed.data
    if (header.app_id !== '' && header.app_id !== appId) {
      log.warn('an event of another Feishu app was dropped')
      return
    }
    if (header.event_type === 'im.message.receive_v1') {
      const message = await said(event)
      if (message === null) return
      receive([message], () => {
        const [key, kind] = [chatKey(message.chat), message.group ? 'group' : 'private']
        if (state.get(key) !== kind) state.set(key, kind)
        // A topic can only be written to by answering a message of it.
        if (isTopic(message.chat)) state.set(topicKey(message.chat), message.id)
      })
    } else if (header.event_type === 'card.action.trigger') {
      const message = pressed(header.event_id, event)
      if (message !== null) receive([message])
    }
  }
}
