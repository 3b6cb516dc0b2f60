/** Files that people sent. */
import { GatewayError, tooLarge } from '../../errors.ts'
import type { Attachment, DownloadedFile } from '../channel.ts'
import { CALL_TIMEOUT_MS, type TelegramApi, within } from './api.ts'
import { MAX_DOWNLOAD_BYTES, refSchema } from './attachments.ts'
import { TelegramFailure } from './failure.ts'

const TOO_BIG = 'The file is larger than the 20 MB that Telegram lets a bot fetch.'

/** The file behind an attachment, as a stream. 413 for what is beyond the Bot API, 502 for what Telegram does not give. */
export async function download(api: TelegramApi, attachment: Attachment, signal: AbortSignal): Promise<DownloadedFile> {
  const { file_id, unique } = refSchema.parse(attachment.ref)
  if ((attachment.size ?? 0) > MAX_DOWNLOAD_BYTES) throw tooLarge(TOO_BIG)
  try {
    const limit = within(signal, CALL_TIMEOUT_MS)
    const { file_path } = await api.call((raw) => raw.getFile({ file_id }, limit))
    if (!file_path) throw unavailable('Telegram names no address for the file.')
    // A Bot API server in local mode answers with a path on its own disk.
    if (file_path.startsWith('/'))
      throw unavailable('The Bot API server runs in local mode; its files cannot be fetched.')
    const answer = await api.file(file_path, signal)
    if (!answer.body) throw unavailable('Telegram sent an empty answer for the file.')
    const ending = /\.\w{1,8}$/.exec(file_path)?.[0] ?? ''
    return { name: attachment.name ?? `${attachment.kind}-${unique}${ending}`, body: answer.body }
  } catch (error) {
    if (error instanceof TelegramFailure)
      throw /too big/i.test(error.message) ? tooLarge(TOO_BIG) : unavailable(error.message)
    throw error
  }
}

function unavailable(message: string): GatewayError {
  return new GatewayError(502, 'file_unavailable', message)
}
