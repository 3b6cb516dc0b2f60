/** From text to a document, and from a document to a typed config; faults name their place (config.md section 2.2). */
import * as z from 'zod'
import { badRequest } from '../errors.ts'
import { canonical, type Document, isRecord } from './document.ts'
import { type Config, configSchema, homeDefaults } from './schema.ts'
import { below, shapeOf } from './shape.ts'

/** Parses a whole file. The message of a fault gives a line, never the text itself: it may hold a secret. */
export function parseJson(text: string): unknown {
  const source = text.replace(/^\uFEFF/, '')
  if (source.trim() === '') throw badRequest('the file is empty (EOF)')
  try {
    return JSON.parse(source)
  } catch (error) {
    throw badRequest(`not valid JSON${place(source, error)}`)
  }
}

function place(source: string, error: unknown): string {
  const message = String(error)
  const position = /at position (\d+)/.exec(message)
  if (position) return at(source, Number(position[1]))
  if (message.includes('Unexpected end')) return ': unexpected end of the text (EOF)'
  // V8 quotes the surroundings instead of giving a position: find them again.
  const snippet = /Unexpected token '.+?', (?:\.\.\.)?"(.*?)"(?:\.\.\.)? is not valid JSON/s.exec(message)
  const index = snippet ? source.indexOf(snippet[1]!) : -1
  return index < 0 ? '' : at(source, index + Math.floor(snippet![1]!.length / 2))
}

function at(source: string, position: number): string {
  const before = source.slice(0, position).split('\n')
  return ` at line ${before.length}, column ${before.at(-1)!.length + 1}`
}

/** A document from any JSON value: an object, or `null` for "nothing set". */
export function toDocument(value: unknown): Document {
  if (value === null) return {}
  if (!isRecord(value))
    throw badRequest(`json: cannot unmarshal ${jsonType(value)} into the config, an object is expected`)
  return canonical(configSchema, value) as Document
}

/** The typed config of a canonical document; a value of the wrong type is a `bad_request` that names its key. */
export function decodeConfig(document: Document, home: string): Config {
  const config = decodeWith(configSchema, document)
  const { workspace, logs } = homeDefaults(home)
  if (!given(document, 'agents', 'defaults', 'workspace')) config.agents.defaults.workspace = workspace
  if (!given(document, 'logging', 'dir')) config.logging.dir = logs
  return config
}

function given(document: Document, ...path: string[]): boolean {
  let value: unknown = document
  for (const key of path) {
    if (!isRecord(value) || !Object.hasOwn(value, key)) return false
    value = value[key]
  }
  return true
}

/** Decodes a canonical value with a schema that has only defaults and types. */
export function decodeWith<T extends z.ZodType>(schema: T, value: unknown): z.output<T> {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const issue = result.error.issues[0]!
  let found = value
  for (const key of issue.path) found = (found as Record<PropertyKey, unknown> | undefined)?.[key]
  const field = issue.path.reduce<string>(
    (path, key) => (typeof key === 'number' ? `${path}[${key}]` : path === '' ? String(key) : `${path}.${String(key)}`),
    '',
  )
  if (issue.code !== 'invalid_type') throw badRequest(`json: field ${field}: ${issue.message}`)
  const wanted = typeName(schema, issue.path, issue.expected)
  throw badRequest(`json: cannot unmarshal ${jsonType(found)} into field ${field} of type ${wanted}`)
}

/** The type as people know it from the contract; zod reports a text in place of an integer as a missing number. */
function typeName(schema: z.ZodType, path: readonly PropertyKey[], expected: string): string {
  const field = path.reduce<z.ZodType | undefined>((at, key) => below(at, String(key)), schema)
  const shape = field && shapeOf(field)
  if (shape?.kind === 'leaf' && shape.type instanceof z.ZodNumber && shape.type.isInt) return 'int'
  return TYPES[expected] ?? expected
}

const TYPES: Record<string, string> = { number: 'float64', boolean: 'bool', array: 'list', record: 'object' }

function jsonType(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  return typeof value === 'boolean' ? 'bool' : typeof value
}
