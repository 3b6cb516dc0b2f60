/** A kept line as the API shows it (api-behaviour.md section 5.22). */
import { withoutSecretParts } from './redaction.ts'

/** One element of `logs`: what the line holds when that is an object. */
export type LogEntry = Record<string, unknown> | null

/**
 * A line that is a JSON object is that object, `null` is null, and any other text is wrapped with the time of reading.
 * Undefined for a blank line. Lines of other programs come in here, so what looks secret is masked again.
 */
export function logEntry(line: string, now: number): LogEntry | undefined {
  const text = line.trim()
  if (text === '') return undefined
  const value = parsed(text)
  if (value === null) return null
  const masked = withoutSecretParts(typeof value === 'object' && !Array.isArray(value) ? value : text)
  if (typeof masked === 'object') return masked as LogEntry
  return { time: new Date(now).toISOString(), level: 'INFO', msg: masked }
}

function parsed(text: string): unknown {
  // Most plain lines are told apart without an exception.
  if (!/^[{n]/.test(text)) return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
