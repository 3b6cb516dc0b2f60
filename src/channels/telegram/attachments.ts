/** What came with a message besides words: files to fetch, and what is better told as text. */
import * as z from 'zod'
import type { Attachment, AttachmentKind } from '../channel.ts'
import type { TelegramFile, TelegramMessage } from './wire.ts'

/** What the Bot API lets a bot fetch, bytes. */
export const MAX_DOWNLOAD_BYTES = 20_000_000

/** `Attachment.ref` of this channel. */
export const refSchema = z.object({ file_id: z.string(), unique: z.string() })

export interface Carried {
  readonly attachments: Attachment[]
  /** One line each, in brackets, for what is not a file to fetch. */
  readonly placeholders: string[]
}

/** Attachments and placeholders of a message. An animation is also sent as a document, and a venue as a location: once. */
export function carried(message: TelegramMessage): Carried {
  const files: Array<[AttachmentKind, string, TelegramFile | undefined, mime?: string]> = [
    // Sizes of one photo, the largest last.
    ['image', 'photo', message.photo?.at(-1), 'image/jpeg'],
    ['voice', 'voice message', message.voice, 'audio/ogg'],
    ['audio', 'audio', message.audio, 'audio/mpeg'],
    ['video', 'video', message.video, 'video/mp4'],
    ['video', 'video note', message.video_note, 'video/mp4'],
    ['video', 'animation', message.animation, 'video/mp4'],
    [documentKind(message.document), 'file', message.animation ? undefined : message.document],
  ]
  const attachments: Attachment[] = []
  const placeholders: string[] = []
  for (const [kind, what, file, mime] of files) {
    if (!file) continue
    if ((file.file_size ?? 0) > MAX_DOWNLOAD_BYTES) placeholders.push(tooLargeText(what, file))
    else attachments.push(attachment(kind, file, mime))
  }
  placeholders.push(...toldAsText(message).map((text) => `[${text}]`))
  return { attachments, placeholders }
}

/** A picture sent "as a file" is still a picture. */
function documentKind(file: TelegramFile | undefined): AttachmentKind {
  return file?.mime_type?.startsWith('image/') ? 'image' : 'file'
}

function attachment(kind: AttachmentKind, file: TelegramFile, usualMime?: string): Attachment {
  const mime = file.mime_type ?? usualMime
  return {
    kind,
    ref: { file_id: file.file_id, unique: file.file_unique_id } satisfies z.infer<typeof refSchema>,
    ...(file.file_name ? { name: file.file_name } : {}),
    ...(mime ? { mime } : {}),
    ...(file.file_size === undefined ? {} : { size: file.file_size }),
  }
}

function tooLargeText(what: string, { file_name, file_size = 0 }: TelegramFile): string {
  const name = file_name ? ` ${file_name}` : ''
  return `[${what}${name}: ${Math.ceil(file_size / 1_000_000)} MB, more than the 20 MB that Telegram lets a bot fetch]`
}

function toldAsText(message: TelegramMessage): string[] {
  const { sticker, location, venue, contact, poll, dice } = message
  const place = ({ latitude, longitude }: { latitude: number; longitude: number }) => `${latitude}, ${longitude}`
  const told: string[] = []
  if (sticker) told.push(sticker.emoji ? `sticker ${sticker.emoji}` : 'sticker')
  if (venue) told.push(`location ${place(venue.location)}: ${venue.title}, ${venue.address}`)
  else if (location) told.push(`location ${place(location)}`)
  if (contact) {
    told.push(`contact ${[contact.first_name, contact.last_name].filter(Boolean).join(' ')}: ${contact.phone_number}`)
  }
  if (poll) told.push(`poll ${poll.question}: ${poll.options.map(({ text }) => text).join(' / ')}`)
  if (dice) told.push(`${dice.emoji} ${dice.value}`)
  return told
}
