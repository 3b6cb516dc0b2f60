/** Writing a backup: one `.tar.gz` of the home, streamed, read back before it has its name. */
import { createHash } from 'node:crypto'
import { constants, createWriteStream, existsSync } from 'node:fs'
import { type FileHandle, link, mkdir, open, readFile, rm } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import type { Pack } from 'tar-stream'
import * as z from 'zod'
import { type BackupEntry, type BackupManifest, entryName, MANIFEST } from '../../src/backup/index.ts'
import { GatewayError } from '../../src/errors.ts'
import { insideHome, planBackup } from './backup-plan.ts'
import { verifyBackup } from './backup-read.ts'
import { copyDatabase } from './database-copy.ts'
import { workspaceSetting } from './migrate-source.ts'
import { pathFrom, workspacePath } from './platform.ts'

export interface BackupOptions {
  /** The home; a gateway may run on it. */
  home: string
  /** The config's name in the home; default `config.json`. */
  configFile?: string
  /** The archive; must not exist yet. Its folder is made. */
  file: string
  /** Take the logs along. */
  logs: boolean
  version: string
}

const DATABASE = 'gateway.db'
/** Up to this a file is read in one go, so that what is written into it meanwhile does not tear it. */
const SMALL = 8 * 1024 * 1024

/**
 * Writes the backup and returns its manifest. The database is a copy of one moment, also while a gateway runs; it is taken
 * first, so that the files it speaks of are there. Throws `GatewayError` and leaves no file when anything fails.
 */
export async function writeBackup({
  home: dir,
  configFile = 'config.json',
  file,
  logs,
  version,
}: BackupOptions): Promise<BackupManifest> {
  const home = resolve(dir)
  const configPath = join(home, configFile)
  const target = resolve(file)
  if (existsSync(target)) throw new GatewayError(409, 'exists', `${file} exists already. Name another file.`)
  await mkdir(dirname(target), { recursive: true, mode: 0o700 })
  const draft = `${target}.${process.pid}.partial`
  const copy = `${target}.${process.pid}.database`
  try {
    const schema = existsSync(join(home, DATABASE)) ? copyDatabase(join(home, DATABASE), copy) : {}
    if (existsSync(copy)) refuseHalfIn(copy)
    const workspace = workspacePath(home, workspaceSetting(configPath))
    const manifest: BackupManifest = {
      format: 'clawgo-backup',
      version: 1,
      created_at: new Date().toISOString(),
      gateway_version: version,
      schema,
      workspace_outside: insideHome(home, workspace) === '' && workspace !== home ? workspace : '',
      entries: [],
      left_out: [],
    }
    const { entries, leftOut } = await planBackup(home, {
      logs,
      logFolder: insideHome(home, await logFolder(home, configPath)),
      except: target,
    })
    manifest.left_out.push(...leftOut)
    await archive(draft, async (pack) => {
      for (const entry of entries) {
        const added = await add(pack, join(home, entry.path), entry)
        if (added) manifest.entries.push(added)
        else manifest.left_out.push({ path: entry.path, reason: 'it went away or could not be read' })
      }
      if (existsSync(copy)) {
        const added = await add(pack, copy, { path: DATABASE, kind: 'file', mode: 0o600, mtime: Date.now() })
        manifest.entries.push(added!)
      }
      const text = Buffer.from(JSON.stringify(manifest, null, 1))
      await put(pack, { name: MANIFEST, mode: 0o600, mtime: new Date(), size: text.length }, text)
    })
    await verifyBackup(draft)
    // Unlike a rename, a link never takes the place of a file that appeared meanwhile.
    await link(draft, target)
    return manifest
  } finally {
    await Promise.all([draft, copy].map((path) => rm(path, { force: true })))
  }
}

/** A home that another gateway moves into is neither the one nor the other until its last file is in place. */
function refuseHalfIn(copy: string): void {
  const db = new DatabaseSync(copy, { readOnly: true })
  try {
    const known = db.prepare("SELECT 1 FROM sqlite_master WHERE name = 'transfer_journal'").get()
    if (!known || !db.prepare('SELECT 1 FROM transfer_journal').get()) return
    const text = 'Another gateway is moving into this home. Start the gateway if none runs, then run the backup again.'
    throw new GatewayError(409, 'moving_in', text)
  } finally {
    db.close()
  }
}

/** Runs `fill` against an archive that is written to `path` while it is filled. */
async function archive(path: string, fill: (pack: Pack) => Promise<void>): Promise<void> {
  const { default: tar } = await import('tar-stream')
  const pack = tar.pack()
  const written = pipeline(pack, createGzip(), createWriteStream(path, { flags: 'wx', mode: 0o600, flush: true }))
  const filled = fill(pack).then(
    () => pack.finalize(),
    (error: Error) => {
      pack.destroy(error)
      throw error
    },
  )
  // A full disk ends the writing first: nobody would take what is filled in then.
  await Promise.all([written, filled])
}

type Planned = Omit<BackupEntry, 'size' | 'sha256'>

/** Adds one file or folder; null when it is not there any more or may not be read. */
async function add(pack: Pack, absolute: string, entry: Planned): Promise<BackupEntry | null> {
  const header = { name: entryName(entry), mode: entry.mode, mtime: new Date(entry.mtime) }
  if (entry.kind === 'dir') {
    await put(pack, { ...header, type: 'directory', size: 0 }, Buffer.alloc(0))
    return { ...entry, size: 0, sha256: '' }
  }
  let handle: FileHandle
  try {
    handle = await open(absolute, constants.O_RDONLY | constants.O_NOFOLLOW)
  } catch (error) {
    if (['ENOENT', 'EACCES', 'ELOOP'].includes((error as NodeJS.ErrnoException).code ?? '')) return null
    throw error
  }
  try {
    const hash = createHash('sha256')
    const { size } = await handle.stat()
    if (size <= SMALL) {
      const content = await handle.readFile()
      await put(pack, { ...header, size: content.length }, content)
      return { ...entry, size: content.length, sha256: hash.update(content).digest('hex') }
    }
    await stream(pack, { ...header, size }, hashing(handle.createReadStream({ autoClose: false, end: size - 1 }), hash))
    return { ...entry, size, sha256: hash.digest('hex') }
  } finally {
    await handle.close()
  }
}

function put(pack: Pack, header: Parameters<Pack['entry']>[0], content: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    pack.entry(header, content, (error) => (error ? reject(error) : resolve()))
  })
}

/** A file that got shorter meanwhile makes the entry fail, and with it the backup: it would be torn. */
async function stream(pack: Pack, header: Parameters<Pack['entry']>[0], content: AsyncIterable<Buffer>): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const sink = pack.entry(header, (error) => (error ? reject(shrunk(header.name)) : resolve()))
    pipeline(content, sink).catch(reject)
  })
}

function shrunk(name: string): GatewayError {
  return new GatewayError(409, 'changed', `${name} changed while it was read. Run the backup again.`)
}

async function* hashing(content: Readable, hash: ReturnType<typeof createHash>): AsyncGenerator<Buffer> {
  for await (const chunk of content) {
    hash.update(chunk)
    yield chunk
  }
}

const logging = z.object({ logging: z.object({ dir: z.string() }) })

/** Where the home's config puts the logs. */
async function logFolder(home: string, configPath: string): Promise<string> {
  try {
    return pathFrom(home, logging.parse(JSON.parse(await readFile(configPath, 'utf8'))).logging.dir || 'logs')
  } catch {
    return join(home, 'logs')
  }
}
