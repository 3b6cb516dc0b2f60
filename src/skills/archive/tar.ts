/**
 * Reads tar archives as they stream in: ustar with its name prefix, pax and GNU long names. Names come out as the
 * archive has them, so that unsafe ones can be refused; a library that cleans them silently would put files where
 * nobody expects them.
 */
import { badRequest, GatewayError } from '../../errors.ts'
import { ByteReader } from './byte-reader.ts'
import type { ArchiveEntry } from './entries.ts'
import { type ArchiveBudget, entryPath, refuseLink } from './limits.ts'
import { longName, parseHeader, paxFields, type TarHeader } from './tar-header.ts'

const BLOCK = 512
/** Names and attributes of one entry. */
const MAX_EXTENSION = 64 << 10

/** The files of a tar archive, gzipped or not. */
export async function* tarEntries(
  archive: Blob,
  budget: ArchiveBudget,
  gzipped: boolean,
): AsyncGenerator<ArchiveEntry> {
  const reader = new ByteReader(unzipped(archive, gzipped), (bytes) => budget.inflated(bytes))
  try {
    for (let header = await nextHeader(reader); header; header = await nextHeader(reader)) {
      const { name, size, type } = header
      if (type === 'folder') {
        await pass(reader, size)
        continue
      }
      const path = entryPath(name)
      if (type === 'other') refuseLink(path)
      budget.file()
      budget.size(path, size)
      const data = await take(reader, size)
      yield { path, data }
    }
  } catch (error) {
    throw error instanceof GatewayError ? error : damaged(error)
  } finally {
    await reader.close()
  }
}

/** The next entry with its real name and size; null at the end of the archive. */
async function nextHeader(reader: ByteReader): Promise<TarHeader | null> {
  const given: { name?: string; size?: number } = {}
  for (;;) {
    const block = await reader.read(BLOCK)
    // Two empty blocks end an archive; some writers forget them.
    if (block.byteLength === 0 || (block.byteLength === BLOCK && block.every((byte) => byte === 0))) return null
    const header = block.byteLength === BLOCK ? parseHeader(block) : null
    if (!header) throw damaged()
    switch (header.type) {
      case 'pax': {
        const { path, size } = paxFields(await extension(reader, header))
        if (path !== undefined) given.name = path
        if (size !== undefined) given.size = Number(size)
        break
      }
      case 'long name':
        given.name = longName(await extension(reader, header))
        break
      case 'ignored':
        await pass(reader, header.size)
        break
      default: {
        const size = given.size ?? header.size
        if (!Number.isSafeInteger(size) || size < 0) throw damaged()
        return { type: header.type, size, name: given.name ?? header.name }
      }
    }
  }
}

async function extension(reader: ByteReader, { size }: TarHeader): Promise<Uint8Array> {
  if (size > MAX_EXTENSION) throw damaged()
  return take(reader, size)
}

/** The content of an entry, and past the padding that follows it. */
async function take(reader: ByteReader, size: number): Promise<Uint8Array> {
  const data = await reader.read(size)
  if (data.byteLength < size) throw damaged()
  await reader.skip(padding(size))
  return data
}

async function pass(reader: ByteReader, size: number): Promise<void> {
  if ((await reader.skip(size)) < size) throw damaged()
  await reader.skip(padding(size))
}

const padding = (size: number) => (BLOCK - (size % BLOCK)) % BLOCK

function unzipped(archive: Blob, gzipped: boolean): ReadableStream<Uint8Array> {
  const bytes = archive.stream() as ReadableStream<Uint8Array<ArrayBuffer>>
  return gzipped ? bytes.pipeThrough(new DecompressionStream('gzip')) : bytes
}

const damaged = (cause?: unknown) => badRequest('broken archive: it is damaged or no tar file', { cause })
