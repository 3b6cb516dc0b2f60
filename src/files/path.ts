/**
 * The path rules of the `files` port, applied once, at the door (files-and-shell.md section 2). Lexical only: what a
 * name points to on a disk is the adapter's business. A path that came in a URL is decoded before, never after.
 */
import { FileError, type FileErrorCode } from './files.ts'

const MAX_PATH = 1024
const MAX_SEGMENTS = 64
const MAX_NAME_BYTES = 255
/** Linux refuses longer paths; a guard against nonsense where only containment counts. */
const MAX_EXISTING_PATH = 4096

const FORBIDDEN = /[<>:"|?*]/
const CONTROL = /[\u0000-\u001f\u007f]/
const DEVICE = /^(?:con|prn|aux|nul|(?:com|lpt)[0-9¹²³])(?:\.|$)/i
/** What an unfinished atomic write leaves behind; see `temporaryName`. */
const TEMPORARY = /^\..+\.[0-9a-f]{16}\.tmp$/

const utf8 = new TextEncoder()

/**
 * The full rule, for names about to be created: the same set of names works on every system a home may be copied to.
 * Returns the path in NFC without empty and `.` segments (`''` is the root); throws `FileError`.
 */
export function clean(path: string): string {
  refuseEscape(path)
  if (path.length > MAX_PATH) throw refusal('ENAMETOOLONG', path, `a path has at most ${MAX_PATH} characters`)
  if (CONTROL.test(path)) throw refusal('EINVAL', path, 'a path may not contain control characters')
  if (path.includes('\\')) throw refusal('EINVAL', path, 'folders are separated by "/", not by a backslash')
  const parts = segments(path.normalize('NFC'))
  if (parts.length > MAX_SEGMENTS) throw refusal('ENAMETOOLONG', path, `a path has at most ${MAX_SEGMENTS} folders`)
  for (const part of parts) refuseName(part, path)
  return parts.join('/')
}

/**
 * The containment part only, for reading and listing: an existing home may hold names that `clean` refuses, and they
 * must stay visible and deletable. Keeps the form of the characters; throws `FileError`.
 */
export function contained(path: string): string {
  refuseEscape(path)
  if (path.length > MAX_EXISTING_PATH) throw refusal('ENAMETOOLONG', path)
  return segments(path).join('/')
}

/** Splits a cleaned path into the path of its folder and its last name. The root has neither: `['', '']`. */
export function splitPath(path: string): [folder: string, name: string] {
  const slash = path.lastIndexOf('/')
  return slash < 0 ? ['', path] : [path.slice(0, slash), path.slice(slash + 1)]
}

/** Joins cleaned paths; either may be `''`. */
export function joinPath(folder: string, path: string): string {
  return folder && path ? `${folder}/${path}` : folder || path
}

/** Orders as SQLite does (UTF-8 bytes, that is code points), so that lists are sorted alike on every runtime. */
export function comparePaths(a: string, b: string): number {
  const end = Math.min(a.length, b.length)
  for (let i = 0; i < end; i++) {
    const x = a.charCodeAt(i)
    const y = b.charCodeAt(i)
    if (x !== y) return aboveSurrogates(x) - aboveSurrogates(y)
  }
  return a.length - b.length
}

/** A name for the unfinished content of `name`, in the same folder. `random` is 16 hex digits. */
export function temporaryName(name: string, random: string): string {
  return `.${name.slice(0, 60).toWellFormed()}.${random}.tmp`
}

/** True for names that `temporaryName` makes: hidden from lists, swept when old, refused as names of files. */
export function isTemporary(name: string): boolean {
  return TEMPORARY.test(name)
}

function segments(path: string): string[] {
  return path.split('/').filter((part) => part !== '' && part !== '.')
}

function refuseEscape(path: string): void {
  if (!path.isWellFormed()) throw refusal('EINVAL', path, 'the path is not valid Unicode')
  if (path.includes('\0')) throw refusal('EINVAL', path, 'a path may not contain control characters')
  if (path.startsWith('/')) throw refusal('EACCES', path, 'an absolute path is not allowed here; give a relative one')
  if (path.split('/').includes('..')) throw refusal('EACCES', path, '".." is not allowed in a path')
}

function refuseName(name: string, path: string): void {
  if (FORBIDDEN.test(name)) throw refusal('EINVAL', path, 'a name may not contain any of < > : " | ? *')
  if (/[. ]$/.test(name)) throw refusal('EINVAL', path, 'a name may not end in a dot or a space')
  if (DEVICE.test(name)) throw refusal('EINVAL', path, 'the name is reserved on Windows')
  if (isTemporary(name)) throw refusal('EINVAL', path, 'the name is reserved for unfinished writes')
  if (utf8.encode(name).length > MAX_NAME_BYTES) {
    throw refusal('ENAMETOOLONG', path, `a name has at most ${MAX_NAME_BYTES} bytes`)
  }
}

/** The message repeats the path, so it must be short and printable whatever came in. */
function refusal(code: FileErrorCode, path: string, detail?: string): FileError {
  const shown = path
    .slice(0, 200)
    .toWellFormed()
    .replace(/[\u0000-\u001f\u007f]/g, '\ufffd')
  return new FileError(code, path.length > 200 ? `${shown}…` : shown, detail)
}

/** UTF-16 puts surrogates (code points from U+10000) below U+E000; UTF-8 puts them above. */
function aboveSurrogates(unit: number): number {
  if (unit < 0xd800) return unit
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800
}
