/** A line of the log, made ready once for showing and filtering. */
import type { Schemas } from '../../api/schema.d.ts'

export type LogEntry = Schemas['LogEntry']
export type Level = 'DEBUG' | 'INFO' | 'WARN' | 'ERROR'

export interface LogLine {
  /** Its place in what this page has seen. */
  id: number
  /** ms since the epoch; null when the line does not say. */
  at: number | null
  level: Level
  text: string
  /** `name=value` of everything else. */
  fields: string
  entry: LogEntry
  /** What a filter looks through: lower case. */
  haystack: string
}

const LEVELS: readonly Level[] = ['DEBUG', 'INFO', 'WARN', 'ERROR']

/** The line of an entry. */
export function logLine(id: number, entry: LogEntry): LogLine {
  const { time, level, msg, ...rest } = entry
  const at = typeof time === 'string' ? Date.parse(time) : Number.NaN
  const text = typeof msg === 'string' ? msg : ''
  const fields = Object.entries(rest)
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join('  ')
  return {
    id,
    at: Number.isNaN(at) ? null : at,
    level: LEVELS.includes(level as Level) ? (level as Level) : 'INFO',
    text,
    fields,
    entry,
    haystack: `${text} ${fields}`.toLowerCase(),
  }
}

export interface LogFilter {
  /** The lowest level that is shown. */
  level: Level
  text: string
}

/** The lines that a filter leaves; the same list when it leaves all. */
export function filtered(lines: readonly LogLine[], { level, text }: LogFilter): readonly LogLine[] {
  const sought = text.trim().toLowerCase()
  const lowest = LEVELS.indexOf(level)
  if (lowest === 0 && sought === '') return lines
  return lines.filter((line) => LEVELS.indexOf(line.level) >= lowest && line.haystack.includes(sought))
}
