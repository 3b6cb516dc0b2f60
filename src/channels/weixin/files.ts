/** Files to and from the platform's store (channels.md section 7.12). */
import type { Platform } from '../../platform.ts'
import type { DownloadedFile, OutgoingFile } from '../channel.ts'
import { decryption, encrypt, keyForOthers, keyOf, md5Hex, randomBytes, toHex } from './cipher.ts'
import type { WeixinClient } from './client.ts'
import { HttpFailure, within } from './request.ts'
import { trustedUrl } from './settings.ts'
import type { WeixinMedia } from './wire.ts'

/** What `Attachment.ref` holds. */
export interface FileRef {
  readonly media: WeixinMedia
  /** The key in hex, which images have beside that of `media`. */
  readonly key: string
  readonly name: string
}

export interface FileStore {
  readonly fetch: Platform['fetch']
  /** The store's address, and those the owner configured. */
  readonly cdnUrl: string
  readonly trusted: readonly string[]
}

const UPLOAD_MS = 120_000
const UPLOADS = 3

/** Fetches a file and decrypts it on its way. Throws when the store does not have it or its address is a stranger's. */
export async function download(store: FileStore, ref: FileRef, signal: AbortSignal): Promise<DownloadedFile> {
  const { encrypt_query_param: param, full_url: named } = ref.media
  const url = named
    ? trustedUrl(named, store.trusted)
    : `${store.cdnUrl}/download?encrypted_query_param=${encodeURIComponent(param)}`
  if (url === null) throw new Error('the file lies on a host that does not belong to the platform')
  const response = await store.fetch(url, { redirect: 'manual', signal })
  if (response.status !== 200 || !response.body) throw await refusal(response)
  const key = keyOf(ref.media, ref.key)
  return { name: ref.name, body: key ? response.body.pipeThrough(await decryption(key)) : response.body }
}

/** Puts a file into the store for a user, and gives the item of the message that brings it. */
export async function upload(
  store: FileStore,
  client: WeixinClient,
  { file, to, signal }: { file: OutgoingFile; to: string; signal: AbortSignal },
): Promise<Record<string, unknown>> {
  const kind = kindOf(file.mime)
  const key = randomBytes(16)
  const filekey = toHex(randomBytes(16))
  const encrypted = await encrypt(file.bytes, key)
  const place = await client.uploadUrl(
    {
      filekey,
      media_type: kind.uploadType,
      to_user_id: to,
      rawsize: file.bytes.length,
      rawfilemd5: await md5Hex(file.bytes),
      filesize: encrypted.length,
      aeskey: toHex(key),
    },
    signal,
  )
  const param = await put(store, uploadAddress(store, place, filekey), encrypted, signal)
  const media = { encrypt_query_param: param, aes_key: keyForOthers(key), encrypt_type: 1 }
  return kind.item(media, { name: file.name, size: file.bytes.length, encryptedSize: encrypted.length })
}

function uploadAddress(store: FileStore, place: { param: string; url: string }, filekey: string): string {
  if (place.url) {
    const url = trustedUrl(place.url, store.trusted)
    if (url) return url
    throw new Error('the platform wants the file on a host that does not belong to it')
  }
  if (!place.param) throw new Error('the platform named no place for the file')
  return `${store.cdnUrl}/upload?encrypted_query_param=${encodeURIComponent(place.param)}&filekey=${filekey}`
}

/** Stores the bytes and gives the parameter that fetches them. A failure of the store is tried again, a refusal is not. */
async function put(store: FileStore, url: string, body: Uint8Array<ArrayBuffer>, signal: AbortSignal): Promise<string> {
  for (let attempt = 1; ; attempt++) {
    const response = await within({ timeoutMs: UPLOAD_MS, signal }, (limit) =>
      store.fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/octet-stream' },
        body,
        redirect: 'manual',
        signal: limit,
      }),
    )
    const param = response.headers.get('x-encrypted-param')
    if (response.status === 200 && param) {
      await response.body?.cancel()
      return param
    }
    const failure = await refusal(response)
    if (response.status < 500 || attempt === UPLOADS) throw failure
  }
}

/** The store explains itself in a header. */
async function refusal(response: Response): Promise<Error> {
  const why = response.headers.get('x-error-message')
  await response.body?.cancel()
  return new HttpFailure(response.status, why ?? 'the file store did not take the request')
}

interface Sizes {
  readonly name: string
  readonly size: number
  readonly encryptedSize: number
}

interface FileKind {
  readonly uploadType: number
  item(media: Record<string, unknown>, sizes: Sizes): Record<string, unknown>
}

const IMAGE: FileKind = {
  uploadType: 1,
  item: (media, { encryptedSize }) => ({ type: 2, image_item: { media, mid_size: encryptedSize } }),
}
const VIDEO: FileKind = {
  uploadType: 2,
  item: (media, { encryptedSize }) => ({ type: 5, video_item: { media, video_size: encryptedSize } }),
}
const FILE: FileKind = {
  uploadType: 3,
  item: (media, { name, size }) => ({ type: 4, file_item: { media, file_name: name, len: String(size) } }),
}

/** Pictures and films as such; voice has a codec of its own here, so sound goes as a file. */
function kindOf(mime: string): FileKind {
  if (/^image\/(png|jpe?g|gif|webp|bmp)$/.test(mime)) return IMAGE
  return mime.startsWith('video/') ? VIDEO : FILE
}
