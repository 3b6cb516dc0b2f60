/** The platform's JSON as it comes in (channels.md sections 7.3, 7.12, 7.13). Whatever is missing or odd has its zero value. */
import * as z from 'zod'

/** uint64 on the wire, which a number of JavaScript would round. */
const IDS = new Set(['message_id', 'msg_id', 'svr_id'])

/** `JSON.parse` that keeps ids as the text they were written in. */
export function parseWire(text: string): unknown {
  return JSON.parse(text, (key: string, value: unknown, context?: { source?: string }) =>
    typeof value === 'number' && IDS.has(key) ? (context?.source ?? String(value)) : value,
  )
}

const text = z.string().catch('')
const number = z.coerce.number().catch(0)
const id = z.union([z.string(), z.number().transform(String)]).catch('')

/** What every answer may say of itself. */
export const outcome = z.looseObject({ ret: number, errcode: number, errmsg: text, err_msg: text })

export const updates = z.looseObject({
  get_updates_buf: text,
  longpolling_timeout_ms: number,
  msgs: z.array(z.unknown()).catch([]),
})

/** Where an encrypted file lies, and its key. */
export const media = z.object({ encrypt_query_param: text, aes_key: text, full_url: text })
export type WeixinMedia = z.output<typeof media>

const noMedia: WeixinMedia = { encrypt_query_param: '', aes_key: '', full_url: '' }
const someMedia = media.catch(noMedia)

const item = z.object({
  type: number,
  text_item: z.object({ text }).optional().catch(undefined),
  image_item: z.object({ media: someMedia, aeskey: text }).optional().catch(undefined),
  voice_item: z.object({ media: someMedia, text, encode_type: number }).optional().catch(undefined),
  file_item: z.object({ media: someMedia, file_name: text, len: number }).optional().catch(undefined),
  video_item: z.object({ media: someMedia }).optional().catch(undefined),
  ref_msg: z
    .object({
      title: text,
      message_item: z
        .object({ text_item: z.object({ text }).optional().catch(undefined) })
        .optional()
        .catch(undefined),
    })
    .optional()
    .catch(undefined),
})
export type WeixinItem = z.output<typeof item>

export const message = z.object({
  message_id: id,
  client_id: text,
  seq: id,
  from_user_id: text,
  to_user_id: text,
  group_id: id,
  session_id: text,
  create_time_ms: id,
  message_type: number,
  context_token: text,
  item_list: z.array(item).catch([]),
})
export type WeixinMessage = z.output<typeof message>

export const sent = z.looseObject({ message_id: id })
export const ticket = z.looseObject({ typing_ticket: text })
export const uploadUrl = z.looseObject({ upload_param: text, upload_full_url: text })
export const qr = z.looseObject({ qrcode: text, qrcode_img_content: text })

export const qrStatus = z.looseObject({
  status: text,
  bot_token: text,
  ilink_bot_id: text,
  ilink_user_id: text,
  baseurl: text,
  redirect_host: text,
})
export type QrStatus = z.output<typeof qrStatus>
