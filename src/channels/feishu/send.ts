/** Sends one part (channels.md section 9.3). Each attempt at it carries the same `uuid`, which the platform sends once an hour. */
import * as z from 'zod'
import { DeliveryError, type OutgoingPart, type SendContext, type Sent } from '../channel.ts'
import type { FeishuApi } from './api.ts'
import { chatIdOf, isTopic } from './chat-name.ts'
import { emojiType } from './emoji.ts'
import { CARD_REFUSED, FeishuError, GONE } from './failure.ts'
import { bodyOf, cardBody, isCard, type MessageBody, postBody } from './message-body.ts'
import type { SentMessages } from './sent-messages.ts'
import { uploaded } from './upload.ts'

const MESSAGES = '/open-apis/im/v1/messages'
const createdSchema = z.object({ data: z.object({ message_id: z.string() }) })

export interface Sender {
  api: FeishuApi
  sent: SentMessages
  /** A message of a topic, to write to the topic by answering it; null for a chat that is none. */
  topicMessage(chat: string): string | null
}

/** Sends a part to a chat; throws `DeliveryError`. */
export async function sendPart(sender: Sender, chat: string, part: OutgoingPart, context: SendContext): Promise<Sent> {
  switch (part.action) {
    case 'send':
      return send(sender, chat, part, context)
    case 'edit':
      return edit(sender, chat, part, context)
    case 'delete':
      await sender.api
        .call('DELETE', pathOf(part), { signal: context.signal, applies: true })
        // Who deletes a message again has what they want.
        .catch(nullIf(GONE))
      return {}
    case 'react': {
      const emoji_type = emojiType(part.emoji ?? '')
      if (emoji_type === null) throw new DeliveryError('refused', `Feishu has no reaction ${part.emoji ?? ''}`)
      const body = { reaction_type: { emoji_type } }
      await sender.api.call('POST', `${pathOf(part)}/reactions`, { body, signal: context.signal, applies: true })
      return {}
    }
  }
}

async function send(sender: Sender, chat: string, part: OutgoingPart, context: SendContext): Promise<Sent> {
  const { file, signal } = context
  if (part.file && !file) throw new DeliveryError('refused', 'the file of this message is gone')
  const body = part.file && file ? await uploaded(sender.api, file, signal) : bodyOf(part)
  const text = part.text ?? ''
  const isOurCard = body.msg_type === 'interactive' && !isCard(text) && text !== ''
  try {
    return await create(sender, chat, part, body, context)
  } catch (error) {
    // Something in the words that the card cannot show: they go as a rich text, which takes anything.
    if (!isOurCard || !(error instanceof FeishuError) || error.code !== CARD_REFUSED) throw error
    return create(sender, chat, part, postBody(text), { ...context, key: `${context.key}:post` })
  }
}

async function create(
  { api, sent, topicMessage }: Sender,
  chat: string,
  { replyTo }: OutgoingPart,
  body: MessageBody,
  { key, signal }: SendContext,
): Promise<Sent> {
  const message = { ...body, uuid: await uuidOf(key) }
  const options = { signal, applies: true }
  const inTopic = isTopic(chat) ? { reply_in_thread: true } : {}
  const answered = [...new Set([replyTo, topicMessage(chat)])].filter((id) => typeof id === 'string')
  let answer: Record<string, unknown> | null = null
  for (const id of answered) {
    const path = `${MESSAGES}/${encodeURIComponent(id)}/reply`
    // Was the question taken back, the answer still is one.
    answer = await api.call('POST', path, { body: { ...message, ...inTopic }, ...options }).catch(nullIf(GONE))
    if (answer !== null) break
  }
  const receive_id = chatIdOf(chat)
  answer ??= await api.call('POST', MESSAGES, {
    query: { receive_id_type: idType(receive_id) },
    body: { receive_id, ...message },
    ...options,
  })
  const created = createdSchema.safeParse(answer)
  if (!created.success) return {}
  const { message_id: messageId } = created.data.data
  sent.add(chat, messageId, body.msg_type)
  return { messageId }
}

/** A card is patched, a text is put; one cannot become the other. */
async function edit({ api, sent }: Sender, chat: string, part: OutgoingPart, { signal }: SendContext): Promise<Sent> {
  const path = pathOf(part)
  const text = part.text ?? ''
  const was = sent.typeOf(chat, part.messageId ?? '')
  const wanted = bodyOf(part)
  const isCardNow = was === 'interactive' || (was === null && wanted.msg_type === 'interactive')
  if (isCardNow) {
    const { content } = wanted.msg_type === 'interactive' ? wanted : cardBody(text)
    await api.call('PATCH', path, { body: { content }, signal, applies: true })
  } else {
    const body = wanted.msg_type === 'interactive' ? postBody(text) : wanted
    await api.call('PUT', path, { body, signal, applies: true })
  }
  return part.messageId ? { messageId: part.messageId } : {}
}

function pathOf({ messageId }: OutgoingPart): string {
  if (!messageId) throw new DeliveryError('refused', 'the message to change is not named')
  return `${MESSAGES}/${encodeURIComponent(messageId)}`
}

/** At most 50 characters, the same for the same key. */
async function uuidOf(key: string): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(key)))
  return Array.from(digest.subarray(0, 20), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** Chats are `oc_…`; a person can be written to before they ever wrote. */
function idType(chat: string): string {
  if (chat.startsWith('oc_')) return 'chat_id'
  if (chat.startsWith('ou_')) return 'open_id'
  if (chat.startsWith('on_')) return 'union_id'
  return chat.includes('@') ? 'email' : 'user_id'
}

const nullIf = (codes: ReadonlySet<number>) => (error: unknown) => {
  if (error instanceof FeishuError && codes.has(error.code)) return null
  throw error
}
