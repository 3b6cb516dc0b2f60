/** One line of a session file as a message (workspace-formats.md section 3.2). Lenient: what can be read is read. */
import type { NewMessage, ToolCallRecord } from '../sessions/index.ts'

/** A message of the earlier home. */
export interface OldMessage extends NewMessage {
  /** ms since the epoch; null when the line does not say or says nonsense. */
  at: number | null
  /** The line's own timestamp, for telling a repeat from a message said twice. */
  stamp: string | null
  /** What the model thought; nothing shows it, but it is kept. */
  reasoning?: string
}

/** Why a line is no message. */
export type LeftOut = 'unreadable' | 'not a message' | 'unknown role' | 'torn' | 'too long' | 'repeated'

export type ReadLine = { message: OldMessage; torn?: boolean } | { leftOut: LeftOut }

type Fields = Record<string, unknown>

const ROLES: Record<string, NewMessage['role']> = {
  user: 'user',
  assistant: 'assistant',
  system: 'system',
  developer: 'system',
  tool: 'tool',
  toolresult: 'tool',
  function: 'tool',
}
const BEGINNING = '{"type":"message"'

/**
 * Reads a line. One that a crash cut off swallowed the record written after it: that record is saved, and the line
 * counts as torn.
 */
export function parseLine(text: string, ended: boolean): ReadLine {
  const value = parsed(text)
  if (value !== undefined) return messageOf(value)
  const next = text.lastIndexOf(BEGINNING)
  const saved = next > 0 ? parsed(text.slice(next)) : undefined
  if (saved !== undefined) {
    const read = messageOf(saved)
    if ('message' in read) return { ...read, torn: true }
  }
  return { leftOut: ended && !isBeginning(text) ? 'unreadable' : 'torn' }
}

function isBeginning(text: string): boolean {
  return text.startsWith(BEGINNING) || text.startsWith('{"role"')
}

function messageOf(value: unknown): ReadLine {
  if (!isFields(value)) return { leftOut: 'not a message' }
  const wrapped = value.type === 'message' && isFields(value.message)
  const fields = wrapped ? (value.message as Fields) : value
  const named = textOf(fields.role).trim().toLowerCase()
  if (named === '') return { leftOut: 'not a message' }
  const role = Object.hasOwn(ROLES, named) ? ROLES[named] : undefined
  if (role === undefined) return { leftOut: 'unknown role' }
  const stamp = textOf(value.timestamp) || null
  const at = stamp === null ? Number.NaN : Date.parse(stamp)
  const reasoning = textOf(fields.reasoning_content)
  const callId = textOf(fields.toolCallId) || textOf(fields.tool_call_id)
  const name = textOf(fields.toolName) || textOf(fields.tool_name)
  const calls = role === 'assistant' ? callsOf(fields.toolCalls ?? fields.tool_calls) : []
  return {
    message: {
      role,
      content: contentOf(fields),
      at: Number.isFinite(at) ? at : null,
      stamp,
      ...(reasoning && { reasoning }),
      ...(role === 'tool' && callId && { callId }),
      ...(role === 'tool' && name && { name }),
      ...(calls.length > 0 && { calls }),
    },
  }
}

/** Text, or the text of all text parts. */
function contentOf(fields: Fields): string {
  if (typeof fields.content === 'string' && fields.content !== '') return fields.content
  const parts = Array.isArray(fields.content) ? fields.content : fields.content_parts
  if (!Array.isArray(parts)) return ''
  return parts
    .filter((part): part is Fields => isFields(part) && part.type === 'text')
    .map((part) => textOf(part.text))
    .join('\n')
}

function callsOf(value: unknown): ToolCallRecord[] {
  if (!Array.isArray(value)) return []
  return value.filter(isFields).flatMap((call) => {
    const made = isFields(call.function) ? call.function : {}
    const name = textOf(made.name) || textOf(call.name)
    if (name === '') return []
    const given = textOf(made.arguments) || (call.arguments ?? made.arguments)
    const text = typeof given === 'string' ? given : JSON.stringify(given ?? {})
    return [{ id: textOf(call.id), type: 'function' as const, function: { name, arguments: text } }]
  })
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
