/** Which of Telegram's kinds of message a file becomes. */
import type { OutgoingFile } from '../channel.ts'

export type UploadKind = 'photo' | 'animation' | 'voice' | 'audio' | 'video' | 'document'

/** What a bot may upload, bytes; photos have a limit of their own. */
export const MAX_UPLOAD_BYTES = 50_000_000
const MAX_PHOTO_BYTES = 10_000_000

const KINDS: Record<string, UploadKind> = {
  'image/jpeg': 'photo',
  'image/png': 'photo',
  'image/webp': 'photo',
  'image/gif': 'animation',
  'audio/ogg': 'voice',
  'audio/opus': 'voice',
  'audio/mpeg': 'audio',
  'audio/mp3': 'audio',
  'audio/mp4': 'audio',
  'audio/x-m4a': 'audio',
  'audio/m4a': 'audio',
  'audio/aac': 'audio',
  'video/mp4': 'video',
}

/** By its MIME type, as Telegram plays it; all else is a document, and so is a photo that is too large for one. */
export function uploadKind({ mime, bytes }: OutgoingFile): UploadKind {
  const kind = KINDS[mime.split(';')[0]!.trim().toLowerCase()] ?? 'document'
  return kind === 'photo' && bytes.length > MAX_PHOTO_BYTES ? 'document' : kind
}
