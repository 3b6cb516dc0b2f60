/** A new home's workspace gets its first documents; one that holds anything is left alone. */
import { FileError, type Files } from '../files/index.ts'
import { templates } from './templates.ts'

/**
 * Writes the template files into an empty workspace and returns the names written. A workspace that holds any file
 * (hidden ones and those in hidden folders do not count) gets nothing: what its owner removed stays removed. A file that
 * appears meanwhile is kept as it is.
 */
export async function seedWorkspace(files: Files): Promise<string[]> {
  if (!(await isEmpty(files))) return []
  const written = await Promise.all(
    Object.entries(templates).map(async ([name, text]) => {
      try {
        await files.write(name, text, { ifVersion: null })
        return [name]
      } catch (error) {
        if (!(error instanceof FileError && error.code === 'EEXIST')) throw error
        return []
      }
    }),
  )
  return written.flat()
}

/** Walks folder by folder instead of recursively, so that a large `.git` is never read. */
async function isEmpty(files: Files, folder = ''): Promise<boolean> {
  try {
    for await (const entry of files.list(folder)) {
      if (entry.path.slice(entry.path.lastIndexOf('/') + 1).startsWith('.')) continue
      if (entry.kind === 'file' || !(await isEmpty(files, entry.path))) return false
    }
  } catch (error) {
    if (!(error instanceof FileError && error.code === 'ENOENT')) throw error
  }
  return true
}
