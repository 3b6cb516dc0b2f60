/** Writes SKILL.md: a new one, or an existing one with only the named parts changed. */
import { frontMatter, withFrontMatter } from './front-matter.ts'
import { findSection } from './skill-text.ts'

/** What `create` and `update` may say; what is absent stays as it is. */
export interface SkillChange {
  description?: string
  tools?: readonly string[]
  systemPrompt?: string
}

const NO_DESCRIPTION = 'No description provided.'

/** The text of a new SKILL.md, in the order of api-behaviour.md section 5.7. */
export function newSkillText(name: string, change: SkillChange): string {
  const description = oneLine(change.description ?? '') || NO_DESCRIPTION
  const head = `# ${name}\n\n${paragraph(description)}\n\n`
  const body = head + toolsSection(change.tools ?? []) + promptSection(change.systemPrompt ?? '')
  return withFrontMatter(body, { name, description })
}

/** `text` with the given parts replaced; what a person wrote around them stays. */
export function changedSkillText(text: string, name: string, change: SkillChange): string {
  let changed = text
  if (change.description !== undefined) changed = withDescription(changed, name, change.description)
  if (change.tools !== undefined) changed = withSection(changed, 'Tools', toolsSection(change.tools))
  if (change.systemPrompt !== undefined) changed = withPrompt(changed, change.systemPrompt)
  return changed
}

function withDescription(text: string, name: string, given: string): string {
  const description = oneLine(given) || NO_DESCRIPTION
  const { fields, body } = frontMatter(text)
  const front = text.slice(0, text.length - body.length)
  // A file that we made says it twice; elsewhere the old wording is the author's.
  const old = typeof fields.description === 'string' ? oneLine(fields.description) : ''
  const said = `# ${name}\n\n${paragraph(old)}\n`
  const at = old === '' ? -1 : body.indexOf(said)
  const told =
    at < 0 ? body : `${body.slice(0, at)}# ${name}\n\n${paragraph(description)}\n${body.slice(at + said.length)}`
  return withFrontMatter(front + told, { ...(fields.name === undefined ? { name } : {}), description })
}

/** Replaces a section of the body; a missing one goes before the prompt, which reaches to the end of the file. */
function withSection(text: string, title: string, section: string): string {
  const { body } = frontMatter(text)
  const front = text.slice(0, text.length - body.length)
  const found = findSection(body, title)
  const place = found ?? { start: findSection(body, 'System Prompt')?.start ?? body.length }
  const before = body.slice(0, place.start)
  const after = found ? body.slice(found.end) : body.slice(place.start)
  return `${front}${before === '' ? '' : ended(before)}${section}${after === '' ? '' : `${after}`}`
}

function withPrompt(text: string, prompt: string): string {
  const { body } = frontMatter(text)
  const front = text.slice(0, text.length - body.length)
  const found = findSection(body, 'System Prompt')
  return `${front}${ended(found ? body.slice(0, found.start) : body)}${promptSection(prompt)}`
}

/** With one blank line at its end. */
const ended = (text: string) => (text.trim() === '' ? '' : `${text.trimEnd()}\n\n`)

/** Ends in a blank line. */
function toolsSection(tools: readonly string[]): string {
  const names = [...new Set(tools.map(oneLine))].filter((name) => name !== '')
  return `## Tools\n${(names.length > 0 ? names : ['(none)']).map((name) => `- ${name}\n`).join('')}\n`
}

const promptSection = (prompt: string) => `## System Prompt\n${prompt.trim()}\n`

const oneLine = (text: string) => text.replaceAll(/\s+/g, ' ').trim()

/** Text that begins like a heading would end the section it stands in. */
const paragraph = (text: string) => text.replace(/^#/, '\\#')
