/** The skills catalogue of the system prompt (agent.md section 4, row 3). */
import type { Skill } from './skill-index.ts'

/**
 * `<skills>` XML, escaped, or `''` without skills. At most `chars` characters of entries (default 16 000): the rest are
 * counted, with a hint where to look.
 */
export function skillsForPrompt(skills: readonly Skill[], chars = 16_000): string {
  if (!skills.length) return ''
  const entries: string[] = []
  let used = 0
  for (const skill of skills) {
    const entry = toXml(skill)
    if (used + entry.length > chars) break
    entries.push(entry)
    used += entry.length
  }
  const left = skills.length - entries.length
  if (left) entries.push(`  <more count="${left}">list_dir skills shows them all</more>`)
  return `<skills>\n${entries.join('\n')}\n</skills>`
}

function toXml({ name, description, location, source }: Skill): string {
  const fields = Object.entries({ name, description, location, source })
  return `  <skill>\n${fields.map(([tag, text]) => `    <${tag}>${escapeXml(text)}</${tag}>`).join('\n')}\n  </skill>`
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' }

function escapeXml(text: string): string {
  return text.replaceAll(/[\u0000-\u001f]/g, ' ').replaceAll(/[&<>"']/g, (char) => ENTITIES[char]!)
}
