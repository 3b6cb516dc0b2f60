/**
 * What a skill may be called, and where it lives: `skills/<name>`, or `skills/<name>.disabled` while it is switched
 * off.
 */
import { badRequest } from '../errors.ts'

/** The folder of all skills, relative to the workspace. */
export const SKILLS_FOLDER = 'skills'
/** What the folder of a disabled skill ends in. */
export const DISABLED = '.disabled'
/** The file that makes a folder a skill; its case counts. */
export const SKILL_FILE = 'SKILL.md'

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/
const MAX_NAME = 64

/** True for names that stay inside `skills/` and cannot be read as an option or as a disabled skill. */
export function isSkillName(name: string): boolean {
  return NAME.test(name) && !name.toLowerCase().endsWith(DISABLED)
}

/** The trimmed name; 400 `<field> required` when it is blank, 400 when no skill can have it. */
export function skillName(given: string, field: 'name' | 'id' = 'name'): string {
  const name = given.trim()
  if (name === '') throw badRequest(`${field} required`)
  if (isSkillName(name)) return name
  throw badRequest(
    `invalid skill ${field}: use up to ${MAX_NAME} letters, digits, ".", "_" and "-", beginning with a letter or digit and not ending in "${DISABLED}"`,
  )
}

/**
 * The name that an imported folder gets: lower case, every run of other characters one `-`. `''`: nothing is left of
 * it.
 */
export function importedName(folder: string): string {
  const plain = folder
    .toLowerCase()
    .replaceAll(/[^a-z0-9_-]+/g, '-')
    .replaceAll(/-{2,}/g, '-')
  return plain
    .replace(/^[-_]+/, '')
    .slice(0, MAX_NAME)
    .replace(/-+$/, '')
}

/** The folder of a skill, relative to the workspace. */
export function skillFolder(name: string, enabled = true): string {
  return `${SKILLS_FOLDER}/${name}${enabled ? '' : DISABLED}`
}
