/** System errors as `FileError`s: the relative path instead of the absolute one, and words a person can act on. */
import { FileError, type FileErrorCode } from '../../src/files/index.ts'

const SAME = new Set<string>([
  'ENOENT',
  'EEXIST',
  'EISDIR',
  'ENOTDIR',
  'ENOTEMPTY',
  'EINVAL',
  'ENAMETOOLONG',
  'EFBIG',
  'ELOOP',
] satisfies FileErrorCode[])

const OTHER: Record<string, [code: FileErrorCode, detail: string]> = {
  EACCES: ['EACCES', 'permission denied by the system'],
  EPERM: ['EACCES', 'operation not permitted by the system'],
  EROFS: ['EACCES', 'the disk is read-only'],
  ENOSPC: ['EIO', 'no space left on the disk'],
  EDQUOT: ['EIO', 'the disk quota is used up'],
  EMFILE: ['EIO', 'too many open files'],
  ENFILE: ['EIO', 'too many open files'],
  EXDEV: ['EIO', 'cannot be moved to another disk'],
  ENXIO: ['EINVAL', 'not a regular file'],
}

/** The code of a system error (`ENOENT`, ...); undefined for anything else. */
export function systemCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || error instanceof FileError) return undefined
  return 'code' in error && 'syscall' in error && typeof error.code === 'string' ? error.code : undefined
}

/** Turns a system error into a `FileError` about `path`; anything else comes back as it is. */
export function fileError(error: unknown, path: string): unknown {
  const code = systemCode(error)
  if (code === undefined) return error
  if (SAME.has(code)) return new FileError(code as FileErrorCode, path)
  const [known, detail] = OTHER[code] ?? ['EIO' as const, `input/output error (${code})`]
  return new FileError(known, path, detail)
}

/** Runs `work`; its system errors become `FileError`s about `path`. */
export async function about<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw fileError(error, path)
  }
}
