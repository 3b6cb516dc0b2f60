/** One file from the earlier home to this one: copied when missing, never over another. */
import { FileError, type FileStat, type Files } from '../files/index.ts'
import type { OldHome, Sha256 } from './old-home.ts'
import type { ImportItem, ItemStatus } from './tables.ts'

export type Copied = Pick<ImportItem, 'status' | 'sha256' | 'note'>

/** Copies `stat.path` of `from` to `path` of `to`. Never throws for what is wrong with a file: the note says it. */
export async function copyFile(source: OldHome, from: Files, stat: FileStat, to: Files, path: string): Promise<Copied> {
  try {
    const there = await to.stat(path)
    if (there) return await compared(source, from, stat, to, there)
    const sha = source.sha256()
    await to.write(path, (await from.stream(stat.path)).pipeThrough(through(sha)), { ifVersion: null })
    return { status: 'copied', sha256: sha.hex(), note: null }
  } catch (error) {
    if (!(error instanceof FileError)) throw error
    if (error.code === 'EEXIST') return conflict(null)
    const named = error.code === 'EINVAL' || error.code === 'ENAMETOOLONG'
    return { status: named ? 'skipped' : 'failed', sha256: null, note: error.detail }
  }
}

/** The checksum of a file where it is. */
export async function hashFile(source: OldHome, files: Files, path: string): Promise<string> {
  const sha = source.sha256()
  for await (const chunk of await files.stream(path)) sha.update(chunk)
  return sha.hex()
}

async function compared(source: OldHome, from: Files, stat: FileStat, to: Files, there: FileStat): Promise<Copied> {
  const sha256 = await hashFile(source, from, stat.path)
  const same = there.kind === 'file' && there.size === stat.size && (await hashFile(source, to, there.path)) === sha256
  return same ? { status: 'present' satisfies ItemStatus, sha256, note: null } : conflict(sha256)
}

function conflict(sha256: string | null): Copied {
  return { status: 'conflict', sha256, note: 'this home has another file of this name, which was kept' }
}

function through(sha: Sha256): TransformStream<Uint8Array, Uint8Array> {
  return new TransformStream({
    transform(chunk, controller) {
      sha.update(chunk)
      controller.enqueue(chunk)
    },
  })
}
