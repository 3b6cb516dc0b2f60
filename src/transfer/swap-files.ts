/** Putting the files of an import into their places. Done twice it does the same: a restart goes on where it ended. */
import { STAGING } from '../backup/index.ts'
import { FileError, joinPath, splitPath } from '../files/index.ts'
import { contentsOf, isSealedHere, locate, type TransferHome } from './contents.ts'
import type { Manifest } from './format.ts'
import type { Staging } from './staging.ts'

export interface SwapOptions {
  /** The text of the config that came, adapted to where it is now; as it is by default. */
  config?: ((text: string) => string) | undefined
  fault?: ((point: string) => void) | undefined
}

/** Moves every assembled file to its place, and removes what the manifest does not name. */
export async function swapFiles(
  home: TransferHome,
  manifest: Manifest,
  staging: Staging,
  options: SwapOptions = {},
): Promise<void> {
  for (const [n, { path, size }] of manifest.files.entries()) {
    const from = await staging.assembled(n)
    if (from === null) continue // moved before a restart
    const target = locate(home, path)
    await makeRoom(target.files, target.path)
    if (path === 'config.json' && options.config) {
      const text = new TextDecoder().decode(await staging.read(from))
      await target.files.write(target.path, options.config(text))
      await home.files.remove(joinPath(STAGING, from))
    } else if (isSealedHere(home, target, size)) {
      const text = new TextDecoder().decode(await staging.read(from))
      await target.files.write(target.path, await home.vault.seal(target.path, text))
      await home.files.remove(joinPath(STAGING, from))
    } else if (target.files === home.files) {
      await makeParent(target.files, target.path)
      await home.files.rename(joinPath(STAGING, from), target.path)
    } else {
      // The workspace may be on another disk.
      await target.files.write(target.path, await staging.stream(from))
      await home.files.remove(joinPath(STAGING, from))
    }
    options.fault?.('transfer-file')
  }
  const named = new Set(manifest.files.map(({ path }) => path))
  for (const { path } of await collected(contentsOf(home))) {
    if (named.has(path)) continue
    const { files, path: there } = locate(home, path)
    await files.remove(there)
  }
}

/** A folder where a file goes, or a file where a folder goes: they belong to what is replaced. */
async function makeRoom(files: TransferHome['files'], path: string): Promise<void> {
  if ((await statOrNull(files, path))?.kind === 'dir') await files.remove(path, { recursive: true })
  for (let [above] = splitPath(path); above !== ''; [above] = splitPath(above)) {
    if ((await statOrNull(files, above))?.kind === 'file') return files.remove(above)
  }
}

async function makeParent(files: TransferHome['files'], path: string): Promise<void> {
  const [folder] = splitPath(path)
  if (folder !== '') await files.mkdir(folder)
}

async function statOrNull(files: TransferHome['files'], path: string) {
  try {
    return await files.stat(path)
  } catch (error) {
    if (error instanceof FileError && error.code === 'ENOTDIR') return null
    throw error
  }
}

async function collected<T>(from: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const each of from) all.push(each)
  return all
}
