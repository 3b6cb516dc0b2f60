/** Which encoding a text file has, also when it does not say. */
import { decodeText, looksBinary, SNIFF_BYTES } from '../files/index.ts'

/** A WHATWG encoding name for the text that `bytes` begin; null when they are not text. Looks at the first 8 KiB. */
export function encodingOf(bytes: Uint8Array): string | null {
  const sample = bytes.subarray(0, SNIFF_BYTES)
  const head = sample.length < SNIFF_BYTES ? sample : sample.subarray(0, lastStart(sample))
  const known = decodeText(head)?.encoding
  if (known !== undefined) return known
  if (looksBinary(sample)) return null
  // Nothing names a legacy encoding: bytes that form valid Chinese rarely do so by chance, any bytes form Latin text.
  return decodeText(head, 'gb18030') === null ? 'windows-1252' : 'gb18030'
}

/** The text of a whole file, invalid bytes replaced; null when it is not text. */
export function textOf(bytes: Uint8Array): string | null {
  const encoding = encodingOf(bytes)
  return encoding === null ? null : new TextDecoder(encoding).decode(bytes)
}

/** True for the bytes of a UTF-8 character after its first. */
export const isTail = (byte: number | undefined): boolean => byte !== undefined && (byte & 0xc0) === 0x80

/** An even offset before the last character: one that the end of the sample cut is no sign of another encoding. */
function lastStart(bytes: Uint8Array): number {
  let start = bytes.length - 1
  while (start > bytes.length - 4 && isTail(bytes[start])) start--
  return start - (start % 2)
}
