/** The files of the workspace over the API. A path names a file in the workspace; memory has routes of its own. */
import { useQuery } from '@tanstack/react-query'
import { answer, api } from '../../api/client.ts'
import { ApiFailure } from '../../api/failure.ts'
import { queries } from '../../api/queries.ts'
import { overVersion, type VersionedText, versionedAnswer } from '../../api/versioned.ts'

/** The long-term memory: it lies beside the folder of the notes. */
export const LONG_TERM = 'MEMORY.md'
const FOLDER = 'memory/'

/** The name a memory route knows a file by; null for other files. */
export function memoryName(path: string): string | null {
  if (path === LONG_TERM) return path
  return path.startsWith(FOLDER) && path !== FOLDER + LONG_TERM ? path.slice(FOLDER.length) : null
}

/** The path of a memory file in the workspace. */
export const memoryPath = (name: string): string => (name === LONG_TERM ? name : FOLDER + name)

/** The names of the documents that exist. */
export function useDocuments() {
  return useQuery({
    queryKey: ['files', 'documents'],
    async queryFn() {
      const answered = await answer(api.GET('/api/workspace_docs'))
      return 'files' in answered ? answered.files.filter((name) => name !== LONG_TERM) : []
    },
  })
}

/** The paths of the memory files: what lasts first, then the notes from the newest day on. */
export function useMemoryFiles() {
  return useQuery({
    queryKey: ['files', 'memory'],
    async queryFn() {
      const answered = await answer(api.GET('/api/memory'))
      const names = 'files' in answered ? answered.files : []
      const notes = names.filter((name) => name !== LONG_TERM).toReversed()
      return [...(names.includes(LONG_TERM) ? [LONG_TERM] : []), ...notes].map(memoryPath)
    },
  })
}

/** What lies in a folder. */
export function useFolder(path: string) {
  return useQuery({
    queryKey: ['files', 'folder', path],
    queryFn: () => answer(api.GET('/api/workspace_tree', { params: { query: { path, limit: 1000 } } })),
  })
}

/** Reads a file; a missing one is empty and has no version. */
export async function loadFile(path: string): Promise<VersionedText> {
  const memory = memoryName(path)
  if (memory === null) {
    const read = api.GET('/api/workspace_file', { params: { query: { path } } })
    const { data, version } = await versionedAnswer(read)
    return { text: data.content, version: data.found ? version : null }
  }
  try {
    const { data, version } = await versionedAnswer(api.GET('/api/memory', { params: { query: { path: memory } } }))
    return { text: 'content' in data ? data.content : '', version }
  } catch (error) {
    if (error instanceof ApiFailure && error.status === 404) return { text: '', version: null }
    throw error
  }
}

/** Writes a file over the version that is known; returns the new one. */
export async function saveFile(path: string, content: string, version: string | null): Promise<string | null> {
  const memory = memoryName(path)
  const headers = overVersion(version)
  const written =
    memory === null
      ? versionedAnswer(api.POST('/api/workspace_file', { body: { path, content }, headers }))
      : versionedAnswer(api.POST('/api/memory', { body: { path: memory, content }, headers }))
  const saved = await written
  if (version === null) void listsChanged()
  return saved.version
}

/** Deletes a file in the version that is known. */
export async function deleteFile(path: string, version: string | null): Promise<void> {
  const memory = memoryName(path)
  const headers = version === null ? {} : { 'if-match': version }
  await (memory === null
    ? answer(api.DELETE('/api/workspace_file', { params: { query: { path } }, headers }))
    : answer(api.DELETE('/api/memory', { params: { query: { path: memory } }, headers })))
  queries.removeQueries({ queryKey: fileKey(path) })
  await listsChanged()
}

/** The query of a file's text. */
export const fileKey = (path: string): readonly string[] => ['files', 'text', path]

function listsChanged(): Promise<unknown> {
  return Promise.all(
    ['documents', 'memory', 'folder'].map((list) => queries.invalidateQueries({ queryKey: ['files', list] })),
  )
}
