/** Atomic writes: a draft beside the file, synced, then renamed over it. Writers of one path take turns. */
import { constants } from 'node:fs'
import { open, rename, unlink } from 'node:fs/promises'
import { FileError, type FileStat, temporaryName, type WriteOptions } from '../../src/files/index.ts'
import { fileStat, lstatEntry, statEntry } from './files-entry.ts'
import { systemCode } from './files-errors.ts'
import type { OpenFolder, Root } from './files-walk.ts'

const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW = 0 } = constants

/** Content on the disk that has no name yet. */
export interface Draft {
  name: string
  stat: FileStat
}

/** The last writer of each absolute path; shared by all roots of the process, since they may overlap. */
const writers = new Map<string, Promise<unknown>>()

/** Runs `work` when every earlier writer of these paths has finished. */
export async function inTurn<T>(root: Root, paths: readonly string[], work: () => Promise<T>): Promise<T> {
  const keys = [...new Set(paths)].map((path) => `${root.real}/${path}`)
  const earlier = keys.map((key) => writers.get(key))
  // Taking all places at once, before any wait, rules out that two renames wait for each other.
  const turn = Promise.all(earlier).then(work)
  const done = turn.catch(() => undefined)
  for (const key of keys) writers.set(key, done)
  try {
    return await turn
  } finally {
    for (const key of keys) if (writers.get(key) === done) writers.delete(key)
  }
}

/** Refuses a write over a folder or over another version than the caller knows. */
export async function checkWrite(root: Root, path: string, { ifVersion }: WriteOptions): Promise<void> {
  const now = await currentEntry(root, path)
  if (now?.kind === 'dir') throw new FileError('EISDIR', path)
  if (ifVersion === undefined) return
  if (ifVersion === null && now) throw new FileError('EEXIST', path)
  if (ifVersion !== null && now?.version !== ifVersion) throw new FileError('ESTALE', path)
}

/** Writes `data` beside the file `name`, with its mode if it exists, else 0600. Leaves nothing behind when it fails. */
export async function writeDraft(
  folder: OpenFolder,
  name: string,
  data: Uint8Array | string | ReadableStream<Uint8Array>,
  durable: boolean,
): Promise<Draft> {
  const old = await lstatEntry(folder, name)
  const random = Buffer.from(crypto.getRandomValues(new Uint8Array(8))).toString('hex')
  const draft = temporaryName(name, random)
  const handle = await open(folder.at(draft), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600)
  try {
    await handle.writeFile(data)
    if (old?.isFile()) await handle.chmod(Number(old.mode) & 0o777)
    if (durable) await handle.sync()
    return { name: draft, stat: fileStat(name, await handle.stat({ bigint: true })) }
  } catch (error) {
    await unlink(folder.at(draft)).catch(() => undefined)
    throw error
  } finally {
    await handle.close()
  }
}

/** Gives a draft its name, replacing a file or a link; or removes the draft. */
export async function nameDraft(folder: OpenFolder, name: string, draft: Draft, durable: boolean): Promise<void> {
  try {
    await renameEntry(folder.at(draft.name), folder.at(name))
  } catch (error) {
    await dropDraft(folder, draft)
    throw error
  }
  if (durable) await folder.sync()
}

/** Removes a draft that nobody wants. */
export async function dropDraft(folder: OpenFolder, draft: Draft): Promise<void> {
  await unlink(folder.at(draft.name)).catch(() => undefined)
}

/** `rename`; on Windows again for a second while a scanner or a reader holds the target. */
export async function renameEntry(from: string, to: string): Promise<void> {
  for (let tries = process.platform === 'win32' ? 20 : 0; ; tries--) {
    try {
      return await rename(from, to)
    } catch (error) {
      if (tries === 0 || !/^(?:EPERM|EBUSY|EACCES)$/.test(systemCode(error) ?? '')) throw error
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
}

/** What `stat` tells of the path; a link that leads nowhere allowed counts as an entry without a version. */
async function currentEntry(root: Root, path: string): Promise<{ kind?: string; version?: string } | null> {
  try {
    return await statEntry(root, path)
  } catch (error) {
    if (!(error instanceof FileError)) throw error
    if (error.code === 'ENOENT') return null
    if (error.code === 'EACCES' || error.code === 'ELOOP' || error.code === 'EINVAL') return {}
    throw error
  }
}
