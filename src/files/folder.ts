/** A folder of a `Files` as a `Files` of its own. */
import { FileError, type FileStat, type Files } from './files.ts'
import { contained, joinPath } from './path.ts'

/**
 * A view of the folder `path`: paths in, out and in errors are relative to it, and `..` cannot leave it. The folder
 * need not exist yet; writing makes it. A symbolic link inside may still lead to elsewhere in the outer root.
 */
export function folder(files: Files, path: string): Files {
  const base = contained(path)
  if (base === '') return files
  const inner = (full: string) =>
    full === base ? '' : full.startsWith(`${base}/`) ? full.slice(base.length + 1) : full
  const outer = (relative: string) => joinPath(base, contained(relative))
  const stated = (stat: FileStat): FileStat => ({ ...stat, path: inner(stat.path) })
  const rebased = (error: unknown) =>
    error instanceof FileError ? new FileError(error.code, inner(error.path), error.detail) : error

  async function within<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      throw rebased(error)
    }
  }
  /** The view's own root stays where it is: only its content can be moved or removed. */
  function movable(relative: string): string {
    const full = outer(relative)
    if (full === base) throw new FileError('EINVAL', '', 'the root folder cannot be moved or removed')
    return full
  }

  return {
    root: files.root === undefined ? undefined : joinPath(files.root, base),
    stat: (p) =>
      within(async () => {
        const stat = await files.stat(outer(p))
        return stat && stated(stat)
      }),
    read: (p, offset, length) => within(async () => files.read(outer(p), offset, length)),
    stream: (p, offset, length) => within(async () => files.stream(outer(p), offset, length)),
    write: (p, data, options) => within(async () => stated(await files.write(outer(p), data, options))),
    append: (p, data) => within(async () => stated(await files.append(outer(p), data))),
    async *list(p, options) {
      try {
        for await (const stat of files.list(outer(p), options)) yield stated(stat)
      } catch (error) {
        throw rebased(error)
      }
    },
    mkdir: (p) => within(async () => files.mkdir(outer(p))),
    rename: (from, to) => within(async () => files.rename(movable(from), movable(to))),
    remove: (p, options) => within(async () => files.remove(movable(p), options)),
  }
}
