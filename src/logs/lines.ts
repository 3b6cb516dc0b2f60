/** One log record as text: JSON for the file and the API (gateway-api.md "Logs"), a readable line for a terminal. */
import type { LogRecord, TextFormatter } from '@logtape/logtape'
import { withoutSecretValues } from './redaction.ts'

const LEVEL: Record<LogRecord['level'], string> = {
  trace: 'DEBUG',
  debug: 'DEBUG',
  info: 'INFO',
  warning: 'WARN',
  error: 'ERROR',
  fatal: 'ERROR',
}

/** `{"time":"…Z","level":"INFO","msg":"…",…fields}` and LF, without secrets. */
export const jsonLine: TextFormatter = withoutSecretValues((record) => {
  const own = { time: time(record), level: LEVEL[record.level], msg: record.message.join('') }
  // Twice: first for the order, again so that a field of the same name cannot change it.
  return `${JSON.stringify({ ...own, ...record.properties, ...own }, plain)}\n`
})

/** `12:34:56 WARN  message  name=value` and LF, without secrets. */
export const humanLine: TextFormatter = withoutSecretValues((record) => {
  const fields = Object.entries(record.properties)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => [name, plain(name, value)] as const)
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value, plain)}`)
  const message = [record.message.join(''), ...fields].join('  ')
  // Control characters of foreign text would move the cursor or recolour the terminal.
  const safe = message.replace(/[\r\n\t]+/g, ' ').replace(/[\u0000-\u001f\u007f-\u009f]/g, '')
  return `${time(record).slice(11, 19)} ${LEVEL[record.level].padEnd(5)} ${safe}\n`
})

const time = (record: LogRecord) => new Date(record.timestamp).toISOString()

/** What JSON would drop or refuse: errors become their message, big integers text. Very long text is cut. */
function plain(_key: string, value: unknown): unknown {
  if (value instanceof Error) return `${value.name}: ${value.message}`
  if (typeof value === 'bigint') return String(value)
  if (typeof value === 'string' && value.length > 8000) return `${value.slice(0, 8000)}… (${value.length} characters)`
  return value
}
