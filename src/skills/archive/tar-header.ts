/**
 * The 512 bytes before each entry of a tar archive, and the entries that only describe the next one (POSIX.1-2001, GNU
 * tar).
 */

export interface TarHeader {
  /** `other` is a link or a device; `pax` and `long name` describe the next entry; `ignored` means nothing here. */
  type: 'file' | 'folder' | 'other' | 'pax' | 'long name' | 'ignored'
  name: string
  size: number
}

const TYPES: Readonly<Record<string, TarHeader['type']>> = {
  '0': 'file',
  '\0': 'file',
  '7': 'file',
  '5': 'folder',
  x: 'pax',
  L: 'long name',
  g: 'ignored',
  K: 'ignored',
  V: 'ignored',
}

/** Null when the block is no header: its checksum or its size does not hold. */
export function parseHeader(block: Uint8Array): TarHeader | null {
  if (number(block, 148, 8) !== checksum(block)) return null
  const size = number(block, 124, 12)
  if (size === null) return null
  const name = text(block, 0, 100)
  const flag = String.fromCharCode(block[156]!)
  const type = TYPES[flag] ?? 'other'
  // GNU tar writes `ustar  ` and has other fields where POSIX has the first part of a long name.
  const prefix = text(block, 257, 6) === 'ustar' ? text(block, 345, 155) : ''
  return {
    // Before POSIX a folder was a file whose name ends in a slash.
    type: type === 'file' && name.endsWith('/') ? 'folder' : type,
    name: prefix === '' ? name : `${prefix}/${name}`,
    // Links and devices have no content, whatever they say.
    size: type === 'other' ? 0 : size,
  }
}

/** The records `<length> <key>=<value>\n` of a pax header. */
export function paxFields(data: Uint8Array): { path?: string; size?: string } {
  const fields: Record<string, string> = {}
  for (let at = 0; at < data.byteLength; ) {
    const space = data.indexOf(0x20, at)
    const length = space < 0 ? Number.NaN : Number(text(data, at, space - at))
    if (!Number.isSafeInteger(length) || length <= space - at + 1) break
    const record = new TextDecoder().decode(data.subarray(space + 1, at + length - 1))
    const equals = record.indexOf('=')
    const key = record.slice(0, equals)
    if (equals > 0 && (key === 'path' || key === 'size')) fields[key] = record.slice(equals + 1)
    at += length
  }
  return fields
}

/** The name in a GNU long-name entry. */
export function longName(data: Uint8Array): string {
  return text(data, 0, data.byteLength)
}

/** The text up to its first NUL. */
function text(block: Uint8Array, offset: number, length: number): string {
  const field = block.subarray(offset, offset + length)
  const end = field.indexOf(0)
  return new TextDecoder().decode(end < 0 ? field : field.subarray(0, end))
}

/** An octal number; null for anything else, the binary form of sizes over 8 GB included. */
function number(block: Uint8Array, offset: number, length: number): number | null {
  const digits = text(block, offset, length).trim()
  return /^[0-7]*$/.test(digits) ? Number.parseInt(digits || '0', 8) : null
}

/** The sum of all bytes, with spaces in the place of the sum itself. */
function checksum(block: Uint8Array): number {
  let sum = 0
  for (let i = 0; i < block.byteLength; i++) sum += i >= 148 && i < 156 ? 0x20 : block[i]!
  return sum
}
