/** Fetches what came with a message: an app gets a person's file only through the message it is in (channels.md section 9.4). */
import type { Attachment, DownloadedFile } from '../channel.ts'
import type { FeishuApi } from './api.ts'
import { resourceSchema } from './content.ts'

const EXTENSIONS: Readonly<Record<string, string>> = {
  'image/jpeg': '.jpg',
  'image/png': '.png',
  'image/gif': '.gif',
  'image/webp': '.webp',
  'image/bmp': '.bmp',
  'video/mp4': '.mp4',
  'audio/ogg': '.opus',
  'audio/opus': '.opus',
}

/** The attachment's bytes and a name without folders. Throws `DeliveryError`. */
export async function downloadResource(
  api: FeishuApi,
  attachment: Attachment,
  signal: AbortSignal,
): Promise<DownloadedFile> {
  const { message_id, file_key, type } = resourceSchema.parse(attachment.ref)
  const path = `/open-apis/im/v1/messages/${encodeURIComponent(message_id)}/resources/${encodeURIComponent(file_key)}`
  const response = await api.download(path, { type }, signal)
  const given = attachment.name || nameIn(response.headers.get('content-disposition')) || attachment.kind
  const mime = response.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase() ?? ''
  const name = baseName(given) || attachment.kind
  const extension = /\.[A-Za-z0-9]{1,8}$/.test(name)
    ? ''
    : (EXTENSIONS[mime] ?? (attachment.kind === 'voice' ? '.opus' : ''))
  const body = (response.body ?? new Blob([]).stream()) as ReadableStream<Uint8Array>
  return { name: name + extension, body }
}

function nameIn(disposition: string | null): string {
  const extended = /filename\*\s*=\s*UTF-8''([^;]+)/i.exec(disposition ?? '')?.[1]
  if (extended) {
    try {
      return decodeURIComponent(extended.trim())
    } catch {
      // Falls back to the plain form.
    }
  }
  return /filename\s*=\s*"?([^";]+)"?/i.exec(disposition ?? '')?.[1]?.trim() ?? ''
}

/** What a server calls a file is no path of ours. */
const baseName = (name: string) =>
  (name.split(/[\\/]/).at(-1) ?? '')
    .replace(/[\x00-\x1f\x7f]/g, '')
    .replace(/^\.+/, '')
    .slice(0, 200)
