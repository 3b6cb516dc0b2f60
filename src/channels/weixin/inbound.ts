/** What a message of the platform says, in the gateway's terms (channels.md sections 7.6, 7.12). */
import type { Attachment, AttachmentKind, InboundMessage } from '../channel.ts'
import type { FileRef } from './files.ts'
import { message as messageSchema, type WeixinItem, type WeixinMedia, type WeixinMessage } from './wire.ts'

/** A message, and the token that an answer to its sender carries; empty when it brought none. */
export interface Heard {
  readonly inbound: InboundMessage
  readonly user: string
  readonly token: string
}

const FROM_BOT = 2

/**
 * Reads one message of a poll; null for what is none of a person's (the bot's own, the app's progress marks, empty ones).
 * `place` tells the poll and the message's place in it: what a message without any id of its own is known by.
 */
export async function heard(raw: unknown, bot: string, place: string): Promise<Heard | null> {
  const read = messageSchema.safeParse(raw)
  if (!read.success) return null
  const message = read.data
  const user = message.from_user_id.trim()
  if (message.message_type === FROM_BOT || user === '') return null
  const { text, attachments } = content(message.item_list)
  if (text === '' && attachments.length === 0) return null
  const group = message.group_id !== '' && message.group_id !== '0'
  const inbound: InboundMessage = {
    id: await idOf(message, place),
    source: bot,
    chat: `${bot}|${user}`,
    sender: user,
    text,
    group,
    addressed: !group,
    ...(isSet(message.message_id) ? { messageId: message.message_id } : {}),
    ...(attachments.length > 0 ? { attachments } : {}),
  }
  return { inbound, user, token: message.context_token.trim() }
}

/** The platform's id; without one a digest of what makes the message this one. */
async function idOf(message: WeixinMessage, place: string): Promise<string> {
  if (isSet(message.message_id)) return message.message_id
  const { seq, client_id, create_time_ms, from_user_id, session_id, item_list } = message
  const own = [seq, client_id, create_time_ms].some(isSet)
  const facts = JSON.stringify([seq, client_id, create_time_ms, from_user_id, session_id, item_list, own ? '' : place])
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(facts)))
  return `h:${Array.from(digest.subarray(0, 16), (byte) => byte.toString(16).padStart(2, '0')).join('')}`
}

const isSet = (id: string) => id !== '' && id !== '0'

function content(items: readonly WeixinItem[]): { text: string; attachments: Attachment[] } {
  const parts: string[] = []
  const attachments: Attachment[] = []
  for (const item of items) {
    const attachment = attachmentOf(item)
    if (attachment) attachments.push(attachment)
    else parts.push(wordsOf(item).trim())
  }
  const text = parts.filter(Boolean).join('\n')
  const quoted = items.map(quoteOf).find(Boolean)
  // A command is one by its first character.
  return { text: quoted && text && !text.startsWith('/') ? `> ${quoted}\n\n${text}` : text, attachments }
}

function quoteOf({ ref_msg: quote }: WeixinItem): string {
  const text = [quote?.title, quote?.message_item?.text_item?.text].map((part) => part?.trim()).filter(Boolean)
  return text.join(': ').replaceAll('\n', '\n> ')
}

/** What an item says without a file. */
function wordsOf(item: WeixinItem): string {
  switch (item.type) {
    case 1:
      return item.text_item?.text ?? ''
    case 2:
      return '[image]'
    case 3:
      return item.voice_item?.text.trim() || '[audio]'
    case 4:
      return item.file_item?.file_name ? `[file: ${item.file_item.file_name}]` : '[file]'
    case 5:
      return '[video]'
    default:
      return ''
  }
}

function attachmentOf(item: WeixinItem): Attachment | null {
  switch (item.type) {
    case 2:
      return file('image', item.image_item?.media, { key: item.image_item?.aeskey ?? '', name: 'image.jpg' })
    case 3: {
      const transcript = item.voice_item?.text.trim()
      const name = `voice.${VOICE_ENDINGS[item.voice_item?.encode_type ?? 0] ?? 'silk'}`
      return file('voice', item.voice_item?.media, { name }, transcript ? { transcript } : {})
    }
    case 4: {
      const { file_name: name = '', len = 0 } = item.file_item ?? {}
      const told = { ...(name ? { name } : {}), ...(len > 0 ? { size: len } : {}) }
      return file('file', item.file_item?.media, { name: name || 'file' }, told)
    }
    case 5:
      return file('video', item.video_item?.media, { name: 'video.mp4' }, { mime: 'video/mp4' })
    default:
      return null
  }
}

const VOICE_ENDINGS: Readonly<Record<number, string>> = { 1: 'pcm', 4: 'spx', 5: 'amr', 6: 'silk', 7: 'mp3', 8: 'ogg' }

/** An attachment that can be fetched; null when the platform says nothing of where it is. */
function file(
  kind: AttachmentKind,
  media: WeixinMedia | undefined,
  { name, key = '' }: { name: string; key?: string },
  told: Partial<Attachment> = {},
): Attachment | null {
  if (!media || (!media.encrypt_query_param && !media.full_url)) return null
  const ref: FileRef = { media, key, name }
  return { kind, ref, ...told }
}
