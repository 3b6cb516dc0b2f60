/** Which skills the workspace offers: `skills/<name>/SKILL.md` (workspace-formats.md section 5). */
import { FileError, type FileStat, type Files } from '../files/index.ts'
import { sideBySide } from './side-by-side.ts'
import { DISABLED, SKILL_FILE, SKILLS_FOLDER } from './skill-name.ts'

/** An enabled skill. */
export interface Skill {
  /** The folder's name; a `name` in the front matter does not count. */
  name: string
  /** One line, at most 1024 characters; empty when the skill says nothing about itself. */
  description: string
  /** Its SKILL.md, relative to the workspace, as `read_file` takes it. */
  location: string
  source: 'workspace'
  /** What is wrong with its front matter, for people. */
  problem?: string
}

/** The description stands at the top; a longer front matter is not one. */
const HEAD_BYTES = 32 * 1024

/** Enabled skills by name. Folders ending in `.disabled`, hidden ones and those without SKILL.md are left out. */
export async function skillIndex(files: Files): Promise<Skill[]> {
  const folders: FileStat[] = []
  try {
    for await (const entry of files.list(SKILLS_FOLDER)) {
      if (entry.kind === 'dir' && !entry.path.endsWith(DISABLED) && !nameOf(entry).startsWith('.')) folders.push(entry)
    }
  } catch (error) {
    if (!(error instanceof FileError && (error.code === 'ENOENT' || error.code === 'ENOTDIR'))) throw error
  }
  const skills = await sideBySide(folders, (folder) => readSkill(files, folder))
  return skills.filter((skill) => skill !== null).sort((a, b) => (a.name < b.name ? -1 : 1))
}

async function readSkill(files: Files, folder: FileStat): Promise<Skill | null> {
  const location = `${folder.path}/${SKILL_FILE}`
  try {
    const head = new TextDecoder().decode(await files.read(location, 0, HEAD_BYTES), { stream: true })
    // They bring the YAML parser, which a start need not wait for.
    const [{ frontMatter }, { descriptionOf }] = await Promise.all([
      import('./front-matter.ts'),
      import('./skill-text.ts'),
    ])
    const parsed = frontMatter(head)
    const { problem } = parsed
    const description = descriptionOf(parsed)
    return { name: nameOf(folder), description, location, source: 'workspace', ...(problem && { problem }) }
  } catch (error) {
    // Not a skill, or not ours to read (a link that leaves the workspace): one bad folder must not hide the others.
    if (error instanceof FileError) return null
    throw error
  }
}

function nameOf(folder: FileStat): string {
  return folder.path.slice(folder.path.lastIndexOf('/') + 1)
}
