/**
 * The document: config.json as its owner wrote it, unknown keys included, before any default. Everything here works on
 * plain JSON values beside a schema.
 */
import type * as z from 'zod'
import { badRequest } from '../errors.ts'
import { below, shapeOf } from './shape.ts'

export type Document = Record<string, unknown>

/** Deeper nesting is refused: no config needs it, and recursion has an end. */
const MAX_DEPTH = 64

export function isRecord(value: unknown): value is Document {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/**
 * Rewrites known keys to their exact names (any case is accepted) and settles `null`: a list or map becomes empty, any
 * other known key is left out and so takes its default (config.md section 2.2). Known keys come first, in the
 * schema's order.
 */
export function canonical(schema: z.ZodType | undefined, value: unknown, depth = 0): unknown {
  if (depth > MAX_DEPTH) throw badRequest(`nested deeper than ${MAX_DEPTH} levels`)
  if (Array.isArray(value)) {
    const item = below(schema, '0')
    return value.map((each) => (each === null && item ? zero(item) : canonical(item, each, depth + 1)))
  }
  if (!isRecord(value)) return value
  const shape = schema && shapeOf(schema)
  const names = shape?.kind === 'struct' ? Object.keys(shape.fields) : []
  const known: Document = {}
  const rest: Document = {}
  for (const [key, child] of Object.entries(value)) {
    // An own `__proto__` would become a prototype in the copies made from here on.
    if (key === '__proto__') continue
    const name = names.includes(key) ? key : names.find((each) => each.toLowerCase() === key.toLowerCase())
    if (name !== undefined && name !== key && Object.hasOwn(value, name)) continue
    const inner = shape?.kind === 'map' ? shape.entry : name === undefined ? undefined : below(schema, name)
    const settled = child === null && inner ? settle(inner, shape?.kind === 'map') : canonical(inner, child, depth + 1)
    if (settled !== undefined) (name === undefined ? rest : known)[name ?? key] = settled
  }
  const ordered: Document = {}
  for (const name of names) if (Object.hasOwn(known, name)) ordered[name] = known[name]
  return Object.assign(ordered, rest)
}

/** What `null` means at a known place. */
function settle(schema: z.ZodType, inMap: boolean): unknown {
  const { kind } = shapeOf(schema)
  if (kind === 'list') return []
  if (kind === 'map') return {}
  return inMap ? zero(schema) : undefined
}

function zero(schema: z.ZodType): unknown {
  return shapeOf(schema).kind === 'struct' ? {} : ''
}

/** Paths of the keys that the schema does not know; what is below such a key is not listed again. */
export function unknownKeys(schema: z.ZodType, value: unknown, path = ''): string[] {
  if (Array.isArray(value)) {
    const item = below(schema, '0')
    return item ? value.flatMap((each, index) => unknownKeys(item, each, `${path}[${index}]`)) : []
  }
  if (!isRecord(value)) return []
  return Object.entries(value).flatMap(([key, child]) => {
    const inner = below(schema, key)
    const place = path === '' ? key : `${path}.${key}`
    return inner ? unknownKeys(inner, child, place) : [place]
  })
}

/** A copy of `config` with the unknown keys of `document` put back where they were. */
export function withUnknown(schema: z.ZodType, config: unknown, document: unknown): unknown {
  if (Array.isArray(config)) {
    const item = below(schema, '0')
    const originals = Array.isArray(document) ? document : []
    return config.map((each, index) => (item ? withUnknown(item, each, originals[index]) : each))
  }
  if (!isRecord(config)) return config
  const source = isRecord(document) ? document : {}
  const out: Document = {}
  for (const [key, child] of Object.entries(config)) {
    const inner = below(schema, key)
    out[key] = inner ? withUnknown(inner, child, Object.hasOwn(source, key) ? source[key] : undefined) : child
  }
  for (const [key, child] of Object.entries(source)) {
    if (!below(schema, key) && !Object.hasOwn(out, key)) out[key] = structuredClone(child)
  }
  return out
}

/** The value at a path of own keys; undefined where there is none. */
export function valueAt(value: unknown, path: readonly string[]): unknown {
  let at = value
  for (const key of path) {
    if (!isRecord(at) || !Object.hasOwn(at, key)) return undefined
    at = at[key]
  }
  return at
}

/** Sets the value at a path, making objects on the way; `undefined` removes the key. */
export function setAt(target: Document, path: readonly string[], value: unknown): void {
  let at = target
  for (const key of path.slice(0, -1)) {
    const next = Object.hasOwn(at, key) ? at[key] : undefined
    if (isRecord(next)) at = next
    else if (value === undefined) return
    else {
      const made: Document = {}
      at[key] = made
      at = made
    }
  }
  const last = path.at(-1)!
  if (value === undefined) delete at[last]
  else at[last] = value
}

/** Equal as JSON; the order of keys does not matter. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((each, i) => sameJson(each, b[i]))
  if (!isRecord(a) || !isRecord(b)) return a === b
  const keys = Object.keys(a)
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && sameJson(a[key], b[key]))
}

/** Dotted paths of the leaves in which two configs differ. A list is one leaf. */
export function changedPaths(a: unknown, b: unknown, path = ''): string[] {
  if (!isRecord(a) || !isRecord(b)) return sameJson(a, b) ? [] : [path]
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].flatMap((key) =>
    changedPaths(a[key], b[key], path === '' ? key : `${path}.${key}`),
  )
}
