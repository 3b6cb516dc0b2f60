/** Reads a part of a text file by byte offsets without cutting a character. */
import { FileError, type Files, SNIFF_BYTES } from '../files/index.ts'
import { encodingOf, isTail } from './text-encoding.ts'

export interface TextSlice {
  text: string
  /** Where the next slice starts, in bytes. */
  next: number
  /** The whole file, in bytes. */
  size: number
}

/**
 * About `length` bytes from `offset`: a character belongs to the slice its first byte is in, so slices that follow each
 * other lose nothing. Throws for folders, for binary files and for an offset beyond the end.
 */
export async function readTextSlice(files: Files, path: string, offset: number, length: number): Promise<TextSlice> {
  const stat = await files.stat(path)
  if (stat === null) throw new FileError('ENOENT', path)
  if (stat.kind === 'dir') throw new FileError('EISDIR', path)
  const { size } = stat
  if (offset > 0 && offset >= size) throw new Error(`offset ${offset} is beyond file size ${size}`)
  const encoding = encodingOf(await files.read(path, 0, SNIFF_BYTES))
  if (encoding === null) throw new Error(`'${path}' is not a text file (${size} bytes)`)
  if (encoding !== 'utf-8') {
    // Two-byte encodings are read in pairs; what another one splits at a border shows as one replacement character.
    const from = encoding.startsWith('utf-16') ? offset - (offset % 2) : offset
    const bytes = await files.read(path, from, length + (length % 2))
    return { text: new TextDecoder(encoding).decode(bytes), next: from + bytes.length, size }
  }
  const bytes = await files.read(path, offset, length + 3)
  const start = offset === 0 ? 0 : skipTail(bytes, 0)
  const end = skipTail(bytes, Math.min(length, bytes.length))
  return { text: new TextDecoder().decode(bytes.subarray(start, Math.max(start, end))), next: offset + end, size }
}

/** The first start of a character at or after `at`; a valid character has at most three tail bytes. */
function skipTail(bytes: Uint8Array, at: number): number {
  let end = at
  while (end - at < 3 && isTail(bytes[end])) end++
  return end
}
