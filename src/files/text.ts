/** Text or binary, and in which encoding: a look at the bytes, never at the name (files-and-shell.md section 7). */

/** Bytes that decide whether content is text. */
export const SNIFF_BYTES = 8192

const STRICT = { fatal: true, ignoreBOM: false }

export interface DecodedText {
  /** Without the byte order mark; line ends as they were. */
  text: string
  /** A WHATWG encoding name: `utf-8`, `utf-16le`, `windows-1252`, ... */
  encoding: string
  /** The bytes began with a byte order mark; write it back when writing the text back. */
  bom: boolean
}

/**
 * Decodes text strictly. A byte order mark decides, then UTF-8, then `charset` (an HTTP or `<meta>` label), in that
 * order, since labels lie more often than valid UTF-8 does. `null`: binary, or in an encoding nobody named.
 */
export function decodeText(bytes: Uint8Array, charset?: string): DecodedText | null {
  const marked = byteOrderMark(bytes)
  if (marked) return decodeAs(bytes, marked, true)
  const named = charset === undefined ? undefined : knownEncoding(charset)
  // Stateful and 16-bit encodings look like ASCII or like binary: only the label can tell.
  if (named && /^(?:iso-2022|utf-16)/.test(named)) return decodeAs(bytes, named, false)
  if (bytes.subarray(0, SNIFF_BYTES).includes(0)) return null
  return decodeAs(bytes, 'utf-8', false) ?? (named ? decodeAs(bytes, named, false) : null)
}

/**
 * True when the first bytes of a file (up to `SNIFF_BYTES`; the cut may split a character) are no text. Text in a legacy
 * encoding is text here, although `decodeText` needs its name.
 */
export function looksBinary(head: Uint8Array): boolean {
  if (byteOrderMark(head)) return false
  if (head.includes(0)) return true
  try {
    new TextDecoder('utf-8', STRICT).decode(head, { stream: true })
    return false
  } catch {
    return head.some(isOddControl)
  }
}

function byteOrderMark(bytes: Uint8Array): string | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le'
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be'
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return 'utf-8'
  return undefined
}

function decodeAs(bytes: Uint8Array, encoding: string, bom: boolean): DecodedText | null {
  try {
    return { text: new TextDecoder(encoding, STRICT).decode(bytes), encoding, bom }
  } catch {
    return null
  }
}

function knownEncoding(label: string): string | undefined {
  try {
    return new TextDecoder(label.trim()).encoding
  } catch {
    return undefined
  }
}

/** Control bytes that text does not use: all but backspace to carriage return, and escape. */
function isOddControl(byte: number): boolean {
  return (byte < 0x20 && !(byte >= 0x08 && byte <= 0x0d) && byte !== 0x1b) || byte === 0x7f
}
