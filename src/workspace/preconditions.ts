/** ETags, so that two editors of one file do not overwrite each other (RFC 9110 section 13). */
import { GatewayError } from '../errors.ts'
import { FileError, type Files, type WriteOptions } from '../files/index.ts'

/** What a request says about the version it knows: its headers `If-Match` and `If-None-Match`. */
export interface Preconditions {
  ifMatch?: string | undefined
  ifNoneMatch?: string | undefined
}

/** The preconditions of a request, from a reader of its headers. */
export function preconditionsOf(header: (name: string) => string | undefined): Preconditions {
  return { ifMatch: header('if-match'), ifNoneMatch: header('if-none-match') }
}

/** The ETag of a file's version (`FileStat.version`). */
export const etag = (version: string): string => `"${version}"`

/** Whether a list of ETags (or `*`) names the version; a missing file (null) matches nothing. Missing quotes are forgiven. */
export function names(list: string, version: string | null): boolean {
  if (version === null) return false
  return list.split(',').some((tag) => {
    const plain = tag.trim().replace(/^W\//, '')
    return plain === '*' || plain.replace(/^"(.*)"$/, '$1') === version
  })
}

/** What the file's version must be for a write or a removal to count; 412 when the preconditions fail already. */
export async function expectation(files: Files, path: string, conditions: Preconditions): Promise<WriteOptions> {
  const { ifMatch, ifNoneMatch } = conditions
  if (ifMatch === undefined && ifNoneMatch === undefined) return {}
  const version = (await files.stat(path))?.version ?? null
  if (ifMatch !== undefined && !names(ifMatch, version)) throw stale(path, version)
  if (ifNoneMatch !== undefined && names(ifNoneMatch, version)) throw stale(path, version)
  return { ifVersion: version }
}

/** Runs a write; somebody who came between the look and the write is 412 too. */
export async function unlessStale<T>(path: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write()
  } catch (error) {
    if (error instanceof FileError && (error.code === 'ESTALE' || error.code === 'EEXIST')) throw stale(path, null)
    throw error
  }
}

function stale(path: string, version: string | null): GatewayError {
  const message = `'${path}' is not at the version you know: read it again and repeat your change`
  return new GatewayError(412, 'stale', message, version === null ? {} : { headers: { ETag: etag(version) } })
}
