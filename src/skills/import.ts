/**
 * Imports an archive of skills: unpacked into a hidden folder beside them, then renamed into place. All or nothing;
 * what a crash leaves in the hidden folder is swept by a later import.
 */
import { badRequest } from '../errors.ts'
import { FileError, type Files, joinPath, splitPath } from '../files/index.ts'
import { archiveBaseName, archiveEntries } from './archive/index.ts'
import { importedName, isSkillName, SKILL_FILE, SKILLS_FOLDER, skillFolder } from './skill-name.ts'

export interface SkillImport {
  files: Files
  archive: { name: string; data: Blob }
  /** ms since the epoch. */
  now: number
  /** Throws when a skill of that name exists. */
  refuseTaken(name: string): Promise<void>
  /** Runs the part that other changes must not come between. */
  commit<T>(work: () => Promise<T>): Promise<T>
}

interface Candidate {
  name: string
  /** Its folder in the archive; `''` is the archive's root. */
  folder: string
  /** The path of its SKILL.md, whatever its case. */
  skillFile: string
}

/** Hidden: neither the list nor the agent takes it for a skill. */
const STAGING = `${SKILLS_FOLDER}/.import-`
/** An import that takes longer was cut off. */
const LEFTOVER_MS = 60 * 60 * 1000

/** The names of the imported skills, sorted. Throws 400 and 413, and has then changed nothing. */
export async function importArchive({ files, archive, now, refuseTaken, commit }: SkillImport): Promise<string[]> {
  const rootName = archiveBaseName(archive.name)
  await sweepLeftovers(files, now)
  const staging = `${STAGING}${crypto.randomUUID()}`
  try {
    const paths: string[] = []
    for await (const { path, data } of archiveEntries(archive.name, archive.data)) {
      await files.write(joinPath(`${staging}/archive`, path), data)
      paths.push(path)
    }
    const skills = candidates(paths, rootName)
    if (skills.length === 0) throw badRequest(`no ${SKILL_FILE} found in archive`)
    for (const { name } of skills) await refuseTaken(name)
    await arrange(files, staging, skills, paths)
    return await commit(() => moveIn(files, staging, skills, refuseTaken))
  } finally {
    await remove(files, staging)
  }
}

/** Each folder with a SKILL.md, at any depth; of equal names the first by path counts. Sorted by name. */
function candidates(paths: readonly string[], rootName: string): Candidate[] {
  const byFolder = new Map<string, string>()
  for (const path of paths) {
    const [folder, file] = splitPath(path)
    if (file.toLowerCase() !== SKILL_FILE.toLowerCase()) continue
    if (file === SKILL_FILE || !byFolder.has(folder)) byFolder.set(folder, path)
  }
  const byName = new Map<string, Candidate>()
  for (const folder of [...byFolder.keys()].sort()) {
    const name = importedName(folder === '' ? rootName : splitPath(folder)[1])
    if (isSkillName(name) && !byName.has(name)) byName.set(name, { name, folder, skillFile: byFolder.get(folder)! })
  }
  return [...byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** Puts every skill into a folder of its own name. One inside another one is copied, since both hold it. */
async function arrange(files: Files, staging: string, skills: readonly Candidate[], paths: readonly string[]) {
  for (const { skillFile, folder } of skills) {
    const proper = joinPath(folder, SKILL_FILE)
    if (skillFile !== proper) await files.rename(`${staging}/archive/${skillFile}`, `${staging}/archive/${proper}`)
  }
  const renamed = new Map(skills.map(({ skillFile, folder }) => [skillFile, joinPath(folder, SKILL_FILE)]))
  const inner = skills.filter(({ folder }) => skills.some((other) => contains(other.folder, folder)))
  for (const { name, folder } of inner) {
    for (const path of paths) {
      if (!contains(folder, path)) continue
      const now = renamed.get(path) ?? path
      const target = `${staging}/skills/${name}/${folder === '' ? now : now.slice(folder.length + 1)}`
      await files.write(target, await files.read(`${staging}/archive/${now}`))
    }
  }
  for (const skill of skills) {
    if (inner.includes(skill)) continue
    await files.rename(joinPath(`${staging}/archive`, skill.folder), `${staging}/skills/${skill.name}`)
  }
}

async function moveIn(
  files: Files,
  staging: string,
  skills: readonly Candidate[],
  refuseTaken: (name: string) => Promise<void>,
): Promise<string[]> {
  for (const { name } of skills) await refuseTaken(name)
  const moved: string[] = []
  try {
    for (const { name } of skills) {
      await files.rename(`${staging}/skills/${name}`, skillFolder(name))
      moved.push(name)
    }
  } catch (error) {
    for (const name of moved) await remove(files, skillFolder(name))
    throw error
  }
  return moved
}

/** True when `path` lies below `folder`. */
const contains = (folder: string, path: string) => path !== folder && (folder === '' || path.startsWith(`${folder}/`))

async function sweepLeftovers(files: Files, now: number): Promise<void> {
  try {
    const old: string[] = []
    for await (const { kind, path, mtime } of files.list(SKILLS_FOLDER)) {
      if (kind === 'dir' && path.startsWith(STAGING) && now - mtime > LEFTOVER_MS) old.push(path)
    }
    for (const path of old) await remove(files, path)
  } catch (error) {
    if (!(error instanceof FileError)) throw error
  }
}

async function remove(files: Files, path: string): Promise<void> {
  await files.remove(path, { recursive: true }).catch((error) => {
    if (!(error instanceof FileError && error.code === 'ENOENT')) throw error
  })
}
