/** Reads zip archives with JSZip, which inflates without limits of its own: here every chunk is counted. */
import type { JSZipObject } from 'jszip'
import { badRequest, type GatewayError } from '../../errors.ts'
import type { ArchiveEntry } from './entries.ts'
import { type ArchiveBudget, entryPath, refuseLink } from './limits.ts'

/** The file type in a Unix mode, and the only one taken. */
const FILE_TYPE = 0o170000
const REGULAR = 0o100000

/** The files of a zip archive. */
export async function* zipEntries(archive: Blob, budget: ArchiveBudget): AsyncGenerator<ArchiveEntry> {
  const { default: JSZip } = await import('jszip')
  const zip = await JSZip.loadAsync(await archive.arrayBuffer()).catch((cause: unknown) => {
    throw damaged(cause)
  })
  const files = Object.values(zip.files).filter((file) => !file.dir)
  // All names are known before anything is inflated.
  const paths = files.map((file) => {
    budget.file()
    return checkedPath(file)
  })
  for (const [i, file] of files.entries()) yield { path: paths[i]!, data: await inflate(file, paths[i]!, budget) }
}

function checkedPath(file: JSZipObject): string {
  // JSZip resolves `..` in names; we look at what the archive really says. Windows writes backslashes.
  const path = entryPath((file.unsafeOriginalName ?? file.name).replaceAll('\\', '/'))
  const type = Number(file.unixPermissions ?? 0) & FILE_TYPE
  return type === 0 || type === REGULAR ? path : refuseLink(path)
}

/** The public type of JSZip 3.10 leaves out what its documentation has. */
interface ChunkStream {
  on(event: 'data', listener: (chunk: Uint8Array) => void): ChunkStream
  on(event: 'error', listener: (error: Error) => void): ChunkStream
  on(event: 'end', listener: () => void): ChunkStream
  resume(): ChunkStream
  pause(): ChunkStream
}

function inflate(file: JSZipObject, path: string, budget: ArchiveBudget): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = []
    let size = 0
    let stopped = false
    const stream = (file as unknown as { internalStream(type: 'uint8array'): ChunkStream }).internalStream('uint8array')
    stream
      .on('data', (chunk) => {
        // What was inflated before the stream took notice still comes.
        if (stopped) return
        size += chunk.byteLength
        try {
          budget.size(path, size)
          budget.inflated(chunk.byteLength)
          chunks.push(chunk)
        } catch (error) {
          stopped = true
          stream.pause()
          reject(error)
        }
      })
      .on('error', (error) => reject(damaged(error)))
      .on('end', () => resolve(joined(chunks, size)))
      .resume()
  })
}

function joined(chunks: readonly Uint8Array[], size: number): Uint8Array {
  const whole = new Uint8Array(size)
  let at = 0
  for (const chunk of chunks) {
    whole.set(chunk, at)
    at += chunk.byteLength
  }
  return whole
}

function damaged(cause: unknown): GatewayError {
  const why = /encrypted/i.test(String(cause)) ? 'it is encrypted' : 'it is damaged or no zip file'
  return badRequest(`broken archive: ${why}`, { cause })
}
