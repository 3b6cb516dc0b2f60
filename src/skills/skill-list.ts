/** The list of skills as the console shows it, disabled ones included (workspace-formats.md section 5.3). */
import { FileError, type Files } from '../files/index.ts'
import { sideBySide } from './side-by-side.ts'
import { DISABLED, isSkillName, SKILL_FILE, SKILLS_FOLDER } from './skill-name.ts'
import type { SkillText } from './skill-text.ts'

/** A folder of `skills/`, with or without a SKILL.md. */
export interface SkillDetails extends SkillText {
  /** The folder's name without `.disabled`. */
  name: string
  enabled: boolean
}

/** Most files end within it, front matter, tools and prompt included. */
const HEAD_BYTES = 32 << 10
/** What of a larger file is looked at. */
const MAX_BYTES = 1 << 20

/**
 * Every skill once, by name; of an enabled and a disabled one of the same name the enabled. Hidden folders are none.
 */
export async function listSkills(files: Files): Promise<SkillDetails[]> {
  const places = new Map<string, { folder: string; enabled: boolean }>()
  for (const folder of await skillFolders(files)) {
    const own = folder.slice(SKILLS_FOLDER.length + 1)
    const enabled = !own.endsWith(DISABLED)
    const name = enabled ? own : own.slice(0, -DISABLED.length)
    if (enabled || !places.has(name)) places.set(name, { folder, enabled })
  }
  const names = [...places.keys()].sort()
  return sideBySide(names, async (name) => {
    const { folder, enabled } = places.get(name)!
    const text = await readSkill(files, `${folder}/${SKILL_FILE}`)
    const problem = isSkillName(name) ? text.problem : 'its folder has a name that no skill can have; rename it'
    return { ...text, name, enabled, ...(problem !== undefined && { problem }) }
  })
}

async function skillFolders(files: Files): Promise<string[]> {
  const folders: string[] = []
  try {
    for await (const { kind, path } of files.list(SKILLS_FOLDER)) {
      if (kind === 'dir' && !path.startsWith(`${SKILLS_FOLDER}/.`)) folders.push(path)
    }
  } catch (error) {
    if (!(error instanceof FileError && (error.code === 'ENOENT' || error.code === 'ENOTDIR'))) throw error
  }
  return folders
}

async function readSkill(files: Files, path: string): Promise<SkillText> {
  try {
    let bytes = await files.read(path, 0, HEAD_BYTES)
    if (bytes.byteLength === HEAD_BYTES) bytes = await files.read(path, 0, MAX_BYTES)
    const { parseSkillText } = await import('./skill-text.ts')
    return parseSkillText(new TextDecoder().decode(bytes))
  } catch (error) {
    if (!(error instanceof FileError)) throw error
    const problem = error.code === 'ENOENT' ? `it has no ${SKILL_FILE}` : `its ${SKILL_FILE} cannot be read`
    return { description: '', tools: [], systemPrompt: '', problem }
  }
}
