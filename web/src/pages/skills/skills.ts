/** Skills over the API. */
import { useQuery } from '@tanstack/react-query'
import { answer, api, ask, failureOf } from '../../api/client.ts'
import { queries } from '../../api/queries.ts'
import type { Schemas } from '../../api/schema.d.ts'
import { overVersion, type VersionedText, versionedAnswer } from '../../api/versioned.ts'

export type Skill = Schemas['Skill']

const LIST = ['skills', 'list']

/** Every skill, by name. */
export function useSkills() {
  return useQuery({
    queryKey: LIST,
    async queryFn() {
      const answered = await answer(api.GET('/api/skills'))
      return 'skills' in answered ? answered.skills : []
    },
  })
}

/** The files of a skill: SKILL.md first. */
export function useSkillFiles(id: string) {
  return useQuery({
    queryKey: ['skills', 'files', id],
    async queryFn() {
      const answered = await answer(api.GET('/api/skills', { params: { query: { id, files: '1' } } }))
      const files = 'files' in answered ? answered.files : []
      return files.toSorted((a, b) => Number(b === 'SKILL.md') - Number(a === 'SKILL.md'))
    },
  })
}

/** The query of a file's text. */
export const skillFileKey = (id: string, file: string): readonly string[] => ['skills', 'text', id, file]

/** Reads a text file of a skill. */
export async function loadSkillFile(id: string, file: string): Promise<VersionedText> {
  const read = await versionedAnswer(api.GET('/api/skills', { params: { query: { id, file } } }))
  return { text: 'content' in read.data ? read.data.content : '', version: read.version }
}

/** Writes a file of a skill over the version that is known; returns the new one. */
export async function saveSkillFile(
  name: string,
  file: string,
  content: string,
  version: string | null,
): Promise<string | null> {
  const body = { action: 'write_file', name, file, content }
  const saved = await versionedAnswer(api.POST('/api/skills', { body, headers: overVersion(version) }))
  // Its description, or what is wrong with it, may be another one now.
  void queries.invalidateQueries({ queryKey: LIST })
  return saved.version
}

/** Shows a skill to the agent, or hides it. The list moves at once, and back when the gateway refuses. */
export async function setSkillEnabled(name: string, enabled: boolean): Promise<void> {
  queries.setQueryData<Skill[]>(LIST, (skills) =>
    skills?.map((skill) => (skill.name === name ? { ...skill, enabled } : skill)),
  )
  try {
    await answer(api.POST('/api/skills', { body: { action: enabled ? 'enable' : 'disable', name } }))
  } finally {
    await queries.invalidateQueries({ queryKey: LIST })
  }
}

/** Makes a skill. */
export async function createSkill(skill: { name: string; description: string; system_prompt: string }): Promise<void> {
  await answer(api.POST('/api/skills', { body: { action: 'create', ...skill } }))
  await queries.invalidateQueries({ queryKey: LIST })
}

/** Removes a skill with its files. */
export async function deleteSkill(id: string): Promise<void> {
  await answer(api.DELETE('/api/skills', { params: { query: { id } } }))
  await queries.invalidateQueries({ queryKey: LIST })
}

/** Imports the skills of an archive; returns their names. */
export async function importSkills(archive: File): Promise<string[]> {
  const form = new FormData()
  form.set('file', archive)
  const response = await ask('/api/skills', { method: 'POST', body: form })
  if (!response.ok) throw failureOf(response.status, await response.text())
  const { imported } = (await response.json()) as { imported: string[] }
  await queries.invalidateQueries({ queryKey: LIST })
  return imported
}
