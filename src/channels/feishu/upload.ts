/** Files on their way out: uploaded first, then named in a message (channels.md section 9.4). */
import * as z from 'zod'
import { DeliveryError, type OutgoingFile } from '../channel.ts'
import type { FeishuApi } from './api.ts'
import type { MessageBody } from './message-body.ts'

const MB = 1024 * 1024
const IMAGE_BYTES = 10 * MB
const FILE_BYTES = 30 * MB

const IMAGES = /\.(jpe?g|png|webp|gif|bmp|tiff?|heic|ico)$/i
const FILE_TYPES: ReadonlyArray<[name: RegExp, type: string, message: MessageBody['msg_type']]> = [
  [/\.(opus|ogg)$/i, 'opus', 'audio'],
  [/\.mp4$/i, 'mp4', 'media'],
  [/\.pdf$/i, 'pdf', 'file'],
  [/\.docx?$/i, 'doc', 'file'],
  [/\.xlsx?$/i, 'xls', 'file'],
  [/\.pptx?$/i, 'ppt', 'file'],
]

const keysSchema = z.object({ data: z.object({ image_key: z.string().optional(), file_key: z.string().optional() }) })

/** Uploads a file and gives the message that shows it. Throws `DeliveryError`; nothing has been sent then. */
export async function uploaded(api: FeishuApi, file: OutgoingFile, signal: AbortSignal): Promise<MessageBody> {
  const { name, mime, bytes } = file
  if (bytes.byteLength === 0) throw new DeliveryError('refused', 'Feishu takes no empty files')
  if (bytes.byteLength > FILE_BYTES) throw new DeliveryError('refused', 'Feishu takes files of at most 30 MB')
  const content = new Blob([bytes as Uint8Array<ArrayBuffer>], { type: mime })
  const isImage = IMAGES.test(name) || (/^image\/(jpeg|png|webp|gif|bmp)$/.test(mime) && !/\.[a-z0-9]+$/i.test(name))
  if (isImage && bytes.byteLength <= IMAGE_BYTES) {
    const image_key = await keyOf('/open-apis/im/v1/images', 'image_key', () =>
      form({ image_type: 'message' }, 'image', content, name),
    )
    return { msg_type: 'image', content: JSON.stringify({ image_key }) }
  }
  const [, file_type, msg_type] = FILE_TYPES.find(([pattern]) => pattern.test(name)) ?? [
    null,
    'stream',
    'file' as const,
  ]
  const file_key = await keyOf('/open-apis/im/v1/files', 'file_key', () =>
    form({ file_type, file_name: name }, 'file', content, name),
  )
  return { msg_type, content: JSON.stringify({ file_key }) }

  async function keyOf(path: string, key: 'image_key' | 'file_key', make: () => FormData): Promise<string> {
    const answer = keysSchema.safeParse(await api.call('POST', path, { form: make, signal }))
    const given = answer.success ? answer.data.data[key] : undefined
    if (!given) throw new DeliveryError('later', `Feishu answers the upload without ${key}`)
    return given
  }
}

function form(fields: Record<string, string>, field: string, content: Blob, name: string): FormData {
  const data = new FormData()
  for (const [key, value] of Object.entries(fields)) data.set(key, value)
  data.set(field, content, name)
  return data
}
