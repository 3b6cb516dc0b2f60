/** The `files` port in a Durable Object: names and small contents in its SQLite, large contents in R2. */
import { migrate } from '../../src/db/index.ts'
import { clean, contained, FileError, type FileStat, type Files, type WriteOptions } from '../../src/files/index.ts'
import type { Database } from '../../src/platform.ts'
import { Contents } from './files-contents.ts'
import {
  type Content,
  contentsBelow,
  deleteRows,
  fileRow,
  filesMigrations,
  findRow,
  isEmptyFolder,
  makeFolders,
  makeParents,
  missing,
  moveRows,
  putFile,
  rowsOf,
  toStat,
} from './files-tables.ts'

export { filesMigrations }

/** A whole file in memory at once; an object has 128 MB for everything. */
const MAX_READ_BYTES = 64 * 1024 * 1024

export interface SqlFilesOptions {
  /** Takes contents over 8 MB; without it they stay in SQLite. */
  bucket?: R2Bucket
  /** Put before the object names in the bucket; unique to the gateway where several share a bucket. */
  prefix?: string
}

export type SqlFiles = Files & {
  readonly root: undefined
  /** True while replaced or half-written contents wait for `sweep`: set the alarm. */
  hasTrash(): boolean
  /** Deletes what waits and is not in use; for the alarm. Rejects when R2 does, and goes on there the next time. */
  sweep(): Promise<void>
}

const encoder = new TextEncoder()

/**
 * Opens the files of a gateway and makes their tables. Open one per instance of the object: another one would take the
 * running writes of the first for leftovers of a crash.
 */
export function openSqlFiles(db: Database, options: SqlFilesOptions = {}): SqlFiles {
  migrate(db, [filesMigrations])
  const contents = new Contents(db, options.bucket, options.prefix ?? '')
  const known = (path: string) => contained(path).normalize('NFC')

  return {
    root: undefined,
    hasTrash: () => contents.hasTrash(),
    sweep: () => contents.sweep(),

    async stat(path) {
      const target = known(path)
      if (target === '') return { path: '', kind: 'dir', size: 0, mtime: 0, version: 'd-0' }
      const row = findRow(db, target)
      return row ? toStat(row) : null
    },

    async read(path, offset, length) {
      const row = fileRow(db, known(path))
      const [start, end] = range(row.path, row.size, offset, length)
      if (end - start > MAX_READ_BYTES) {
        throw new FileError('EFBIG', row.path, 'file too large to read at once; read a part of it')
      }
      return contents.read(row, start, end, row.path)
    },

    async stream(path, offset, length) {
      const row = fileRow(db, known(path))
      const [start, end] = range(row.path, row.size, offset, length)
      return contents.stream(row, start, end, row.path)
    },

    async write(path, data, options = {}) {
      try {
        const target = clean(path)
        const bytes = typeof data === 'string' ? encoder.encode(data) : data
        if (bytes instanceof Uint8Array && !contents.spills(bytes.length)) {
          return db.transaction(() => name(target, contents.store(bytes), options))
        }
        checkWrite(target, options)
        const stream = bytes instanceof Uint8Array ? streamOf(bytes) : bytes
        return await contents.storeStream(stream, (content) => name(target, content, options))
      } catch (error) {
        if (data instanceof ReadableStream && !data.locked) await data.cancel(error).catch(() => undefined)
        throw error
      }
    },

    bytes: async () => db.query<{ bytes: number }>('SELECT coalesce(sum(size), 0) AS bytes FROM file')[0]!.bytes,

    async append(path, data) {
      const target = clean(path)
      const bytes = typeof data === 'string' ? encoder.encode(data) : data
      return db.transaction(() => {
        const row = target === '' ? undefined : findRow(db, target)
        if (row?.dir !== 0) return name(target, contents.store(bytes), {})
        return toStat(putFile(db, target, contents.append(row, bytes), Date.now()))
      })
    },

    async *list(path, options = {}) {
      const target = known(path)
      const row = target === '' ? undefined : findRow(db, target)
      if (row?.dir === 0) throw new FileError('ENOTDIR', target)
      if (!row && target !== '') throw missing(db, target)
      for (const entry of rowsOf(db, target, options.recursive ?? false)) yield toStat(entry)
    },

    async mkdir(path) {
      const target = clean(path)
      db.transaction(() => makeFolders(db, target, Date.now()))
    },

    async rename(from, to) {
      const source = known(from)
      const target = clean(to)
      if (source === '' || target === '') {
        throw new FileError('EINVAL', '', 'the root folder cannot be moved or replaced')
      }
      if (target.startsWith(`${source}/`)) throw new FileError('EINVAL', target, 'a folder cannot be moved into itself')
      db.transaction(() => {
        const row = findRow(db, source)
        if (!row) throw missing(db, source)
        if (source === target) return
        const inTheWay = findRow(db, target)
        if (inTheWay?.dir === 1 && row.dir === 0) throw new FileError('EISDIR', target)
        if (inTheWay?.dir === 0 && row.dir === 1) throw new FileError('ENOTDIR', target)
        if (inTheWay?.dir === 1 && !isEmptyFolder(db, target)) throw new FileError('ENOTEMPTY', target)
        if (inTheWay?.dir === 0) contents.drop(inTheWay)
        deleteRows(db, target)
        makeParents(db, target, Date.now())
        moveRows(db, source, target)
      })
    },

    async remove(path, options = {}) {
      const target = known(path)
      if (target === '') throw new FileError('EINVAL', '', 'the root folder cannot be removed')
      db.transaction(() => {
        const row = findRow(db, target)
        if (!row) throw missing(db, target)
        if (row.dir === 1 && !options.recursive && !isEmptyFolder(db, target)) throw new FileError('ENOTEMPTY', target)
        if (row.dir === 0) contents.drop(row)
        else for (const content of contentsBelow(db, target)) contents.drop(content)
        deleteRows(db, target)
      })
    },
  }

  /** Gives a content its name, in the running transaction, and drops the one it had. */
  function name(path: string, content: Content, options: WriteOptions): FileStat {
    const old = checkWrite(path, options)
    makeParents(db, path, Date.now())
    if (old) contents.drop(old)
    return toStat(putFile(db, path, content, Date.now()))
  }

  /** The file to be replaced, if there is one. Refuses folders, and other versions than the caller knows. */
  function checkWrite(path: string, { ifVersion }: WriteOptions): Content | undefined {
    const row = path === '' ? undefined : findRow(db, path)
    if (row?.dir === 1 || path === '') throw new FileError('EISDIR', path)
    if (ifVersion === null && row) throw new FileError('EEXIST', path)
    if (typeof ifVersion === 'string' && (!row || toStat(row).version !== ifVersion)) {
      throw new FileError('ESTALE', path)
    }
    return row
  }
}

/** The part of the file that a caller asked for; short at the end. */
function range(path: string, size: number, offset = 0, length = Infinity): [start: number, end: number] {
  const valid = Number.isSafeInteger(offset) && offset >= 0 && length >= 0
  if (!valid || !(Number.isSafeInteger(length) || length === Infinity)) {
    throw new FileError('EINVAL', path, 'offset and length are whole numbers from 0')
  }
  const start = Math.min(offset, size)
  return [start, Math.min(size, start + length)]
}

function streamOf(bytes: Uint8Array): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      controller.enqueue(bytes)
      controller.close()
    },
  })
}
