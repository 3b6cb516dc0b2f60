/** Which memory a note goes to, and the line it becomes (agent.md section 9.5). */
import { badRequest } from '../errors.ts'

export interface MemoryNote {
  content: string
  /** `longterm`, `memory`, `permanent`; `daily` (default), `log`, `today`. */
  kind?: string
  /** `low`, `medium` (default), `high`. */
  importance?: string
  /** Who says so; default `user`. */
  source?: string
  tags?: readonly string[]
}

/** A note that passed the rules. */
export interface ReadyNote {
  kind: 'longterm' | 'daily'
  /** `[importance=… | source=… | tags=…] <content>`, further lines indented so that they stay with the first. */
  text: string
}

const KINDS = new Map<string, ReadyNote['kind']>([
  ['', 'daily'],
  ...['daily', 'log', 'today'].map((word) => [word, 'daily'] as const),
  ...['longterm', 'memory', 'permanent'].map((word) => [word, 'longterm'] as const),
])
const LASTING = new Set(['preference', 'decision', 'rule', 'policy', 'identity'])
const DOWNGRADED = 'downgraded:longterm_gate'

/**
 * Long-term memory is read in every prompt, so only notes of high importance or with a lasting tag get there; others go
 * to the day's notes, marked `downgraded:longterm_gate`. 400 for an unknown kind or importance, or no content.
 */
export function readyNote(note: MemoryNote): ReadyNote {
  const content = note.content.trim()
  if (content === '') throw badRequest('content is required')
  const wanted = KINDS.get(word(note.kind))
  if (wanted === undefined) throw badRequest(`invalid kind '${note.kind}', expected longterm or daily`)
  const importance = word(note.importance) || 'medium'
  if (!['low', 'medium', 'high'].includes(importance)) {
    throw badRequest(`invalid importance '${note.importance}', expected low, medium or high`)
  }
  const tags = (note.tags ?? []).map((tag) => label(tag).toLowerCase()).filter(Boolean)
  const lasts = importance === 'high' || tags.some((tag) => LASTING.has(tag))
  const kind = wanted === 'longterm' && !lasts ? 'daily' : wanted
  if (kind !== wanted) tags.push(DOWNGRADED)
  const facts = [`importance=${importance}`, `source=${label(note.source ?? '') || 'user'}`]
  if (tags.length > 0) facts.push(`tags=${[...new Set(tags)].join(',')}`)
  return { kind, text: `[${facts.join(' | ')}] ${content.replace(/\r?\n/g, '\n  ')}` }
}

const word = (text: string | undefined) => (text ?? '').trim().toLowerCase()

/** Without the characters that would end the bracket, the field or the list. */
const label = (text: string) => text.replace(/[\s\]|[,]+/g, ' ').trim()
