/** Pulling a gateway into a home on this disk: built beside it, then moved into its place in one step. */
import { existsSync, mkdirSync } from 'node:fs'
import { readdir, rename, rm, rmdir } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { GatewayError } from '../../src/errors.ts'
import { countsOf, Exporter, type Imported, Importer, type Manifest, withWorkspace } from '../../src/transfer/index.ts'
import { lockHome } from './lock.ts'
import { version } from './package-root.ts'
import { pathFrom } from './platform.ts'
import { carry, type Progress } from './transfer-copy.ts'
import { openLocalHome } from './transfer-home.ts'
import { RemoteGateway, type RemoteOptions } from './transfer-remote.ts'

export interface PullOptions {
  from: RemoteOptions
  to: { home: string; configFile: string; env: Readonly<Record<string, string | undefined>> }
  /** Move a home that holds anything aside. */
  replace: boolean
  progress?: (now: Progress) => void
}

export interface Pulled extends Imported {
  /** Where the home that was there is now; null when there was none. */
  moved_aside: string | null
  left_out: Manifest['left_out']
}

const OF_THE_LOCK = ['lock.db', 'lock.db-journal', 'gateway.pid']

/**
 * Copies the gateway `from` into a new home. What came so far waits in `.<home>.pull` beside it, so that the same command
 * goes on after a cut. Throws `GatewayError` `not_empty` where a home is and `replace` is not given; nothing is deleted.
 */
export async function pullHome({ from, to, replace, progress = () => {} }: PullOptions): Promise<Pulled> {
  const home = resolve(to.home)
  const remote = new RemoteGateway(from)
  const there = await contents(home)
  if (there.length > 0 && !replace) throw notEmpty()
  const build = join(dirname(home), `.${basename(home)}.pull`)
  mkdirSync(build, { recursive: true, mode: 0o700 })
  const local = openLocalHome({ ...to, home: build, make: true })
  let imported: Imported
  let manifest: Manifest
  try {
    const importer = new Importer({
      home: local,
      now: Date.now,
      workspace: '',
      config: (text) => inItsPlace(text, home),
    })
    await importer.resume()
    manifest = await carry(
      { steady: false, manifest: () => remote.manifest(), chunk: (ref) => remote.chunk(ref) },
      {
        begin: (wanted) => importer.begin(wanted, { replace: true }),
        put: (sha256, bytes) => importer.put(sha256, bytes),
      },
      progress,
    )
    imported = await importer.commit()
    await verify(new Exporter({ home: local, now: Date.now, version }), manifest)
  } finally {
    local.close()
  }
  const aside = await takePlace(build, home, replace)
  return { ...imported, moved_aside: aside, left_out: manifest.left_out }
}

/** Reads back what was written. The config may name another workspace here. */
async function verify(exporter: Exporter, manifest: Manifest): Promise<void> {
  const written = await exporter.manifest()
  const same = (a: readonly { sha256: string }[], b: readonly { sha256: string }[]) =>
    JSON.stringify(a.map(({ sha256 }) => sha256)) === JSON.stringify(b.map(({ sha256 }) => sha256))
  const files = ({ files }: Manifest) =>
    files.filter(({ path }) => path !== 'config.json').sort((a, b) => (a.path < b.path ? -1 : 1))
  if (same(written.tables, manifest.tables) && same(files(written), files(manifest))) return
  const [got, wanted] = [countsOf(written), countsOf(manifest)]
  const text = `What was written is not what came (${got.rows} of ${wanted.rows} rows, ${got.files} of ${wanted.files} files). Pull again.`
  throw new GatewayError(500, 'not_the_same', text)
}

/** A workspace that the config puts elsewhere came with the gateway: it is in this home now. */
function inItsPlace(text: string, home: string): string {
  const own = join(home, 'workspace')
  return withWorkspace(text, own, own, (setting) => setting.trim() === '' || pathFrom(home, setting) === own)
}

/** Moves the new home into its place; gives where the old one went. */
async function takePlace(build: string, home: string, replace: boolean): Promise<string | null> {
  const lock = existsSync(home) ? lockHome(home) : null
  try {
    // Looked at again under the lock: the copying took its time, and somebody may have moved in.
    const full = (await contents(home)).length > 0
    if (full && !replace) throw notEmpty()
    for (const name of OF_THE_LOCK) await rm(join(build, name), { force: true })
    const stamp = new Date()
      .toISOString()
      .replace(/[-:]|\.\d+Z$/g, '')
      .replace('T', '-')
    const aside = full ? `${home}.bak-${stamp}` : null
    if (aside) await rename(home, aside)
    else await clearOfLock(home)
    await rename(build, home).catch(async (error: unknown) => {
      if (aside) await rename(aside, home)
      throw error
    })
    if (aside) await rm(join(aside, 'gateway.pid'), { force: true })
    return aside
  } finally {
    lock?.release()
  }
}

function notEmpty(): GatewayError {
  const text =
    'The home is not empty. With --replace it is moved aside, not deleted; or choose another one with --config.'
  return new GatewayError(409, 'not_empty', text)
}

/** Removes a folder that holds nothing but a lock; fails on any other. */
async function clearOfLock(home: string): Promise<void> {
  if (!existsSync(home)) return
  for (const name of OF_THE_LOCK) await rm(join(home, name), { force: true })
  await rmdir(home)
}

async function contents(home: string): Promise<string[]> {
  try {
    return (await readdir(home)).filter((name) => !OF_THE_LOCK.includes(name))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}
