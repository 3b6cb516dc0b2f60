/** Reading a backup: entry by entry in bounded memory, each held against the manifest. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { type BackupManifest, homePath, MANIFEST, manifestSchema } from '../../src/backup/index.ts'
import { GatewayError, messageOf } from '../../src/errors.ts'

/** What an archive was found to hold at a path. */
interface Found {
  kind: 'file' | 'dir'
  size: number
  sha256: string
}

/** Takes the content of a file as it comes by; must read it to its end. */
export type EntryReader = (path: string, content: AsyncIterable<Uint8Array>) => Promise<void>

/** A manifest of a million files is larger than any home has. */
const MANIFEST_LIMIT = 256 * 1024 * 1024

/**
 * Reads the whole archive and throws `GatewayError` unless every entry of the manifest is there with its size and
 * checksum, once, and nothing else is. `each` sees the content of every file on the way.
 */
export async function verifyBackup(file: string, each: EntryReader = drained): Promise<BackupManifest> {
  await refuseOthers(file)
  const found = new Map<string, Found>()
  let manifest: BackupManifest | undefined
  await entries(file, async ({ name, type }, content) => {
    if (name === MANIFEST) {
      manifest = await readManifest(content)
      return
    }
    const path = homePath(name)
    if (path === null)
      throw damaged(`it holds the entry ${JSON.stringify(name.slice(0, 200))}, which leads out of the home`)
    if (type !== 'file' && type !== 'directory') throw damaged(`${path} is a link or a device`)
    if (found.has(path)) throw damaged(`it holds ${path} twice`)
    if (type === 'directory') {
      found.set(path, { kind: 'dir', size: 0, sha256: '' })
      return
    }
    const hash = createHash('sha256')
    let size = 0
    await each(
      path,
      seen(content, (chunk) => {
        hash.update(chunk)
        size += chunk.byteLength
      }),
    )
    found.set(path, { kind: 'file', size, sha256: hash.digest('hex') })
  })
  if (!manifest) throw damaged('its manifest is missing, so its end is')
  compare(manifest, found)
  return manifest
}

function compare({ entries }: BackupManifest, found: Map<string, Found>): void {
  for (const { path, kind, size, sha256 } of entries) {
    const there = found.get(path)
    if (!there) throw damaged(`${path} is missing`)
    if (there.kind !== kind || there.size !== size || there.sha256 !== sha256) {
      throw damaged(`${path} is not what the manifest says`)
    }
    found.delete(path)
  }
  for (const path of found.keys()) throw damaged(`${path} is not in its manifest`)
}

type Header = { name: string; type: string }

async function entries(file: string, each: (header: Header, content: Readable) => Promise<void>): Promise<void> {
  const { default: tar } = await import('tar-stream')
  const extract = tar.extract()
  let failure: unknown
  extract.on('entry', (headers, content, next) => {
    each({ name: headers.name, type: headers.type ?? 'file' }, content).then(
      () => {
        content.resume()
        next()
      },
      (error: unknown) => {
        failure = error
        extract.destroy(error instanceof Error ? error : new Error(String(error)))
      },
    )
  })
  try {
    await pipeline(createReadStream(file), createGunzip(), extract)
  } catch (error) {
    const cause = failure ?? error
    if (cause instanceof GatewayError || (cause as NodeJS.ErrnoException).syscall) throw cause
    throw damaged(messageOf(cause))
  }
}

async function readManifest(content: AsyncIterable<Uint8Array>): Promise<BackupManifest> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of content) {
    size += chunk.byteLength
    if (size > MANIFEST_LIMIT) throw damaged('its manifest is too large')
    chunks.push(chunk)
  }
  let value: unknown
  try {
    value = JSON.parse(Buffer.concat(chunks).toString('utf8'))
  } catch {
    throw damaged('its manifest is not JSON')
  }
  const parsed = manifestSchema.safeParse(value)
  if (!parsed.success) {
    const { path, message } = parsed.error.issues[0]!
    throw damaged(`its manifest is not one (${path.join('.')}: ${message})`)
  }
  return parsed.data
}

/** By its first bytes: gzip, or what people may have at hand instead. */
async function refuseOthers(file: string): Promise<void> {
  const handle = await open(file, 'r').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') throw new GatewayError(404, 'not_found', `There is no file ${file}.`)
    throw cause
  })
  const head = Buffer.alloc(4)
  await handle.read(head, 0, 4, 0).finally(() => handle.close())
  if (head[0] === 0x1f && head[1] === 0x8b) return
  if (head.toString('latin1', 0, 2) === 'PK') {
    const text =
      'This is a zip archive, as the earlier program made them. Unpack it into a folder, then: clawgo migrate --from <folder>'
    throw new GatewayError(400, 'not_a_backup', text)
  }
  throw new GatewayError(400, 'not_a_backup', 'This is no backup: `clawgo backup` makes .tar.gz files.')
}

async function* seen(content: AsyncIterable<Uint8Array>, look: (chunk: Uint8Array) => void) {
  for await (const chunk of content) {
    look(chunk)
    yield chunk
  }
}

async function drained(_path: string, content: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const _ of content);
}

function damaged(why: string): GatewayError {
  return new GatewayError(400, 'damaged', `The backup cannot be used: ${why}.`)
}
