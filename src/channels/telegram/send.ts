/** One part on its way to Telegram (channels.md sections 8.3 to 8.6, without their defects). */
import type { RawApi } from 'grammy'
import { DeliveryError, type OutgoingFile, type SendContext, type Sent } from '../channel.ts'
import { CALL_TIMEOUT_MS, type CallSignal, type TelegramApi, UPLOAD_TIMEOUT_MS, within } from './api.ts'
import type { ChatTarget } from './chat-name.ts'
import { TelegramFailure } from './failure.ts'
import { keyboard } from './keyboard.ts'
import type { TelegramPart } from './parts.ts'
import type { TextEntity } from './rich-text.ts'
import { MAX_CAPTION } from './rich-text.ts'
import { MAX_UPLOAD_BYTES, type UploadKind, uploadKind } from './upload.ts'

/** Sends, edits, deletes or reacts. Throws `TelegramFailure`, or `DeliveryError` for what cannot be sent at all. */
export async function sendPart(
  api: TelegramApi,
  target: ChatTarget,
  part: TelegramPart,
  { signal, file }: Pick<SendContext, 'signal' | 'file'>,
): Promise<Sent> {
  const quick = within(signal, CALL_TIMEOUT_MS)
  switch (part.action) {
    case 'delete':
      return remove(api, target, messageNumber(part.messageId), quick)
    case 'react':
      return react(api, target, messageNumber(part.messageId), part.emoji ?? '', quick)
    case 'edit':
      return edit(api, target, messageNumber(part.messageId), part, quick)
    case 'send':
      if (part.file) return upload(api, target, part, file, within(signal, UPLOAD_TIMEOUT_MS))
      return part.draft ? finish(api, target, part, quick) : text(api, target, part, quick)
  }
}

async function text(api: TelegramApi, target: ChatTarget, part: TelegramPart, signal: CallSignal): Promise<Sent> {
  const sent = await plainIfNeeded(part.entities, (entities) =>
    api.call((raw) => raw.sendMessage({ ...target, text: part.text ?? '', entities, ...around(part) }, signal)),
  )
  return { messageId: String(sent.message_id) }
}

/** Doing it again changes nothing, and the answer to that is a success. A message with a file has a caption instead. */
async function edit(
  api: TelegramApi,
  { chat_id }: ChatTarget,
  message_id: number,
  part: TelegramPart,
  signal: CallSignal,
): Promise<Sent> {
  const words = part.text ?? ''
  const { reply_markup } = around(part)
  const where = { chat_id, message_id, ...(reply_markup ? { reply_markup } : {}) }
  await plainIfNeeded(part.entities, async (entities) => {
    try {
      await api.call((raw) => raw.editMessageText({ ...where, text: words, entities }, signal))
    } catch (error) {
      if (refusedFor(error, /message is not modified/i)) return
      if (!refusedFor(error, /no text in the message/i) || words.length > MAX_CAPTION) throw error
      await api
        .call((raw) => raw.editMessageCaption({ ...where, caption: words, caption_entities: entities }, signal))
        .catch((failure) => {
          if (!refusedFor(failure, /message is not modified/i)) throw failure
        })
    }
  })
  return { messageId: String(message_id) }
}

/** The draft becomes the message; when it is gone, or no longer ours to change, the message comes anew. */
async function finish(api: TelegramApi, target: ChatTarget, part: TelegramPart, signal: CallSignal): Promise<Sent> {
  try {
    return await edit(api, target, messageNumber(part.draft), part, signal)
  } catch (error) {
    if (!refusedFor(error, /message (to edit not found|can't be edited)|MESSAGE_ID_INVALID/i)) throw error
    return text(api, target, part, signal)
  }
}

async function remove(
  api: TelegramApi,
  { chat_id }: ChatTarget,
  message_id: number,
  signal: CallSignal,
): Promise<Sent> {
  try {
    await api.call((raw) => raw.deleteMessage({ chat_id, message_id }, signal))
  } catch (error) {
    if (!refusedFor(error, /message to delete not found/i)) throw error
  }
  return {}
}

async function react(
  api: TelegramApi,
  { chat_id }: ChatTarget,
  message_id: number,
  emoji: string,
  signal: CallSignal,
): Promise<Sent> {
  // Telegram has a list of its own of what one may react with; what is not on it is refused there.
  const reaction = [{ type: 'emoji' as const, emoji: emoji as '👍' }]
  await api.call((raw) => raw.setMessageReaction({ chat_id, message_id, reaction }, signal))
  return {}
}

async function upload(
  api: TelegramApi,
  target: ChatTarget,
  part: TelegramPart,
  file: OutgoingFile | undefined,
  signal: CallSignal,
): Promise<Sent> {
  if (!file) throw new DeliveryError('refused', 'The file of this message is no longer there.')
  if (file.bytes.length > MAX_UPLOAD_BYTES) {
    throw new DeliveryError('refused', `${file.name} is larger than the 50 MB that Telegram takes from a bot.`)
  }
  const send = (kind: UploadKind) =>
    plainIfNeeded(part.entities, async (caption_entities) => {
      const media = await api.upload(file.bytes, file.name)
      const under = part.text ? { caption: part.text, caption_entities } : {}
      const rest = { ...target, ...under, ...around(part) }
      return api.call((raw) => sendFile(raw, kind, media, rest, signal))
    })
  const kind = uploadKind(file)
  try {
    return { messageId: String((await send(kind)).message_id) }
  } catch (error) {
    // Too wide a picture, a voice for someone who takes none: as a document any file arrives.
    if (kind === 'document' || !refusedFor(error, /photo|image|voice|video|audio|animation|wrong (type|file)/i))
      throw error
    return { messageId: String((await send('document')).message_id) }
  }
}

type Rest = Omit<Parameters<RawApi['sendDocument']>[0], 'document'>
type Media = Parameters<RawApi['sendDocument']>[0]['document']

function sendFile(
  raw: RawApi,
  kind: UploadKind,
  media: Media,
  rest: Rest,
  signal: CallSignal,
): Promise<{ message_id: number }> {
  switch (kind) {
    case 'photo':
      return raw.sendPhoto({ ...rest, photo: media }, signal)
    case 'animation':
      return raw.sendAnimation({ ...rest, animation: media }, signal)
    case 'voice':
      return raw.sendVoice({ ...rest, voice: media }, signal)
    case 'audio':
      return raw.sendAudio({ ...rest, audio: media }, signal)
    case 'video':
      return raw.sendVideo({ ...rest, video: media }, signal)
    case 'document':
      return raw.sendDocument({ ...rest, document: media }, signal)
  }
}

/** A reply always arrives: when Telegram refuses its entities it goes out as plain text, in the same attempt. */
async function plainIfNeeded<T>(
  entities: readonly TextEntity[] | undefined,
  send: (entities: Array<Extract<SentEntity, { type: TextEntity['type'] }>>) => Promise<T>,
): Promise<T> {
  try {
    return await send([...(entities ?? [])] as Array<Extract<SentEntity, { type: TextEntity['type'] }>>)
  } catch (error) {
    if (!entities?.length || !refusedFor(error, /entit|parse/i)) throw error
    return send([])
  }
}

type SentEntity = NonNullable<Parameters<RawApi['sendMessage']>[0]['entities']>[number]

/** What a message has around its words. A message that is gone by now is no reason not to answer. */
function around({ replyTo, buttons }: TelegramPart) {
  const markup = keyboard(buttons)
  const answered = replyTo && /^\d{1,10}$/.test(replyTo) ? Number(replyTo) : null
  return {
    ...(answered ? { reply_parameters: { message_id: answered, allow_sending_without_reply: true } } : {}),
    ...(markup ? { reply_markup: markup } : {}),
  }
}

function refusedFor(error: unknown, why: RegExp): boolean {
  return error instanceof TelegramFailure && error.code === 400 && why.test(error.message)
}

function messageNumber(id: string | undefined): number {
  if (!id || !/^\d{1,10}$/.test(id)) throw new DeliveryError('refused', `Not the id of a Telegram message: ${id ?? ''}`)
  return Number(id)
}
