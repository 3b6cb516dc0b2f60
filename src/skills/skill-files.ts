/** The files inside one skill. */
import { badRequest, notFound, tooLarge } from '../errors.ts'
import { clean, decodeText, FileError, type FileStat, type Files, folder } from '../files/index.ts'
import { expectation, type Preconditions, unlessStale } from '../workspace/index.ts'

/** Bytes of a file that is read or written at once. */
export const MAX_FILE_BYTES = 10 << 20

/** A skill's folder, relative to the workspace. */
interface Place {
  folder: string
}

/** All files, folders left out; a link to a folder is not entered. */
export async function listSkillFiles(workspace: Files, place: Place): Promise<string[]> {
  const found: string[] = []
  for await (const { kind, path } of folder(workspace, place.folder).list('', { recursive: true })) {
    if (kind === 'file') found.push(path)
  }
  return found
}

/** One text file and its version. 400 for a bad path, a folder or a binary file, 404 when it is missing, 413 over 10 MB. */
export async function readSkillFile(workspace: Files, place: Place, given: string) {
  const file = cleanedPath(given)
  const inside = folder(workspace, place.folder)
  const stat = await inside.stat(file)
  if (stat === null) throw notFound(`file not found: ${file}`)
  if (stat.kind === 'dir') throw badRequest(`not a file: ${file}`)
  if (stat.size > MAX_FILE_BYTES) throw tooLarge(`file too large: ${file}`)
  const content = decodeText(await inside.read(file, 0, MAX_FILE_BYTES))
  if (content === null) throw badRequest(`not a text file: ${file}`)
  return { file, content: content.text, version: stat.version }
}

/**
 * Replaces or makes a file with its folders; its path is the cleaned one. 400 for a bad path, 412 when a precondition
 * fails, 413 over 10 MB.
 */
export async function writeSkillFile(
  workspace: Files,
  place: Place,
  given: string,
  content: string,
  when: Preconditions = {},
): Promise<FileStat> {
  const file = cleanedPath(given)
  const bytes = new TextEncoder().encode(content)
  if (bytes.byteLength > MAX_FILE_BYTES) throw tooLarge(`file too large: ${file}`)
  const inside = folder(workspace, place.folder)
  const options = await expectation(inside, file, when)
  return unlessStale(file, () => inside.write(file, bytes, options))
}

function cleanedPath(given: string): string {
  try {
    const path = clean(given.trim())
    if (path !== '') return path
  } catch (error) {
    if (error instanceof FileError) throw badRequest(`invalid path: ${error.detail}`)
    throw error
  }
  throw badRequest('invalid path')
}
