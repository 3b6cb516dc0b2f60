/** What a backup of a home will hold: a walk over its folder that follows no link. */
import type { Stats } from 'node:fs'
import { lstat, readdir, readlink } from 'node:fs/promises'
import { join, relative, resolve, sep } from 'node:path'
import { type ContentsOptions, isLeftOut } from '../../src/backup/index.ts'

export interface PlannedEntry {
  /** Relative to the home, `/` between names. */
  path: string
  kind: 'file' | 'dir'
  mode: number
  mtime: number
}

export interface Plan {
  /** Folders before what they hold. */
  entries: PlannedEntry[]
  leftOut: Array<{ path: string; reason: string }>
}

/** Walks `home`. `except` is the archive itself, wherever it is written. */
export async function planBackup(home: string, options: ContentsOptions & { except: string }): Promise<Plan> {
  const plan: Plan = { entries: [], leftOut: [] }
  await walk(home, '', options, plan)
  return plan
}

async function walk(
  home: string,
  folder: string,
  options: ContentsOptions & { except: string },
  plan: Plan,
): Promise<void> {
  const names = (await readdir(join(home, folder))).sort()
  for (const name of names) {
    const path = folder === '' ? name : `${folder}/${name}`
    const absolute = join(home, path)
    if (isLeftOut(path, options) || absolute === options.except) continue
    const stats = await lstat(absolute).catch(() => null)
    if (!stats) plan.leftOut.push({ path, reason: 'it could not be read' })
    else if (stats.isDirectory()) {
      plan.entries.push(entry(path, 'dir', stats))
      await walk(home, path, options, plan)
    } else if (stats.isFile()) plan.entries.push(entry(path, 'file', stats))
    else plan.leftOut.push({ path, reason: await oddKind(absolute, stats) })
  }
}

function entry(path: string, kind: PlannedEntry['kind'], stats: Stats): PlannedEntry {
  return { path, kind, mode: stats.mode & 0o777, mtime: Math.trunc(stats.mtimeMs) }
}

async function oddKind(path: string, stats: Stats): Promise<string> {
  if (!stats.isSymbolicLink()) return 'it is no file and no folder'
  return `it is a link to ${await readlink(path).catch(() => 'somewhere')}; what it leads to is not in the backup`
}

/** The path of `to` relative to `home` with `/` between names; empty when it is not inside. */
export function insideHome(home: string, to: string): string {
  const way = relative(resolve(home), resolve(to))
  return way === '' || way === '..' || way.startsWith(`..${sep}`) ? '' : way.split(sep).join('/')
}
