/** What stays a file: workspace, memory, skills, credentials. In place it is verified and counted, else copied. */
import { FileError, type FileStat, type Files } from '../files/index.ts'
import type { Database } from '../platform.ts'
import { copyFile, hashFile } from './copy-file.ts'
import type { OldHome } from './old-home.ts'
import { type ImportItem, type ItemKind, itemAt, putItem } from './tables.ts'

export interface HomeFilesDeps {
  db: Database
  /** This home and its workspace: where files are copied to. */
  home: Files
  workspace: Files
  now: () => number
}

/** Folders of the earlier home that nothing here reads, and what to do about each. */
const LEFT_BEHIND: Record<string, string> = {
  uploads: 'uploads are not moved in; files that matter belong in the workspace',
  logs: 'logs are not moved in',
  backups: 'backups are not moved in; keep them where they are or copy the folder',
  runtime: "the providers' runtime history starts anew",
}

/** Moves or verifies every file that stays one, and notes each. */
export async function moveHomeFiles(deps: HomeFilesDeps, source: OldHome): Promise<void> {
  const { db, home, workspace, now } = deps
  const note = (item: ImportItem) => putItem(db, source.id, item, now())
  await moveFolder(source, source.home, 'auth', home, (path) => ({ path, kind: 'credential' }), note)
  if (source.workspace) {
    const belongs = (path: string) =>
      source.inPlace || source.workspaceHoldsHome ? isAgentFile(path) : !path.startsWith('.migration-backup-')
    await moveFolder(source, source.workspace, '', workspace, workspaceItem, note, belongs)
  }
  await moveGlobalSkills(deps, source, note)
  if (source.inPlace) return
  for (const [name, text] of Object.entries(LEFT_BEHIND)) {
    const [files, size] = await weigh(source.home, name)
    if (files === 0) continue
    note({ ...blank(`${name}/`, 'other', size), status: 'skipped', counts: { files }, note: text })
  }
}

/** What the agent itself reads and writes, for a workspace that is verified or that holds other things too. */
function isAgentFile(path: string): boolean {
  if (path.startsWith('agents/main/sessions/')) return false
  return /^(?:skills|memory|agents)\//.test(path) || /^[^/]+\.md$/.test(path)
}

function workspaceItem(path: string): Pick<ImportItem, 'path' | 'kind'> {
  return { path: `workspace/${path}`, kind: path.startsWith('skills/') ? 'skill' : 'workspace' }
}

async function moveFolder(
  source: OldHome,
  from: Files,
  folder: string,
  to: Files,
  named: (path: string) => Pick<ImportItem, 'path' | 'kind'>,
  note: (item: ImportItem) => void,
  belongs: (path: string) => boolean = () => true,
): Promise<void> {
  for await (const stat of filesIn(from, folder)) {
    if (!belongs(stat.path)) continue
    const { path, kind } = named(stat.path)
    const moved = source.inPlace
      ? await verified(source, from, stat)
      : await copyFile(source, from, stat, to, stat.path)
    note({ ...blank(path, kind, stat.size), version: stat.version, ...moved })
  }
}

async function verified(source: OldHome, files: Files, stat: FileStat) {
  try {
    return { status: 'present' as const, sha256: await hashFile(source, files, stat.path), note: null }
  } catch (error) {
    if (!(error instanceof FileError)) throw error
    return { status: 'failed' as const, sha256: null, note: error.detail }
  }
}

/**
 * Global skills (`skills/` of the home) become skills of the workspace, unless it has one of that name: that one won
 * before too.
 */
async function moveGlobalSkills(
  { db, workspace }: HomeFilesDeps,
  source: OldHome,
  note: (item: ImportItem) => void,
): Promise<void> {
  const shadowed = new Map<string, boolean>()
  for await (const stat of filesIn(source.home, 'skills')) {
    const [, name = '', rest = ''] = stat.path.split(/^skills\/([^/]+)\//)
    if (rest === '') continue
    const ours = itemAt(db, source.id, stat.path)?.status
    const hidden = shadowed.get(name) ?? (ours !== 'copied' && ours !== 'present' && (await hasSkill(workspace, name)))
    shadowed.set(name, hidden)
    const item = { ...blank(stat.path, 'skill', stat.size), version: stat.version }
    if (hidden) note({ ...item, status: 'conflict', note: 'the workspace has a skill of this name, which was kept' })
    else note({ ...item, ...(await copyFile(source, source.home, stat, workspace, stat.path)) })
  }
}

async function hasSkill(workspace: Files, name: string): Promise<boolean> {
  const plain = name.replace(/\.disabled$/, '')
  return (
    (await workspace.stat(`skills/${plain}`)) !== null || (await workspace.stat(`skills/${plain}.disabled`)) !== null
  )
}

async function weigh(files: Files, folder: string): Promise<[count: number, bytes: number]> {
  let count = 0
  let bytes = 0
  for await (const stat of filesIn(files, folder)) {
    count++
    bytes += stat.size
  }
  return [count, bytes]
}

async function* filesIn(files: Files, folder: string): AsyncGenerator<FileStat> {
  try {
    for await (const stat of files.list(folder, { recursive: true })) if (stat.kind === 'file') yield stat
  } catch (error) {
    if (!(error instanceof FileError && (error.code === 'ENOENT' || error.code === 'ENOTDIR'))) throw error
  }
}

function blank(path: string, kind: ItemKind, size: number): ImportItem {
  return { path, kind, size, status: 'failed', version: '', sha256: null, counts: {}, note: null }
}
