/** Where an agent's memory lies, and which files belong to it (workspace-formats.md section 6). */

/** The normal form of a namespace; blank, and what has no usable character, is `main`. */
export function namespaceOf(name: string | undefined): string {
  const normal = (name ?? '')
    .toLowerCase()
    .replace(/\s/g, '-')
    .replace(/[^a-z0-9._-]/g, '')
    .replace(/^[-_.]+|[-_.]+$/g, '')
  return normal === '' ? 'main' : normal
}

/** The folder of a namespace in the workspace, with a `/` at its end; `''` for `main`. */
export function folderOf(namespace: string): string {
  return namespace === 'main' ? '' : `agents/${namespace}/`
}

/** The long-term memory of a namespace, relative to its folder. */
export const LONG_TERM = 'MEMORY.md'

/** The notes of a day (`2026-02-03`), relative to the namespace's folder. */
export const dailyNotes = (day: string): string => `memory/${day}.md`

/** True for the files that memory tools may read: `MEMORY.md` and `memory/**.md`. */
export function isMemoryFile(path: string): boolean {
  return path === LONG_TERM || (path.startsWith('memory/') && path.endsWith('.md') && !path.includes('..'))
}
