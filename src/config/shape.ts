/** Looks into a schema: which keys it knows, what is below them, and which values are secrets. */
import * as z from 'zod'

export type Shape =
  | { kind: 'struct'; fields: Readonly<Record<string, z.ZodType>> }
  | { kind: 'map'; entry: z.ZodType }
  | { kind: 'list'; item: z.ZodType }
  | { kind: 'leaf'; type: z.ZodType }

/** The shape below defaults and optional marks. */
export function shapeOf(schema: z.ZodType): Shape {
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault || schema instanceof z.ZodOptional) {
    return shapeOf(schema.unwrap() as z.ZodType)
  }
  if (schema instanceof z.ZodObject) return { kind: 'struct', fields: schema.shape as Record<string, z.ZodType> }
  if (schema instanceof z.ZodRecord) return { kind: 'map', entry: schema.valueType as z.ZodType }
  if (schema instanceof z.ZodArray) return { kind: 'list', item: schema.element as z.ZodType }
  return { kind: 'leaf', type: schema }
}

/** The schema below a key or an index; undefined where the schema knows nothing. */
export function below(schema: z.ZodType | undefined, key: string): z.ZodType | undefined {
  if (!schema) return undefined
  const shape = shapeOf(schema)
  switch (shape.kind) {
    case 'struct':
      return Object.hasOwn(shape.fields, key) ? shape.fields[key] : undefined
    case 'map':
      return shape.entry
    case 'list':
      return shape.item
    case 'leaf':
      return undefined
  }
}

/** True for a value that must not leave in clear. */
export function isSecret(schema: z.ZodType): boolean {
  return schema.meta()?.format === 'password'
}
