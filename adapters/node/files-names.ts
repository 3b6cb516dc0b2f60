/** Which path an operation means: names that exist count as they are, new ones follow the full rule. */
import { clean, contained, FileError, joinPath } from '../../src/files/index.ts'

/** A contained path; on Windows without what that system reads as a separator, drive or stream. */
export function existingPath(path: string): string {
  const plain = contained(path)
  if (process.platform === 'win32' && /[\\:]/.test(plain)) throw new FileError('EINVAL', path)
  return plain
}

/** Runs `work` on the path as given, then, when that does not exist, on its NFC form (the one new names get). */
export async function onExisting<T>(path: string, work: (path: string) => Promise<T>): Promise<T> {
  const plain = existingPath(path)
  const composed = plain.normalize('NFC')
  try {
    return await work(plain)
  } catch (error) {
    if (composed === plain || !(error instanceof FileError) || error.code !== 'ENOENT') throw error
    return work(composed)
  }
}

/**
 * The path to write to. What exists keeps its name, however odd (folders on the way included); only the names that will
 * be made must pass `clean`.
 */
export async function creatablePath(path: string, exists: (path: string) => Promise<boolean>): Promise<string> {
  const plain = existingPath(path)
  const cleaned = cleanedOrRefusal(path)
  if (cleaned === plain) return plain
  const parts = plain.split('/')
  for (let count = parts.length; count > 0; count--) {
    const known = parts.slice(0, count).join('/')
    if (await exists(known)) return joinPath(known, clean(parts.slice(count).join('/')))
  }
  if (typeof cleaned !== 'string') throw cleaned
  return cleaned
}

function cleanedOrRefusal(path: string): string | FileError {
  try {
    return clean(path)
  } catch (error) {
    if (error instanceof FileError) return error
    throw error
  }
}
