/** The `files` port in memory, for tests of rooms that only need some files. */
import { clean, contained, FileError, type FileStat, type Files } from '../../src/files/index.ts'

interface Entry {
  data: Uint8Array | null
  mtime: number
  version: string
}

/** An empty root. Follows the port's promises but durability and temporary names. */
export function memoryFiles(seed: Record<string, string> = {}): Files {
  const entries = new Map<string, Entry>([['', { data: null, mtime: 0, version: '0' }]])
  let versions = 0

  const show = (path: string, { data, mtime, version }: Entry): FileStat => ({
    path,
    kind: data === null ? 'dir' : 'file',
    size: data?.byteLength ?? 0,
    mtime,
    version,
  })
  const find = (path: string): [string, Entry] => {
    const at = contained(path)
    const entry = entries.get(at)
    if (entry === undefined) throw new FileError('ENOENT', at)
    return [at, entry]
  }
  const file = (path: string): Uint8Array => {
    const [at, { data }] = find(path)
    if (data === null) throw new FileError('EISDIR', at)
    return data
  }
  const folder = (path: string) => {
    const parts = path === '' ? [] : path.split('/')
    for (let i = 1; i <= parts.length; i++) {
      const at = parts.slice(0, i).join('/')
      const entry = entries.get(at)
      if (entry === undefined) entries.set(at, { data: null, mtime: Date.now(), version: String(++versions) })
      else if (entry.data !== null) throw new FileError('ENOTDIR', at)
    }
  }
  const parent = (path: string) => path.split('/').slice(0, -1).join('/')
  const put = (path: string, data: Uint8Array): FileStat => {
    const at = clean(path)
    if (entries.get(at)?.data === null) throw new FileError('EISDIR', at)
    folder(parent(at))
    const entry = { data, mtime: Date.now(), version: String(++versions) }
    entries.set(at, entry)
    return show(at, entry)
  }
  const below = (path: string) =>
    [...entries.keys()].filter((key) => key !== '' && (path === '' || key.startsWith(`${path}/`)))

  const files: Files = {
    root: undefined,
    async stat(path) {
      const at = contained(path)
      const entry = entries.get(at)
      return entry === undefined ? null : show(at, entry)
    },
    async read(path, offset = 0, length = Number.POSITIVE_INFINITY) {
      return file(path).slice(offset, offset + length)
    },
    async stream(path, offset = 0, length = Number.POSITIVE_INFINITY) {
      return new Blob([
        file(path).slice(offset, offset + length) as Uint8Array<ArrayBuffer>,
      ]).stream() as ReadableStream<Uint8Array>
    },
    async write(path, data, options = {}) {
      const old = entries.get(clean(path))
      if (options.ifVersion === null && old !== undefined) throw new FileError('EEXIST', path)
      if (typeof options.ifVersion === 'string' && old?.version !== options.ifVersion)
        throw new FileError('ESTALE', path)
      return put(path, new Uint8Array(await new Response(data as string).arrayBuffer()))
    },
    async append(path, data) {
      const old = entries.get(clean(path))?.data ?? new Uint8Array(0)
      const more = typeof data === 'string' ? new TextEncoder().encode(data) : data
      return put(path, Uint8Array.from([...old, ...more]))
    },
    async *list(path, options = {}) {
      const [at, { data }] = find(path)
      if (data !== null) throw new FileError('ENOTDIR', at)
      for (const key of below(at).sort()) {
        if (options.recursive || parent(key) === at) yield show(key, entries.get(key)!)
      }
    },
    async mkdir(path) {
      folder(clean(path))
    },
    async rename(from, to) {
      const [source, entry] = find(from)
      const target = clean(to)
      const there = entries.get(target)
      if (there?.data === null && below(target).length > 0) throw new FileError('ENOTEMPTY', target)
      folder(parent(target))
      for (const key of below(source)) {
        entries.set(target + key.slice(source.length), entries.get(key)!)
        entries.delete(key)
      }
      entries.set(target, entry)
      entries.delete(source)
    },
    async remove(path, options = {}) {
      const [at] = find(path)
      const inside = below(at)
      if (inside.length > 0 && !options.recursive) throw new FileError('ENOTEMPTY', at)
      for (const key of [at, ...inside]) if (key !== '') entries.delete(key)
    },
  }
  for (const [path, text] of Object.entries(seed)) put(path, new TextEncoder().encode(text))
  return files
}
