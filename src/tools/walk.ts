/** Walks the part of a workspace that tools may see. */
import type { FileStat } from '../files/index.ts'
import { isVisible, type ToolWorkspace } from './workspace-path.ts'

/** Large and made by machines: entered only when the walk starts inside. */
const HEAVY = new Set(['.git', 'node_modules'])

/** Everything below `start`, a folder before its content, each folder in the order of the port. */
export async function* walk(workspace: ToolWorkspace, start: string, signal: AbortSignal): AsyncIterable<FileStat> {
  const folders: FileStat[][] = [await visibleEntries(workspace, start)]
  while (folders.length > 0) {
    signal.throwIfAborted()
    const entry = folders.at(-1)!.shift()
    if (entry === undefined) {
      folders.pop()
      continue
    }
    yield entry
    if (entry.kind === 'dir' && !HEAVY.has(nameOf(entry.path))) {
      folders.push(await visibleEntries(workspace, entry.path))
    }
  }
}

/** What a folder holds, without what is hidden. */
export async function visibleEntries(workspace: ToolWorkspace, folder: string): Promise<FileStat[]> {
  const entries: FileStat[] = []
  for await (const entry of workspace.files().list(folder)) if (isVisible(workspace, entry.path)) entries.push(entry)
  return entries
}

/** The last segment of a path. */
export const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1)
