/**
 * Models write `"5"` for 5 and `"a,b"` for a list. This bends arguments towards a tool's JSON Schema before they are
 * validated (agent.md section 8.2); what it cannot read stays as it is, for the validation to name.
 */
import { type JsonSchema, typesOf } from './json-schema.ts'

const TRUE = new Set(['true', '1', 'yes', 'on'])
const FALSE = new Set(['false', '0', 'no', 'off'])

/**
 * The arguments as an object that comes closer to `schema`. Text that holds a JSON object is read. With `defaults`, an
 * optional number below its minimum (`limit: 0`) counts as not given; leave it off where the schema is not ours.
 */
export function coerceArguments(schema: JsonSchema, input: unknown, options: { defaults?: boolean } = {}): unknown {
  if (input === undefined || input === null || input === '') return {}
  return coerce({ type: 'object', ...schema }, input, options.defaults ?? false)
}

function coerce(schema: JsonSchema, value: unknown, defaults: boolean): unknown {
  const types = typesOf(schema)
  const type = types.find((candidate) => candidate !== 'null')
  if (type === undefined || (value === null && types.includes('null'))) return value
  switch (type) {
    case 'string':
      return typeof value === 'number' || typeof value === 'boolean' ? String(value) : value
    case 'integer':
    case 'number':
      return toNumber(value, type === 'integer')
    case 'boolean':
      return toBoolean(value)
    case 'array':
      return toList(schema, value, defaults)
    case 'object':
      return toObject(schema, value, defaults)
    default:
      return value
  }
}

function toNumber(value: unknown, whole: boolean): unknown {
  const text = typeof value === 'string' ? value.trim() : value
  if (typeof text !== 'number' && (typeof text !== 'string' || !/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text))) {
    return value
  }
  const number = Number(text)
  return whole ? Math.trunc(number) : number
}

function toBoolean(value: unknown): unknown {
  if (typeof value === 'number') return value !== 0
  if (typeof value !== 'string') return value
  const word = value.trim().toLowerCase()
  return TRUE.has(word) ? true : FALSE.has(word) ? false : value
}

function toList(schema: JsonSchema, value: unknown, defaults: boolean): unknown {
  const items = schema.items ?? {}
  const ofStrings = typesOf(items).includes('string')
  let list: unknown = value
  if (typeof value === 'string') list = parsed(value, '[') ?? (ofStrings ? value.split(',') : value)
  if (!Array.isArray(list)) return list
  const coerced = list.map((item) => coerce(items, item, defaults))
  if (!ofStrings || coerced.some((item) => typeof item !== 'string')) return coerced
  return [...new Set(coerced.map((item) => String(item).trim()))].filter(Boolean)
}

function toObject(schema: JsonSchema, value: unknown, defaults: boolean): unknown {
  const object = typeof value === 'string' ? parsed(value, '{') : value
  if (typeof object !== 'object' || object === null || Array.isArray(object)) return value
  const properties = new Map(Object.entries(schema.properties ?? {}))
  const kept: Array<[string, unknown]> = []
  for (const [key, raw] of Object.entries(object)) {
    const property = properties.get(key)
    const coerced = property === undefined ? raw : coerce(property, raw, defaults)
    // Models fill in what they do not want to say: null, or a count of 0 where only positive ones make sense.
    const optional = property !== undefined && !schema.required?.includes(key)
    if (optional && coerced === null && !typesOf(property).includes('null')) continue
    if (optional && defaults && isBelow(property, coerced)) continue
    kept.push([key, coerced])
  }
  return Object.fromEntries(kept)
}

function isBelow(schema: JsonSchema, value: unknown): boolean {
  if (typeof value !== 'number') return false
  return value < (schema.minimum ?? -Infinity) || value <= (schema.exclusiveMinimum ?? -Infinity)
}

function parsed(text: string, opening: '[' | '{'): unknown {
  if (!text.trimStart().startsWith(opening)) return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
