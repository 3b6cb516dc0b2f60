/** An upload on its way back to a browser: shown where that is safe by its content, else offered as a download. */
import type { StoredUpload, Uploads } from './store.ts'

/** As much as telling a file's type by its content takes. */
const SNIFF_BYTES = 4100
/** A stored name is never given to another content, so a copy stays good; it need not outlive the upload by much. */
const CACHE = `private, max-age=${7 * 24 * 3600}, immutable`
/** For a client that opens the address itself: no script, no form, no origin. `media-src` lets a browser play the file. */
const POLICY = "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; sandbox"

/** Images that browsers show and that run nothing; SVG is not among them. */
const IMAGES: Readonly<Record<string, string>> = {
  'image/png': 'image/png',
  'image/apng': 'image/png',
  'image/jpeg': 'image/jpeg',
  'image/gif': 'image/gif',
  'image/webp': 'image/webp',
  'image/avif': 'image/avif',
}

/** The upload's bytes with their type, 304 where the client has them. Its type is told by its content, never by its name. */
export async function downloadAnswer(
  { stored, size }: StoredUpload,
  uploads: Pick<Uploads, 'head' | 'stream'>,
  ifNoneMatch: string | undefined,
): Promise<Response> {
  const etag = etagOf(stored)
  const headers = { ETag: etag, 'Cache-Control': CACHE, 'X-Content-Type-Options': 'nosniff' }
  if (ifNoneMatch !== undefined && namesTag(ifNoneMatch, etag)) return new Response(null, { status: 304, headers })
  const shown = await shownType(await uploads.head(stored, SNIFF_BYTES))
  return new Response(await uploads.stream(stored), {
    headers: {
      ...headers,
      'Content-Type': shown ?? 'application/octet-stream',
      'Content-Length': String(size),
      'Content-Disposition': disposition(shown === null ? 'attachment' : 'inline', stored),
      'Content-Security-Policy': POLICY,
    },
  })
}

/** The type of an image, a sound or a film that starts with `head`; null for everything else. */
export async function shownType(head: Uint8Array): Promise<string | null> {
  const { fileTypeFromBuffer } = await import('file-type')
  // What breaks off in its own header is no file of that kind.
  const mime = (await fileTypeFromBuffer(head).catch(() => undefined))?.mime ?? ''
  return IMAGES[mime] ?? (/^(?:audio|video)\//.test(mime) ? mime : null)
}

/** `Content-Disposition` with the name that the file was uploaded under (RFC 6266). */
export function disposition(kind: 'attachment' | 'inline', stored: string): string {
  const name = stored.replace(/^\d{13}_[0-9a-f]{12}_/, '')
  const plain = name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[^\w.-]/g, '_')
  const header = `${kind}; filename="${plain}"`
  return plain === name ? header : `${header}; filename*=UTF-8''${encodeURIComponent(name)}`
}

/** The time and the random part of a stored name: unique, and ASCII where the rest need not be. */
const etagOf = (stored: string): string => `"${stored.slice(0, 26)}"`

/** Whether `If-None-Match` names the ETag. */
const namesTag = (list: string, etag: string): boolean =>
  list.split(',').some((tag) => ['*', etag].includes(tag.trim().replace(/^W\//, '')))
