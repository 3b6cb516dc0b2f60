/** The events of the platform, version 2.0, as far as this channel looks into them. */
import * as z from 'zod'

const text = z.string().default('')

/** What may come over HTTP before anything is known of it. */
export const requestSchema = z.looseObject({
  encrypt: z.string().optional(),
  type: text,
  challenge: text,
  /** Of a handshake; events have theirs in the header. */
  token: text,
})
export type FeishuRequest = z.infer<typeof requestSchema>

export const eventSchema = z.object({
  header: z.object({
    event_id: text,
    event_type: z.string(),
    token: text,
    app_id: text,
  }),
  event: z.unknown(),
})
export type FeishuEvent = z.infer<typeof eventSchema>

const personSchema = z.object({
  open_id: z.string().nullish(),
  user_id: z.string().nullish(),
  union_id: z.string().nullish(),
})

const mentionSchema = z.object({
  /** Its place in the text: `@_user_1`. */
  key: z.string(),
  id: personSchema.nullish(),
  name: text,
})
export type Mention = z.infer<typeof mentionSchema>

/** `im.message.receive_v1`. */
export const messageEventSchema = z.object({
  sender: z.object({ sender_id: personSchema.nullish(), sender_type: text }),
  message: z.object({
    message_id: z.string().min(1),
    /** The message this one answers. */
    parent_id: text,
    chat_id: z.string().min(1),
    /** The topic of the chat it belongs to. */
    thread_id: text,
    chat_type: text,
    message_type: text,
    /** JSON, by message type. */
    content: text,
    mentions: z
      .array(mentionSchema)
      .nullish()
      .transform((list) => list ?? []),
  }),
})
export type MessageEvent = z.infer<typeof messageEventSchema>

/** `card.action.trigger`: somebody pressed a button of a card. */
export const cardActionSchema = z.object({
  operator: personSchema,
  action: z.object({ value: z.unknown() }),
  context: z.object({ open_message_id: text, open_chat_id: z.string().min(1) }),
})
export type CardAction = z.infer<typeof cardActionSchema>

/**
 * Who somebody is in `allow_from`: the id of the organisation where the app may see it, else the app's own id of them
 * (channels.md section 9.2).
 */
export function personId(person: z.infer<typeof personSchema> | null | undefined): string | null {
  return person?.user_id || person?.open_id || person?.union_id || null
}
