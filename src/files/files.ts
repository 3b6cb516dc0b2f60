/** The `files` port: a directory as POSIX-relative paths, which nothing can leave (files-and-shell.md section 2). */

export interface FileStat {
  /** Relative to the root of the `Files`, cleaned. */
  path: string
  kind: 'file' | 'dir'
  /** Bytes; 0 for a folder. */
  size: number
  /** Modification time, ms since the epoch. */
  mtime: number
  /** Changes with the content; for `ifVersion` and ETags. */
  version: string
}

export interface WriteOptions {
  /** Write only if the file still has this version; `null`: only if it does not exist. Else `ESTALE` / `EEXIST`. */
  ifVersion?: string | null
  /** False skips the fsync, for drafts and caches. Default true. */
  durable?: boolean
}

export interface ListOptions {
  recursive?: boolean
}

/**
 * Every method takes a path that `clean()` accepts and rejects with `FileError`. Symlinks that leave the root are
 * refused (`EACCES`). `write` is atomic: readers see the old content or the new one, also over a crash.
 */
export interface Files {
  /** The folder's absolute path on a real disk; undefined where there is none (edge). */
  readonly root: string | undefined
  stat(path: string): Promise<FileStat | null>
  /** A short read at the end is no error; a missing file is `ENOENT`. */
  read(path: string, offset?: number, length?: number): Promise<Uint8Array>
  stream(path: string, offset?: number, length?: number): Promise<ReadableStream<Uint8Array>>
  /** Makes parent folders. */
  write(path: string, data: Uint8Array | string | ReadableStream<Uint8Array>, options?: WriteOptions): Promise<FileStat>
  /** Makes the file and its parents when missing. */
  append(path: string, data: Uint8Array | string): Promise<FileStat>
  /** Entries sorted by path; `''` is the root. Missing folder: `ENOENT`. */
  list(path: string, options?: ListOptions): AsyncIterable<FileStat>
  mkdir(path: string): Promise<void>
  /** Replaces a file; refuses a non-empty folder. */
  rename(from: string, to: string): Promise<void>
  /** A missing path is `ENOENT`; a non-empty folder without `recursive` is `ENOTEMPTY`. */
  remove(path: string, options?: { recursive?: boolean }): Promise<void>
  /** Bytes of all files below the root, where the runtime tells without a walk over them. */
  bytes?(): Promise<number>
}

export type FileErrorCode =
  | 'ENOENT'
  | 'EEXIST'
  | 'EISDIR'
  | 'ENOTDIR'
  | 'ENOTEMPTY'
  | 'EINVAL'
  | 'EACCES'
  | 'ENAMETOOLONG'
  | 'EFBIG'
  | 'ELOOP'
  | 'ESTALE'
  | 'EIO'

const TEXT: Record<FileErrorCode, string> = {
  ENOENT: 'no such file or directory',
  EEXIST: 'file already exists',
  EISDIR: 'is a directory',
  ENOTDIR: 'not a directory',
  ENOTEMPTY: 'directory is not empty',
  EINVAL: 'invalid path',
  EACCES: 'permission denied: the path leaves its root',
  ENAMETOOLONG: 'name too long',
  EFBIG: 'file too large',
  ELOOP: 'too many symbolic links',
  ESTALE: 'the file was changed meanwhile',
  EIO: 'input/output error',
}

/** A refusal of the `files` port; its message names the relative path, never an absolute one. */
export class FileError extends Error {
  readonly code: FileErrorCode
  readonly path: string
  /** The message without code and path. */
  readonly detail: string
  constructor(code: FileErrorCode, path: string, detail: string = TEXT[code]) {
    super(`${code}: ${detail}, '${path}'`)
    this.name = 'FileError'
    this.code = code
    this.path = path
    this.detail = detail
  }
}
