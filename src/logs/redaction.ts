/** Keeps secrets out of log lines: by the name of a field, and by the look of a value wherever it stands. */
import type { LogRecord, Sink, TextFormatter } from '@logtape/logtape'
import { redactByField, redactByPattern } from '@logtape/redaction'

const MASK = '***'

// Anchored, so that `maxTokens`, `inputTokens` and the `key` of a session or a job stay readable.
const FIELDS = [
  /(^|_)((bot|access|refresh|id|context|gateway|auth|verification)_?)?token$/i,
  /(api|private|encrypt|secret|access)_?key$/i,
  /secret/i,
  /passw(or)?d/i,
  /^(proxy-)?authorization$/i,
  /cookie$/i,
  /^credentials?$/i,
  /^get_updates_buf$/i,
]

const PATTERNS = [
  { pattern: /\b(Bearer|Basic) +[\w.~+/=-]+/gi, replacement: `$1 ${MASK}` },
  { pattern: /([?&](?:token|key|api_?key|access_token|code|secret)=)[^&\s"'<>\\]+/gi, replacement: `$1${MASK}` },
  { pattern: /(\w:\/\/)[^/\s"'@\\]+@/g, replacement: `$1${MASK}@` },
  { pattern: /\bcg_[0-9a-f]{32}\b/g, replacement: `cg_${MASK}` },
  { pattern: /\b(sk|pk|rk|gsk|xai|xox[abp])-[\w-]{12,}/g, replacement: `$1-${MASK}` },
  { pattern: /\bAIza[\w-]{30,}/g, replacement: `AIza${MASK}` },
  { pattern: /\b\d{6,12}:[\w-]{30,}/g, replacement: `bot:${MASK}` },
]

/** Wraps a sink: fields whose name says "secret" arrive as `***`, nested ones too. */
export function withoutSecretFields(sink: Sink): Sink {
  const redacted = redactByField(sink, { fieldPatterns: FIELDS, action: () => MASK })
  return (record: LogRecord) => {
    // Most lines carry no such field; only those that might pay for the deep copy.
    if (Object.entries(record.properties).some(mayHoldSecret)) redacted(record)
    else sink(record)
  }
}

function mayHoldSecret([name, value]: [string, unknown]): boolean {
  if (typeof value === 'object' && value !== null) return true
  return FIELDS.some((field) => field.test(name))
}

/** Wraps a formatter: whatever looks like a credential in the finished line becomes `***`. */
export function withoutSecretValues(format: TextFormatter): TextFormatter {
  return redactByPattern(format, PATTERNS)
}
