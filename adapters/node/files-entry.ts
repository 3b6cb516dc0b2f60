/** Stat, open and read one entry of a contained tree. */
import { type BigIntStats, constants } from 'node:fs'
import { type FileHandle, lstat, open } from 'node:fs/promises'
import { FileError, type FileStat } from '../../src/files/index.ts'
import { fileError } from './files-errors.ts'
import { atEntry, type FolderOptions, type OpenFolder, type Root } from './files-walk.ts'

/** One read of a stream. */
const STREAM_BYTES = 128 * 1024
/** Node's limit on one read; larger files are streamed. */
const MAX_READ_BYTES = 2 ** 31 - 1

const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants

/** A `FileStat` of the system's facts; refuses what is neither file nor folder. */
export function fileStat(path: string, stats: BigIntStats): FileStat {
  const mtime = Number(stats.mtimeNs / 1000n) / 1000
  const version = `${stats.ino.toString(36)}-${stats.size.toString(36)}-${stats.mtimeNs.toString(36)}`
  if (stats.isDirectory()) return { path, kind: 'dir', size: 0, mtime, version }
  if (!stats.isFile()) throw new FileError('EINVAL', path, 'not a regular file')
  return { path, kind: 'file', size: Number(stats.size), mtime, version }
}

/** Facts of a name in an open folder, without following a link; null when there is no such name. */
export async function lstatEntry(folder: OpenFolder, name: string): Promise<BigIntStats | null> {
  try {
    return await lstat(folder.at(name), { bigint: true })
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  }
}

/** The entry at a contained path, links inside followed. `ENOENT` when missing. */
export function statEntry(root: Root, path: string): Promise<FileStat> {
  return atEntry(root, path, { follow: true }, async (folder, name) => {
    const stats = await lstat(folder.at(name), { bigint: true })
    if (stats.isSymbolicLink()) throw linkMet()
    return fileStat(path, stats)
  })
}

/** Opens a regular file, links inside followed; never blocks on a FIFO. Close the handle. */
export function openFile(
  root: Root,
  path: string,
  flags: number = O_RDONLY,
  options: FolderOptions = {},
): Promise<{ handle: FileHandle; stat: FileStat }> {
  return atEntry(root, path, { ...options, follow: true }, async (folder, name) => {
    const before = root.descriptors ? null : await lstatEntry(folder, name)
    if (before?.isSymbolicLink()) throw linkMet()
    const handle = await open(folder.at(name), flags | O_NOFOLLOW | O_NONBLOCK, 0o600)
    try {
      const stats = await handle.stat({ bigint: true })
      if (before && (before.dev !== stats.dev || before.ino !== stats.ino)) throw new FileError('EACCES', path)
      if (stats.isDirectory()) throw new FileError('EISDIR', path)
      return { handle, stat: fileStat(path, stats) }
    } catch (error) {
      await handle.close()
      throw error
    }
  })
}

/** Reads a range that was checked; short at the end of the file. */
export async function readRange(root: Root, path: string, offset: number, length: number): Promise<Uint8Array> {
  const { handle, stat } = await openFile(root, path)
  try {
    const want = Math.max(0, Math.min(length, stat.size - offset))
    if (want > MAX_READ_BYTES) throw new FileError('EFBIG', path, 'file too large to read at once; read a part of it')
    const bytes = new Uint8Array(want)
    let filled = 0
    while (filled < want) {
      const { bytesRead } = await handle.read(bytes, filled, want - filled, offset + filled)
      if (bytesRead === 0) break
      filled += bytesRead
    }
    return bytes.subarray(0, filled)
  } catch (error) {
    throw fileError(error, path)
  } finally {
    await handle.close()
  }
}

/** Streams a range that was checked, of the content and size the file has now: a later replace does not disturb it. */
export async function streamRange(
  root: Root,
  path: string,
  offset: number,
  length: number,
): Promise<ReadableStream<Uint8Array>> {
  const { handle, stat } = await openFile(root, path)
  const end = Math.min(stat.size, offset + length)
  let position = offset
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const want = Math.min(STREAM_BYTES, end - position)
          const bytes = new Uint8Array(Math.max(0, want))
          const bytesRead = want > 0 ? (await handle.read(bytes, 0, want, position)).bytesRead : 0
          position += bytesRead
          if (bytesRead > 0) controller.enqueue(bytes.subarray(0, bytesRead))
          if (bytesRead === 0 || position >= end) {
            await handle.close()
            controller.close()
          }
        } catch (error) {
          await handle.close().catch(() => undefined)
          throw fileError(error, path)
        }
      },
      cancel: () => handle.close(),
    },
    // Nothing is read before somebody asks.
    { highWaterMark: 0 },
  )
}

/** What `open` answers for a link with O_NOFOLLOW; `atEntry` follows it. */
function linkMet(): Error {
  return Object.assign(new Error('a symbolic link'), { code: 'ELOOP', syscall: 'lstat' })
}
