/** What an archive may cost: counted while it is unpacked, since what it says of itself may be a lie. */
import { badRequest, tooLarge } from '../../errors.ts'
import { clean, FileError } from '../../files/index.ts'

export interface ArchiveLimits {
  /** Bytes of the archive itself. */
  archiveBytes: number
  files: number
  /** Bytes of one file, unpacked. */
  fileBytes: number
  /** Bytes of everything, unpacked. */
  totalBytes: number
  /** Unpacked bytes for each byte of the archive; counts from `RATIO_FLOOR` on. */
  ratio: number
}

export const ARCHIVE_LIMITS: ArchiveLimits = {
  archiveBytes: 20 << 20,
  files: 2000,
  fileBytes: 10 << 20,
  totalBytes: 50 << 20,
  ratio: 100,
}

/** A few repetitive text files compress well without being a bomb. */
const RATIO_FLOOR = 1 << 20

/** Counts one archive; every method throws 413 when a limit is passed. */
export class ArchiveBudget {
  readonly #limits: ArchiveLimits
  readonly #ratioBytes: number
  #files = 0
  #bytes = 0

  constructor(archiveBytes: number, limits = ARCHIVE_LIMITS) {
    if (archiveBytes > limits.archiveBytes) {
      throw tooLarge(`archive too large: at most ${megabytes(limits.archiveBytes)} MB`)
    }
    this.#limits = limits
    this.#ratioBytes = Math.max(RATIO_FLOOR, archiveBytes * limits.ratio)
  }

  /** One more file. */
  file(): void {
    if (++this.#files > this.#limits.files) throw tooLarge(`too many files in archive: at most ${this.#limits.files}`)
  }

  /** The size of one file, as far as it is known. */
  size(path: string, bytes: number): void {
    const { fileBytes } = this.#limits
    if (bytes > fileBytes) throw tooLarge(`file too large in archive: ${path} has over ${megabytes(fileBytes)} MB`)
  }

  /** Bytes that came out of the archive. */
  inflated(bytes: number): void {
    const { totalBytes, ratio } = this.#limits
    this.#bytes += bytes
    if (this.#bytes > totalBytes) throw tooLarge(`archive too large unpacked: at most ${megabytes(totalBytes)} MB`)
    if (this.#bytes > this.#ratioBytes) throw tooLarge(`archive unpacks to over ${ratio} times its size`)
  }
}

/** An entry's path, cleaned; 400 for one that is absolute, leaves the archive or could not be created everywhere. */
export function entryPath(name: string): string {
  try {
    const path = clean(name)
    if (path !== '') return path
  } catch (error) {
    if (error instanceof FileError) throw badRequest(`invalid archive entry path: ${error.path} (${error.detail})`)
    throw error
  }
  throw badRequest('invalid archive entry path: it is empty')
}

/** 400: what is neither a file nor a folder would lead elsewhere or mean nothing here. */
export function refuseLink(path: string): never {
  throw badRequest(`archive holds a link or a device: ${path}; only files and folders can be imported`)
}

const megabytes = (bytes: number) => Math.round(bytes / (1 << 20))
