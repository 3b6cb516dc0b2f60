/** The `files` port on a real folder (files-and-shell.md section 4). */
import { constants } from 'node:fs'
import { rmdir, unlink } from 'node:fs/promises'
import { resolve } from 'node:path'
import { FileError, type FileStat, type Files, type WriteOptions } from '../../src/files/index.ts'
import { fileStat, lstatEntry, openFile, readRange, statEntry, streamRange } from './files-entry.ts'
import { about } from './files-errors.ts'
import { creatablePath, onExisting } from './files-names.ts'
import { listTree, removeTree, sweepTree } from './files-tree.ts'
import { atEntry, openFolder, openRoot, type Root } from './files-walk.ts'
import { checkWrite, dropDraft, inTurn, nameDraft, renameEntry, writeDraft } from './files-write.ts'

const { O_WRONLY, O_APPEND, O_CREAT } = constants

export interface NodeFilesOptions {
  /** Walk by descriptors. Default: where `/proc/self/fd` exists (Linux); elsewhere containment is best effort. */
  descriptors?: boolean
}

export type NodeFiles = Files & {
  readonly root: string
  /** Removes drafts of writes that a crash cut off, once they are an hour old. Call it at start. */
  sweep(): Promise<void>
}

/**
 * Opens the folder `root`, made with mode 0700 when missing. New files get 0600, replaced ones keep their mode. Links
 * that stay inside are followed for reading, listing and appending; `write`, `rename` and `remove` act on the link.
 */
export function openNodeFiles(root: string, options: NodeFilesOptions = {}): NodeFiles {
  const base = openRoot(resolve(root), options.descriptors)
  const creatable = (path: string) => creatablePath(path, (known) => exists(base, known))

  return {
    root: base.real,
    stat: (path) => statOrNull(base, path),

    read: async (path, offset = 0, length = Infinity) => {
      checkRange(path, offset, length)
      return onExisting(path, (known) => readRange(base, known, offset, length))
    },

    stream: async (path, offset = 0, length = Infinity) => {
      checkRange(path, offset, length)
      return onExisting(path, (known) => streamRange(base, known, offset, length))
    },

    async write(path, data, options = {}) {
      try {
        const target = await creatable(path)
        if (target === '') throw new FileError('EISDIR', '')
        return data instanceof ReadableStream
          ? await writeStream(base, target, data, options)
          : await writeBytes(base, target, data, options)
      } catch (error) {
        if (data instanceof ReadableStream && !data.locked) await data.cancel(error).catch(() => undefined)
        throw error
      }
    },

    async append(path, data) {
      const target = await creatable(path)
      if (target === '') throw new FileError('EISDIR', '')
      return inTurn(base, [target], async () => {
        const make = { durable: true }
        const { handle } = await openFile(base, target, O_WRONLY | O_APPEND | O_CREAT, { make })
        try {
          return await about(target, async () => {
            await handle.writeFile(data)
            await handle.datasync()
            return fileStat(target, await handle.stat({ bigint: true }))
          })
        } finally {
          await handle.close()
        }
      })
    },

    async *list(path, options = {}) {
      const [folder, known] = await onExisting(path, async (p) => [await openFolder(base, p), p] as const)
      yield* listTree(base, folder, known, options.recursive ?? false)
    },

    async mkdir(path) {
      const target = await creatable(path)
      try {
        await (await openFolder(base, target, { make: { durable: true } })).close()
      } catch (error) {
        const inTheWay = error instanceof FileError && error.code === 'ENOTDIR' && (await exists(base, target))
        throw inTheWay ? new FileError('EEXIST', target) : error
      }
    },

    rename: (from, to) => onExisting(from, async (source) => renameTo(base, source, await creatable(to))),
    remove: (path, options = {}) => onExisting(path, (known) => remove(base, known, options.recursive ?? false)),
    sweep: async () => sweepTree(base, await openFolder(base, ''), Date.now()),
  }
}

async function statOrNull(root: Root, path: string): Promise<FileStat | null> {
  try {
    return await onExisting(path, (known) => statEntry(root, known))
  } catch (error) {
    if (error instanceof FileError && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return null
    throw error
  }
}

/** True for any entry, a link that leads nowhere included. */
async function exists(root: Root, path: string): Promise<boolean> {
  try {
    return await atEntry(root, path, {}, async (folder, name) => (await lstatEntry(folder, name)) !== null)
  } catch (error) {
    if (error instanceof FileError) return false
    throw error
  }
}

/** Bytes at hand are written in the order of the calls. */
function writeBytes(root: Root, target: string, data: Uint8Array | string, options: WriteOptions): Promise<FileStat> {
  const durable = options.durable ?? true
  return inTurn(root, [target], async () => {
    await checkWrite(root, target, options)
    return atEntry(root, target, { make: { durable } }, async (folder, name) => {
      const draft = await writeDraft(folder, name, data, durable)
      await nameDraft(folder, name, draft, durable)
      return { ...draft.stat, path: target }
    })
  })
}

/** A stream is drafted outside the queue, so that a slow one holds up nobody; its place is where it ends. */
async function writeStream(
  root: Root,
  target: string,
  data: ReadableStream<Uint8Array>,
  options: WriteOptions,
): Promise<FileStat> {
  const durable = options.durable ?? true
  await checkWrite(root, target, options)
  return atEntry(root, target, { make: { durable } }, async (folder, name) => {
    const draft = await writeDraft(folder, name, data, durable)
    return inTurn(root, [target], async () => {
      await checkWrite(root, target, options).catch(async (error) => {
        await dropDraft(folder, draft)
        throw error
      })
      await nameDraft(folder, name, draft, durable)
      return { ...draft.stat, path: target }
    })
  })
}

async function renameTo(root: Root, from: string, to: string): Promise<void> {
  if (from === '' || to === '') throw new FileError('EINVAL', '', 'the root folder cannot be moved or replaced')
  if (to.startsWith(`${from}/`)) throw new FileError('EINVAL', to, 'a folder cannot be moved into itself')
  await inTurn(root, [from, to], () =>
    atEntry(root, from, {}, async (source, oldName) => {
      if (!(await lstatEntry(source, oldName))) throw new FileError('ENOENT', from)
      if (from === to) return
      await atEntry(root, to, { make: { durable: true } }, async (target, newName) => {
        await renameEntry(source.at(oldName), target.at(newName))
        await target.sync()
      })
      await source.sync()
    }),
  )
}

async function remove(root: Root, path: string, recursive: boolean): Promise<void> {
  if (path === '') throw new FileError('EINVAL', '', 'the root folder cannot be removed')
  await inTurn(root, [path], () =>
    atEntry(root, path, {}, async (folder, name) => {
      const stats = await lstatEntry(folder, name)
      if (!stats) throw new FileError('ENOENT', path)
      if (!stats.isDirectory()) await unlink(folder.at(name))
      else if (recursive) await removeTree(root, folder, name)
      else await rmdir(folder.at(name))
      await folder.sync()
    }),
  )
}

function checkRange(path: string, offset: number, length: number): void {
  const valid = Number.isSafeInteger(offset) && offset >= 0 && length >= 0
  if (!valid || !(Number.isSafeInteger(length) || length === Infinity)) {
    throw new FileError('EINVAL', path, 'offset and length are whole numbers from 0')
  }
}
