/** What a SKILL.md says: the front matter of agentskills.io, and the sections that the console edits. */
import { type FrontMatter, frontMatter } from './front-matter.ts'

const MAX_DESCRIPTION = 1024
const MAX_HEADING = 200
const MAX_TOOL_NAMES = 4000

/** A SKILL.md, read. */
export interface SkillText {
  /** One line, at most 1024 characters; empty when the skill says nothing about itself. */
  description: string
  /** The list items of its `## Tools` section. */
  tools: string[]
  /** All that follows its `## System Prompt` heading, trimmed. */
  systemPrompt: string
  /** `name` of the front matter; the folder's name counts, not this one. */
  declaredName?: string
  license?: string
  /** `allowed-tools` of the front matter: what the skill's author expects to be at hand. It grants nothing. */
  allowedTools?: string[]
  metadata?: Record<string, unknown>
  /** What is wrong with its front matter, for people. */
  problem?: string
}

/** Reads a SKILL.md; whatever the text is, something comes out. */
export function parseSkillText(text: string): SkillText {
  const parsed = frontMatter(text)
  const { fields, body, problem } = parsed
  const tools = findSection(body, 'Tools')
  const prompt = findSection(body, 'System Prompt')
  const allowedTools = toolNames(fields['allowed-tools'])
  return {
    description: descriptionOf(parsed),
    tools: tools ? listItems(body.slice(tools.content, tools.end)) : [],
    systemPrompt: prompt ? body.slice(prompt.content).trim() : '',
    ...(isText(fields.name) && { declaredName: fields.name.trim() }),
    ...(isText(fields.license) && { license: fields.license.trim() }),
    ...(allowedTools.length > 0 && { allowedTools }),
    ...(isMap(fields.metadata) && { metadata: fields.metadata }),
    ...(problem && { problem }),
  }
}

/** The description of the front matter, else the first line that is text; on one line. */
export function descriptionOf({ fields, body }: FrontMatter): string {
  const given = typeof fields.description === 'string' ? fields.description : firstSentence(body)
  return given.replaceAll(/\s+/g, ' ').trim().slice(0, MAX_DESCRIPTION)
}

/** A second-level section as positions in the text it was found in. */
export interface Section {
  /** Where its heading begins. */
  start: number
  /** Where the line after the heading begins. */
  content: number
  /** Where the next heading of the first or second level begins, or the text ends. */
  end: number
}

/** The first `## <title>` outside code blocks, whatever its case; null when there is none. */
export function findSection(body: string, title: string): Section | null {
  let found: Section | null = null
  let fence = ''
  let at = 0
  for (const line of body.split(/(?<=\n)/)) {
    const mark = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1]
    if (mark && fence === '') fence = mark
    else if (mark?.startsWith(fence)) fence = ''
    else if (fence === '' && /^#{1,2}[ \t]/.test(line)) {
      if (found) return { ...found, end: at }
      if (headingOf(line).toLowerCase() === title.toLowerCase()) {
        found = { start: at, content: at + line.length, end: body.length }
      }
    }
    at += line.length
  }
  return found
}

/** The text of a second-level heading, `''` for a first-level one. A longer line than any title is none of ours. */
function headingOf(line: string): string {
  return /^##[ \t]+(.*?)[ \t#]*\r?\n?$/.exec(line.slice(0, MAX_HEADING))?.[1] ?? ''
}

/** `(none)` stands for an empty list. */
function listItems(text: string): string[] {
  const items = Array.from(text.matchAll(/^[-*][ \t]+(.*)$/gm), ([, item]) => item!.trim())
  return items.filter((item) => item !== '' && item !== '(none)')
}

/** The first line that is text: what a skill without front matter says about itself. */
function firstSentence(body: string): string {
  return body.split(/\r?\n/).find((line) => /^[^\s#<`|-]/.test(line)) ?? ''
}

/** `Read, Bash(git log:*)`, the same separated by spaces, or a list. */
function toolNames(value: unknown): string[] {
  if (Array.isArray(value)) return value.filter(isText).map((name) => name.trim())
  return typeof value === 'string' ? (value.slice(0, MAX_TOOL_NAMES).match(/[^\s,(]+(?:\([^)]*\))?/g) ?? []) : []
}

const isText = (value: unknown): value is string => typeof value === 'string' && value.trim() !== ''
const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
