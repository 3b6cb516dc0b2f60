/** Whole folders: listing, removing, and sweeping what unfinished writes left. */
import { lstat, readdir, rmdir, unlink } from 'node:fs/promises'
import { comparePaths, FileError, type FileStat, isTemporary, joinPath } from '../../src/files/index.ts'
import { fileStat, statEntry } from './files-entry.ts'
import { fileError, systemCode } from './files-errors.ts'
import { enter, type OpenFolder, type Root } from './files-walk.ts'

/** Stats that run side by side; more would only queue for Node's four disk threads. */
const BATCH = 32
/** A write that takes longer than this was cut off by a crash. */
const LEFTOVER_MS = 60 * 60 * 1000

interface Visit {
  key: string
  name: string
  descend: boolean
}

/**
 * Yields the entries of an open folder, sorted by path, and closes it. Links are shown as what they lead to inside the
 * root and are not descended into; other links, FIFOs, devices and unfinished writes are not shown.
 */
export async function* listTree(
  root: Root,
  folder: OpenFolder,
  path: string,
  recursive: boolean,
): AsyncGenerator<FileStat> {
  try {
    const visits = await planVisits(folder, path, recursive)
    for (let start = 0; start < visits.length; start += BATCH) {
      const batch = visits.slice(start, start + BATCH)
      const stats = await Promise.all(
        batch.map((visit) => (visit.descend ? null : statListed(root, folder, path, visit.name))),
      )
      for (const [i, visit] of batch.entries()) {
        const stat = stats[i]
        if (stat) yield stat
        const child = visit.descend ? await enterListed(root, folder, visit.name, path) : null
        if (child) yield* listTree(root, child, joinPath(path, visit.name), true)
      }
    }
  } finally {
    await folder.close()
  }
}

/** Removes a folder in an open folder with all it holds; links are removed, never followed. */
export async function removeTree(root: Root, parent: OpenFolder, name: string): Promise<void> {
  const folder = await enter(root, parent, name)
  try {
    for (const entry of await readdir(folder.at('.'), { withFileTypes: true })) {
      if (entry.isDirectory()) await removeTree(root, folder, entry.name)
      else await unlink(folder.at(entry.name))
    }
  } finally {
    await folder.close()
  }
  await rmdir(parent.at(name))
}

/** Removes the drafts of writes that a crash cut off over an hour ago, below an open folder, and closes it. */
export async function sweepTree(root: Root, folder: OpenFolder, now: number): Promise<void> {
  try {
    for (const entry of await readdir(folder.at('.'), { withFileTypes: true })) {
      if (entry.isDirectory()) {
        const child = await enter(root, folder, entry.name).catch(() => null)
        if (child) await sweepTree(root, child, now)
      } else if (entry.isFile() && isTemporary(entry.name)) {
        const age = await lstat(folder.at(entry.name)).then(
          (stats) => now - stats.mtimeMs,
          () => 0,
        )
        if (age > LEFTOVER_MS) await unlink(folder.at(entry.name)).catch(() => undefined)
      }
    }
  } finally {
    await folder.close()
  }
}

/** What is below a folder sorts where `name/` would: after `name-x`, before `name0`. So a folder is visited twice. */
async function planVisits(folder: OpenFolder, path: string, recursive: boolean): Promise<Visit[]> {
  const visits: Visit[] = []
  const entries = await readdir(folder.at('.'), { withFileTypes: true }).catch((error) => {
    throw fileError(error, path)
  })
  for (const entry of entries) {
    if (isTemporary(entry.name)) continue
    visits.push({ key: entry.name, name: entry.name, descend: false })
    if (recursive && entry.isDirectory()) visits.push({ key: `${entry.name}/`, name: entry.name, descend: true })
  }
  return visits.sort((a, b) => comparePaths(a.key, b.key))
}

/** Null for what is not shown, and for what vanished since the folder was read. */
async function statListed(root: Root, folder: OpenFolder, path: string, name: string): Promise<FileStat | null> {
  const full = joinPath(path, name)
  try {
    const stats = await lstat(folder.at(name), { bigint: true })
    return stats.isSymbolicLink() ? await statEntry(root, full) : fileStat(full, stats)
  } catch (error) {
    if (error instanceof FileError || systemCode(error) === 'ENOENT') return null
    throw fileError(error, full)
  }
}

/** Null for a folder that vanished, was swapped for a link, or that the system does not let us read. */
async function enterListed(root: Root, folder: OpenFolder, name: string, path: string): Promise<OpenFolder | null> {
  try {
    return await enter(root, folder, name)
  } catch (error) {
    if (/^(?:ENOENT|ENOTDIR|ELOOP|EACCES|EPERM)$/.test(systemCode(error) ?? '')) return null
    throw fileError(error, joinPath(path, name))
  }
}
