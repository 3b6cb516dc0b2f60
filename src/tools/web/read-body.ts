/** Reads what a stranger's server sends, in bounded memory, and makes text of it. */
import { decodeText } from '../../files/index.ts'

export interface Body {
  bytes: Uint8Array
  /** The body was longer than the limit; the rest was not read. */
  cut: boolean
}

/** The first `limit` bytes of a body, counted as they come: `content-length` may lie, and compressed bodies grow. */
export async function readBody(response: Response, limit: number): Promise<Body> {
  const reader = response.body?.getReader() as ReadableStreamDefaultReader<Uint8Array> | undefined
  const chunks: Uint8Array[] = []
  let size = 0
  while (reader !== undefined && size <= limit) {
    const { done, value } = await reader.read()
    if (done) break
    chunks.push(value)
    size += value.byteLength
  }
  if (size > limit) reader?.cancel().catch(() => {})
  const bytes = new Uint8Array(Math.min(size, limit))
  let offset = 0
  for (const chunk of chunks) {
    const part = chunk.subarray(0, limit - offset)
    bytes.set(part, offset)
    offset += part.byteLength
  }
  return { bytes, cut: size > limit }
}

/** The text of a body by its byte order mark, UTF-8, the header's or the page's charset; null for binary content. */
export function bodyText({ bytes, cut }: Body, contentType: string): string | null {
  // A character cut by the limit would make the whole text look like something else than UTF-8.
  const whole = cut ? bytes.subarray(0, wholeCharacters(bytes)) : bytes
  const charset = /charset\s*=\s*["']?([^\s"';]+)/i
  const named = charset.exec(contentType)?.[1] ?? charset.exec(ascii(whole.subarray(0, 2048)))?.[1]
  const decoded = decodeText(whole, named)
  if (decoded !== null) return decoded.text
  if (whole.subarray(0, 8192).includes(0)) return null
  return new TextDecoder('windows-1252').decode(whole)
}

const ascii = (bytes: Uint8Array) => new TextDecoder('windows-1252').decode(bytes)

/** The length without a UTF-8 character that is cut off at the end. */
function wholeCharacters(bytes: Uint8Array): number {
  let start = bytes.byteLength - 1
  while (start > 0 && bytes.byteLength - start < 4 && (bytes[start]! & 0xc0) === 0x80) start--
  const length = bytes[start]! >= 0xf0 ? 4 : bytes[start]! >= 0xe0 ? 3 : bytes[start]! >= 0xc0 ? 2 : 1
  return start + length > bytes.byteLength ? start : bytes.byteLength
}
