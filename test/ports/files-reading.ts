/** Looking at a `Files` from a test. */
import { FileError, type Files } from '../../src/files/index.ts'

/** Runs `work` on a fresh, empty `Files`. */
export type UseFiles = (work: (files: Files) => Promise<void>) => Promise<void>

/** The content as UTF-8. */
export async function text(files: Files, path: string): Promise<string> {
  return new TextDecoder().decode(await files.read(path))
}

/** The `FileError` code that `work` rejects with, `no error`, or what else it threw. */
export async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work
    return 'no error'
  } catch (error) {
    return error instanceof FileError ? error.code : String(error)
  }
}

/** The paths that `list` yields. */
export async function paths(files: Files, path = '', recursive = false): Promise<string[]> {
  const found: string[] = []
  for await (const stat of files.list(path, { recursive })) found.push(stat.path)
  return found
}
