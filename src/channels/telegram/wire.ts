/** What Telegram sends us, as far as it is looked at (Bot API: Update, Message, CallbackQuery). */
import * as z from 'zod'

const user = z.object({
  id: z.number(),
  is_bot: z.boolean().default(false),
  first_name: z.string().default(''),
  last_name: z.string().optional(),
  username: z.string().optional(),
})

const chat = z.object({ id: z.number(), type: z.string() })

const entity = z.object({
  type: z.string(),
  offset: z.number(),
  length: z.number(),
  user: user.optional(),
})

const file = z.object({
  file_id: z.string(),
  file_unique_id: z.string().default('file'),
  file_size: z.number().optional(),
  file_name: z.string().optional(),
  mime_type: z.string().optional(),
})

const location = z.object({ latitude: z.number(), longitude: z.number() })

/** The message a message answers, in as much as it tells whether that one was ours. */
const repliedTo = z.object({ from: user.optional(), forum_topic_created: z.unknown().optional() })

const message = z.object({
  message_id: z.number(),
  message_thread_id: z.number().optional(),
  is_topic_message: z.boolean().optional(),
  from: user.optional(),
  chat,
  reply_to_message: repliedTo.optional(),
  text: z.string().optional(),
  entities: z.array(entity).default([]),
  caption: z.string().optional(),
  caption_entities: z.array(entity).default([]),
  photo: z.array(file).optional(),
  voice: file.optional(),
  audio: file.optional(),
  video: file.optional(),
  video_note: file.optional(),
  animation: file.optional(),
  document: file.optional(),
  sticker: z.object({ emoji: z.string().optional() }).optional(),
  location: location.optional(),
  venue: z.object({ location, title: z.string(), address: z.string() }).optional(),
  contact: z.object({ phone_number: z.string(), first_name: z.string(), last_name: z.string().optional() }).optional(),
  poll: z.object({ question: z.string(), options: z.array(z.object({ text: z.string() })) }).optional(),
  dice: z.object({ emoji: z.string(), value: z.number() }).optional(),
})

const callbackQuery = z.object({
  id: z.string(),
  from: user,
  data: z.string().optional(),
  /** Without content where Telegram no longer has it; missing for buttons under inline results. */
  message: z
    .object({
      message_id: z.number(),
      chat,
      message_thread_id: z.number().optional(),
      is_topic_message: z.boolean().optional(),
    })
    .optional(),
})

/** The number every update has, whatever else it is. */
export const numberedSchema = z.object({ update_id: z.int() })

export const updateSchema = z.object({
  update_id: z.int(),
  message: message.optional(),
  callback_query: callbackQuery.optional(),
})

export type TelegramUpdate = z.infer<typeof updateSchema>
export type TelegramMessage = z.infer<typeof message>
export type TelegramCallback = z.infer<typeof callbackQuery>
export type TelegramUser = z.infer<typeof user>
export type TelegramFile = z.infer<typeof file>

/** Who we are on Telegram: what `getMe` said. */
export interface BotInfo {
  readonly id: number
  /** Without the @. */
  readonly username: string
  readonly name: string
}
