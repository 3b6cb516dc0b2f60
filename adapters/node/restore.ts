/** Restoring a backup: verified first, unpacked beside the home, then moved into its place in one step. */
import { createWriteStream } from 'node:fs'
import { chmod, lstat, mkdir, readdir, rename, rm, rmdir, utimes } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { BackupManifest } from '../../src/backup/index.ts'
import { GatewayError } from '../../src/errors.ts'
import { verifyBackup } from './backup-read.ts'
import { lockHome } from './lock.ts'

export interface RestoreOptions {
  file: string
  home: string
  /** Move a home that holds anything aside. */
  force: boolean
}

export interface Restored {
  manifest: BackupManifest
  /** Where the home that was there is now; null when there was none. */
  movedAside: string | null
}

/** What the lock itself leaves in a folder. */
const LOCK_FILES = new Set(['lock.db', 'lock.db-journal', 'gateway.pid'])

/**
 * Puts the backup in the place of `home`. Throws `GatewayError` and changes nothing when the backup is not whole, a
 * gateway runs on the home (`home_in_use`), or the home holds anything and `force` is not given (`not_empty`).
 */
export async function restoreBackup({ file, home: dir, force }: RestoreOptions): Promise<Restored> {
  const home = resolve(dir)
  await verifyBackup(file)
  const there = await contents(home)
  if (there.length > 0 && !force) {
    const text = `The home ${dir} is not empty. With --force it is moved aside, not deleted; or choose another one with --home.`
    throw new GatewayError(409, 'not_empty', text)
  }
  // Held until the home is in its place, so that no gateway starts in between.
  let lock = (await isFolder(home)) ? lockHome(home) : null
  const unlock = () => {
    lock?.release()
    lock = null
  }
  const stamp = new Date()
    .toISOString()
    .replace(/[-:]|\.\d+Z$/g, '')
    .replace('T', '-')
  const staging = join(dirname(home), `.${basename(home)}.restore-${stamp}-${process.pid}`)
  try {
    const manifest = await unpack(file, staging)
    const aside = await makeRoom(home, stamp, there.length > 0, unlock)
    await rename(staging, home).catch(async (error: unknown) => {
      if (aside) await rename(aside, home)
      throw inTheWay(error)
    })
    return { manifest, movedAside: aside }
  } finally {
    unlock()
    await rm(staging, { recursive: true, force: true })
  }
}

/** Unpacks into a new folder; a file whose content is not what the manifest says ends it. */
async function unpack(file: string, staging: string): Promise<BackupManifest> {
  await mkdir(staging, { recursive: true, mode: 0o700 })
  const manifest = await verifyBackup(file, async (path, content) => {
    const target = join(staging, path)
    await mkdir(dirname(target), { recursive: true, mode: 0o700 })
    // The folder is new and holds no links, so a contained path cannot lead out of it.
    await pipeline(Readable.from(content), createWriteStream(target, { flags: 'wx', mode: 0o600, flush: true }))
  })
  for (const { path, kind } of manifest.entries) {
    if (kind === 'dir') await mkdir(join(staging, path), { recursive: true, mode: 0o700 })
  }
  // Last, and inner folders first: a folder that may not be written could not be filled.
  for (const { path, kind, mode, mtime } of [...manifest.entries].reverse()) {
    const at = new Date(mtime)
    await utimes(join(staging, path), at, at)
    await chmod(join(staging, path), kind === 'dir' ? mode | 0o700 : mode)
  }
  return manifest
}

/** Takes the present home out of the way; returns where it went. The lock goes with its folder. */
async function makeRoom(home: string, stamp: string, full: boolean, unlock: () => void): Promise<string | null> {
  if (!(await isFolder(home))) {
    await mkdir(dirname(home), { recursive: true, mode: 0o700 })
    return null
  }
  try {
    if (full) {
      const aside = `${home}.bak-${stamp}`
      await rename(home, aside)
      await rm(join(aside, 'gateway.pid'), { force: true })
      return aside
    }
    unlock()
    for (const name of LOCK_FILES) await rm(join(home, name), { force: true })
    await rmdir(home)
    return null
  } catch (error) {
    throw inTheWay(error)
  }
}

function inTheWay(error: unknown): unknown {
  const code = (error as NodeJS.ErrnoException).code ?? ''
  if (!['EBUSY', 'EXDEV', 'EACCES', 'EPERM', 'ENOTEMPTY', 'EEXIST'].includes(code)) return error
  const text = `The home cannot be replaced (${code}). Its folder must not be a mount point, and its parent folder must be writable.`
  return new GatewayError(409, 'home_in_the_way', text, { cause: error })
}

async function contents(home: string): Promise<string[]> {
  try {
    return (await readdir(home)).filter((name) => !LOCK_FILES.has(name))
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return []
    if (code === 'ENOTDIR') throw new GatewayError(409, 'not_empty', `${home} is a file, not a folder.`)
    throw error
  }
}

async function isFolder(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => null))?.isDirectory() ?? false
}
