/** The files of an uploaded archive, one after the other. */
import { badRequest } from '../../errors.ts'
import { ArchiveBudget, type ArchiveLimits } from './limits.ts'
import { tarEntries } from './tar.ts'
import { zipEntries } from './zip.ts'

/** A file of an archive. */
export interface ArchiveEntry {
  /** Cleaned, relative to the archive's root. */
  path: string
  data: Uint8Array
}

/** What computers put into archives for themselves. */
const LITTER = /(?:^|\/)(?:__MACOSX(?:\/|$)|\.DS_Store$|\._[^/]*$)/

const FORMAT = /\.(zip|tar\.gz|tgz|tar)$/i

/** The name of an archive without its ending; 400 for an ending that is not supported. */
export function archiveBaseName(fileName: string): string {
  if (!FORMAT.test(fileName)) throw badRequest(`unsupported archive format: ${fileName.slice(0, 200)}`)
  return fileName.replace(FORMAT, '')
}

/**
 * The files of a `.zip`, `.tar`, `.tar.gz` or `.tgz`, as its name says. Never more than one of them is in memory.
 * Throws 400 for a broken archive, an unsafe name or a link, 413 when a limit is passed.
 */
export async function* archiveEntries(
  fileName: string,
  archive: Blob,
  limits?: ArchiveLimits,
): AsyncGenerator<ArchiveEntry> {
  const format = FORMAT.exec(fileName)?.[1]?.toLowerCase()
  const budget = new ArchiveBudget(archive.size, limits)
  const entries = format === 'zip' ? zipEntries(archive, budget) : tarEntries(archive, budget, format !== 'tar')
  for await (const entry of entries) if (!LITTER.test(entry.path)) yield entry
}
