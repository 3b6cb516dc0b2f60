/** Text files as editors read and write them over the API: contained, whole, bounded, versioned. */
import { badRequest, GatewayError, tooLarge } from '../errors.ts'
import { contained, decodeText, type FileStat, type Files } from '../files/index.ts'
import { expectation, type Preconditions, unlessStale } from './preconditions.ts'

/** Bytes of one text file. */
export const MAX_TEXT_BYTES = 4 * 1024 * 1024
/** Bytes of a JSON body that any such text fits into: JSON makes at most six of one. */
export const TEXT_BODY_LIMIT = 6 * MAX_TEXT_BYTES + 64 * 1024

export interface TextFile {
  text: string
  /** For `ETag` and `If-Match`. */
  version: string
}

/** A relative path without surrounding blanks, `.` and empty segments; 400 `invalid path` for the root and all that leaves it. */
export function textPath(given: string | null | undefined): string {
  const path = relative((given ?? '').trim())
  if (!path) throw badRequest('invalid path')
  return path
}

function relative(path: string): string | null {
  try {
    return contained(path)
  } catch {
    return null
  }
}

/** The whole text; null when there is no such file. 400 for a folder, 413 over 4 MB, 415 for what is no text. */
export async function readText(files: Files, path: string): Promise<TextFile | null> {
  // The version first: a change in between makes it too old, never too new.
  const stat = await files.stat(path)
  if (stat === null) return null
  if (stat.kind === 'dir') throw badRequest(`'${path}' is a folder`)
  if (stat.size > MAX_TEXT_BYTES) throw fileTooLarge(path)
  const text = decodeText(await files.read(path, 0, MAX_TEXT_BYTES))?.text
  if (text === undefined) throw notText(`'${path}' is no text file (UTF-8 or UTF-16)`)
  return { text, version: stat.version }
}

/** Replaces or makes a text file, folders included. 412 when a precondition fails, 413 over 4 MB, 415 for NUL characters. */
export async function writeText(files: Files, path: string, text: string, when: Preconditions): Promise<FileStat> {
  if (text.includes('\0')) throw notText('the content is no text: it holds a NUL character')
  const bytes = new TextEncoder().encode(text)
  if (bytes.length > MAX_TEXT_BYTES) throw fileTooLarge(path)
  const options = await expectation(files, path, when)
  return unlessStale(path, () => files.write(path, bytes, options))
}

const fileTooLarge = (path: string) => tooLarge(`'${path}' is too large: at most ${MAX_TEXT_BYTES / 1024 ** 2} MB`)
const notText = (message: string) => new GatewayError(415, 'not_text', message)
