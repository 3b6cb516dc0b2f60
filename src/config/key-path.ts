/** Paths and values as one types them: `clawgo config set gateway.port 18790` (config.md section 7.4). */
import { badRequest } from '../errors.ts'
import { type Document, isRecord } from './document.ts'
import { configSchema } from './schema.ts'
import { below, shapeOf } from './shape.ts'

/** Splits a dotted path; `enable` is read as `enabled`. Throws `path is empty` or `invalid path: P`. */
export function parsePath(path: string): string[] {
  const trimmed = path.trim().replace(/^\.+|\.+$/g, '')
  if (trimmed === '') throw badRequest('path is empty')
  const keys = trimmed.split('.').map((key) => key.trim())
  if (keys.some((key) => key === '' || key === '__proto__')) throw badRequest(`invalid path: ${path}`)
  return keys.map((key) => (key === 'enable' ? 'enabled' : key))
}

/** Throws `path segment is not object: KEY` when the path leads through something that is not an object. */
export function checkPath(document: Document, keys: readonly string[]): void {
  let at: unknown = document
  for (const key of keys.slice(0, -1)) {
    at = isRecord(at) && Object.hasOwn(at, key) ? at[key] : undefined
    if (at === undefined) return
    if (!isRecord(at)) throw badRequest(`path segment is not object: ${key}`)
  }
}

/** The value a typed text means: JSON words, numbers, quoted text, objects and lists; a text where the key wants one. */
export function parseValue(keys: readonly string[], text: string): unknown {
  const trimmed = text.trim()
  const quoted = /^(["'])(.*)\1$/s.exec(trimmed)
  if (quoted) return quoted[2]
  if (wantsText(keys)) return text
  if (/^(true|false|null)$/i.test(trimmed)) return JSON.parse(trimmed.toLowerCase())
  if (/^[+-]?(\d+|\d*\.\d+|\d+\.\d*)$/.test(trimmed)) return Number(trimmed)
  if (/^[[{]/.test(trimmed)) {
    try {
      return JSON.parse(trimmed)
    } catch {
      return text
    }
  }
  return text
}

/** True where the schema has a text: a token of digits stays a text. */
function wantsText(keys: readonly string[]): boolean {
  const schema = keys.reduce<ReturnType<typeof below>>((at, key) => below(at, key), configSchema)
  if (!schema) return false
  const shape = shapeOf(schema)
  return shape.kind === 'leaf' && shape.type.safeParse('').success
}
