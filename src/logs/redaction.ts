/** Keeps secrets out of log lines: by the name of a field, and by the look of a value wherever it stands. */
import type { LogRecord, Sink, TextFormatter } from '@logtape/logtape'
import { redactByField, redactByPattern } from '@logtape/redaction'

const MASK = '***'

// Anchored, so that `maxTokens`, `inputTokens` and the `key` of a session or a job stay readable.
const FIELDS = [
  /(^|[_-])((bot|access|refresh|id|context|gateway|auth|verification)[_-]?)?token$/i,
  /(api|private|encrypt|secret|access)[_-]?key$/i,
  /secret/i,
  /passw(or)?d|passphrase/i,
  /^(proxy-)?authorization$/i,
  /cookie$/i,
  /^credentials?$/i,
  /^get_updates_buf$/i,
]

const PATTERNS = [
  { pattern: /\b(Bearer|Basic) +[\w.~+/=-]+/gi, replacement: `$1 ${MASK}` },
  {
    pattern: /([?&](?:token|key|api_?key|access_token|code|secret|sig|signature)=)[^&\s"'<>\\]+/gi,
    replacement: `$1${MASK}`,
  },
  // In text that holds JSON, a header, an environment or a command line; quotes may be escaped once or more. Plain
  // numbers and words of JSON stay: a mask in their place would break the line.
  {
    pattern:
      /((?:\b|_)(?:token|secret|passw(?:or)?d|passphrase|(?:set-)?cookie|(?:api|private|encrypt|access|secret)[_-]?key)\\*["']?\s*[:=]\s*\\*["']?)(?!\*\*\*|(?:null|true|false|-?[\d.]+)[,}\]])[^\s"'\\,;&}\])]{3,}/gi,
    replacement: `$1${MASK}`,
  },
  {
    // Not begun inside a row of dashes: a long one would be walked anew from each of them.
    pattern:
      /(?<!-)(--?[\w-]*(?:token|secret|passw(?:or)?d|api-?key)[ =]\\*["']?)(?!\*\*\*)[^\s"'\\,-][^\s"'\\,]{2,}/gi,
    replacement: `$1${MASK}`,
  },
  { pattern: /(\w:\/\/)[^/\s"'@\\]+@/g, replacement: `$1${MASK}@` },
  { pattern: /\bcg_[0-9a-f]{32}\b/g, replacement: `cg_${MASK}` },
  { pattern: /\b(sk|pk|rk|gsk|xai|xox[abeprs]|glpat)-[\w-]{12,}/g, replacement: `$1-${MASK}` },
  { pattern: /\b(gh[opsu]|github_pat)_\w{20,}/g, replacement: `$1_${MASK}` },
  { pattern: /\bAKIA[0-9A-Z]{16}\b/g, replacement: `AKIA${MASK}` },
  { pattern: /\bAIza[\w-]{30,}/g, replacement: `AIza${MASK}` },
  { pattern: /\beyJ[\w-]{10,}\.[\w-]{4,}(?:\.[\w-]*)?/g, replacement: `eyJ${MASK}` },
  { pattern: /(?<!\d)\d{6,12}:[\w-]{30,}/g, replacement: `:${MASK}` },
  {
    pattern: /-----BEGIN [A-Z ]*PRIVATE KEY-----(?:(?!-----END)[^"])*/g,
    replacement: `-----BEGIN PRIVATE KEY-----${MASK}`,
  },
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

/** The text with whatever looks like a credential masked. */
export function withoutSecrets(text: string): string {
  let masked = text
  for (const { pattern, replacement } of PATTERNS) masked = masked.replace(pattern, replacement)
  return masked
}

/** A value from a line that was not written here, masked by the names of its fields and the look of its texts. */
export function withoutSecretParts(value: unknown, name = ''): unknown {
  if (value !== '' && value !== null && typeof value !== 'boolean' && FIELDS.some((field) => field.test(name)))
    return MASK
  if (typeof value === 'string') return withoutSecrets(value)
  if (Array.isArray(value)) return value.map((item) => withoutSecretParts(item))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withoutSecretParts(inner, key)]))
}
