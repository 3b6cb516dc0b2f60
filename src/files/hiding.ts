/** A `Files` in which one folder is not there: the gateway's home, where a workspace contains it. */
import { FileError, type Files } from './files.ts'
import { contained } from './path.ts'

/** A view without `path` and what is below it: it is missing for readers, and cannot be written to, moved or removed. */
export function hiding(files: Files, path: string): Files {
  const hidden = contained(path)
  const isHidden = (p: string) => p === hidden || p.startsWith(`${hidden}/`)
  /** A link may lead there under another name; where paths are real, the port's own root check does not know of it. */
  function open(p: string): string {
    const clean = contained(p)
    if (isHidden(clean)) throw new FileError('EACCES', clean, 'that folder belongs to the gateway')
    return clean
  }
  /** Whoever moves or removes a folder above it would take it along. */
  function movable(p: string): string {
    const clean = open(p)
    if (hidden.startsWith(`${clean}/`)) throw new FileError('EACCES', clean, 'it holds a folder of the gateway')
    return clean
  }
  return {
    root: files.root,
    stat: async (p) => (isHidden(contained(p)) ? null : files.stat(p)),
    read: async (p, offset, length) => files.read(open(p), offset, length),
    stream: async (p, offset, length) => files.stream(open(p), offset, length),
    write: async (p, data, options) => files.write(open(p), data, options),
    append: async (p, data) => files.append(open(p), data),
    async *list(p, options) {
      for await (const stat of files.list(open(p), options)) if (!isHidden(stat.path)) yield stat
    },
    mkdir: async (p) => files.mkdir(open(p)),
    rename: async (from, to) => files.rename(movable(from), movable(to)),
    remove: async (p, options) => files.remove(movable(p), options),
  }
}
