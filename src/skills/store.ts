/** The skills of a workspace as people manage them: api-behaviour.md section 5.7, workspace-formats.md section 5. */
import { badRequest, GatewayError, notFound } from '../errors.ts'
import { FileError, type FileStat, type Files } from '../files/index.ts'
import type { Preconditions } from '../workspace/index.ts'
import { importArchive } from './import.ts'
import type { SkillChange } from './skill-document.ts'
import { listSkillFiles, readSkillFile, writeSkillFile } from './skill-files.ts'
import { listSkills, type SkillDetails } from './skill-list.ts'
import { SKILL_FILE, skillFolder, skillName } from './skill-name.ts'

export interface SkillStoreDeps {
  /** Asked at each call, so that a changed setting takes effect at once. */
  workspace: () => Files
  /** ms since the epoch. */
  now(): number
}

/** A skill's folder, and whether the agent sees it. */
export interface SkillPlace {
  name: string
  /** Relative to the workspace. */
  folder: string
  enabled: boolean
}

/**
 * Names are checked (400) and missing skills are 404 everywhere. Where a name exists enabled and disabled, the enabled
 * one counts. Changes run one after the other.
 */
export class SkillStore {
  readonly #deps: SkillStoreDeps
  #last: Promise<unknown> = Promise.resolve()

  constructor(deps: SkillStoreDeps) {
    this.#deps = deps
  }

  /** Every skill, by name. */
  list(): Promise<SkillDetails[]> {
    return listSkills(this.#files)
  }

  /** Where a skill is; 404 `skill not found: <name>`. */
  async find(given: string, field: 'name' | 'id' = 'name'): Promise<SkillPlace> {
    const name = skillName(given, field)
    for (const enabled of [true, false]) {
      const folder = skillFolder(name, enabled)
      if (await isFolder(this.#files, folder)) return { name, folder, enabled }
    }
    throw notFound(`skill not found: ${name}`)
  }

  /** The paths of all files of a skill, relative to its folder. */
  async files(id: string): Promise<string[]> {
    return listSkillFiles(this.#files, await this.find(id, 'id'))
  }

  /** A text file of a skill; 404 when it is missing, 400 when it is no text. */
  async read(id: string, file: string): Promise<{ file: string; content: string; version: string }> {
    return readSkillFile(this.#files, await this.find(id, 'id'), file)
  }

  /** Replaces or makes a file of a skill; its path is the cleaned one. 412 when a precondition fails. */
  write(given: string, file: string, content: string, when: Preconditions = {}): Promise<FileStat> {
    return this.#change(async () => writeSkillFile(this.#files, await this.find(given), file, content, when))
  }

  /** Makes an enabled skill with a SKILL.md and an empty `scripts` folder; 400 when the name is taken. */
  create(given: string, change: SkillChange): Promise<void> {
    return this.#change(async () => {
      const name = skillName(given)
      await this.refuseTaken(name)
      const { newSkillText } = await import('./skill-document.ts')
      await this.#files.write(`${skillFolder(name)}/${SKILL_FILE}`, newSkillText(name, change), { ifVersion: null })
      await this.#files.mkdir(`${skillFolder(name)}/scripts`)
    })
  }

  /** Changes the given parts of a skill's SKILL.md, which is made when missing; what else it says stays. */
  update(given: string, change: SkillChange): Promise<void> {
    return this.#change(async () => {
      const place = await this.find(given)
      const path = `${place.folder}/${SKILL_FILE}`
      const stat = await this.#files.stat(path)
      const { changedSkillText, newSkillText } = await import('./skill-document.ts')
      const text = stat
        ? changedSkillText((await readSkillFile(this.#files, place, SKILL_FILE)).content, place.name, change)
        : newSkillText(place.name, change)
      await this.#files.write(path, text, { ifVersion: stat?.version ?? null })
    })
  }

  /** Shows a skill to the agent or hides it. 409 when the other state exists as well. */
  setEnabled(given: string, enabled: boolean): Promise<void> {
    return this.#change(async () => {
      const { name } = await this.find(given)
      const [from, to] = [skillFolder(name, !enabled), skillFolder(name, enabled)]
      if (!(await isFolder(this.#files, from))) return
      if ((await this.#files.stat(to)) !== null) {
        throw new GatewayError(
          409,
          'conflict',
          `skill '${name}' exists both enabled and disabled: delete it, or rename one of its two folders first`,
        )
      }
      await this.#files.rename(from, to)
    })
  }

  /** Removes a skill, enabled and disabled; returns its name. 404 when there was nothing to remove. */
  remove(id: string): Promise<string> {
    return this.#change(async () => {
      const { name } = await this.find(id, 'id')
      for (const enabled of [true, false]) {
        await this.#files.remove(skillFolder(name, enabled), { recursive: true }).catch((error) => {
          if (!(error instanceof FileError && error.code === 'ENOENT')) throw error
        })
      }
      return name
    })
  }

  /** Imports every skill of an archive, or none; returns their names, sorted. */
  import(archive: { name: string; data: Blob }): Promise<string[]> {
    const { now } = this.#deps
    return importArchive({
      files: this.#files,
      archive,
      now: now(),
      refuseTaken: (name) => this.refuseTaken(name),
      commit: (work) => this.#change(work),
    })
  }

  /** 400 when a skill of that name exists, disabled ones included. */
  async refuseTaken(name: string): Promise<void> {
    if ((await this.#files.stat(skillFolder(name))) !== null) throw badRequest(`skill already exists: ${name}`)
    await this.refuseDisabled(name)
  }

  /** 400 when a disabled skill has the name: an enabled one beside it would hide it. */
  async refuseDisabled(name: string): Promise<void> {
    if ((await this.#files.stat(skillFolder(name, false))) === null) return
    throw badRequest(`disabled skill already exists: ${name}`)
  }

  get #files(): Files {
    return this.#deps.workspace()
  }

  /** A check and the change it allows must not be torn apart by another one. */
  #change<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work)
    this.#last = done.catch(() => {})
    return done
  }
}

async function isFolder(files: Files, path: string): Promise<boolean> {
  const stat: FileStat | null = await files.stat(path)
  return stat?.kind === 'dir'
}
