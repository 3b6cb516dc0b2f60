/** YAML front matter of a Markdown file, also as people really write it (workspace-formats.md section 5.2). */
import { isMap, parseDocument, stringify } from 'yaml'

/** Text fields stay text (`1.10`, `yes`); lists and maps keep their shape. */
export interface FrontMatter {
  fields: Record<string, unknown>
  /** The text after the front matter. */
  body: string
  /** Why the front matter is not valid YAML; `fields` then holds what could be read line by line. */
  problem?: string
}

const BLOCK = /^---\r?\n([\s\S]*?)\r?\n---[ \t]*(?:\r?\n|$)/

/** Splits `text`; without front matter the fields are empty and the body is the whole text. Never throws. */
export function frontMatter(text: string): FrontMatter {
  const source = text.replace(/^\uFEFF/, '')
  const match = BLOCK.exec(source)
  if (!match) return { fields: {}, body: source }
  const yaml = match[1]!
  const body = source.slice(match[0].length)
  try {
    const document = parseDocument(yaml, { schema: 'failsafe', logLevel: 'silent' })
    const first = document.errors[0]
    if (first) return { fields: lineByLine(yaml), body, problem: first.message.split('\n')[0]! }
    const value: unknown = document.toJS()
    if (isFields(value)) return { fields: value, body }
    return { fields: {}, body, problem: 'the front matter is not a list of fields' }
  } catch (error) {
    return { fields: lineByLine(yaml), body, problem: error instanceof Error ? error.message : String(error) }
  }
}

/**
 * `text` with `fields` set in its front matter, which is made when missing. What else it holds stays, comments
 * included; one that is no YAML is written anew from what could be read of it.
 */
export function withFrontMatter(text: string, fields: Readonly<Record<string, string>>): string {
  const source = text.replace(/^\uFEFF/, '')
  const match = BLOCK.exec(source)
  if (!match) return `---\n${stringify(fields, { lineWidth: 0 })}---\n\n${source}`
  return `---\n${withFields(match[1]!, fields)}---\n${source.slice(match[0].length)}`
}

function withFields(yaml: string, fields: Readonly<Record<string, string>>): string {
  const document = parseDocument(yaml, { logLevel: 'silent' })
  if (document.errors.length > 0 || !isMap(document.contents)) {
    return stringify({ ...lineByLine(yaml), ...fields }, { lineWidth: 0 })
  }
  for (const [key, value] of Object.entries(fields)) document.set(key, value)
  return document.toString({ lineWidth: 0 })
}

/** `description: Use when: asked` is no YAML, yet everybody means the text after the first colon. */
function lineByLine(yaml: string): Record<string, unknown> {
  const fields: Record<string, unknown> = {}
  for (const line of yaml.split(/\r?\n/)) {
    const match = /^([A-Za-z_][\w-]*):[ \t]*(.*)$/.exec(line)
    if (match) fields[match[1]!] = match[2]!.trim().replace(/^(["'])(.*)\1$/, '$2')
  }
  return fields
}

function isFields(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
