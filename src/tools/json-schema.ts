/** The JSON Schema a tool's input has for models and for `GET /api/tools`. */
import * as z from 'zod'

/** The part of JSON Schema that the gateway itself reads; a remote tool's schema may hold more. */
export interface JsonSchema {
  readonly [keyword: string]: unknown
  readonly type?: string | readonly string[]
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly required?: readonly string[]
  readonly items?: JsonSchema
  readonly minimum?: number
  readonly exclusiveMinimum?: number
}

/** What a caller may write for `schema`, as an object schema. */
export function parametersOf(schema: z.ZodType): JsonSchema {
  const { $schema: _, ...parameters } = z.toJSONSchema(schema, {
    io: 'input',
    // The bounds of a safe integer are noise to a model.
    override: ({ jsonSchema }) => {
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum
    },
  })
  return { properties: {}, ...parameters, type: 'object' } as JsonSchema
}

/** The types a schema admits; none when it does not say. */
export function typesOf(schema: JsonSchema): readonly string[] {
  if (schema.type === undefined) return []
  return typeof schema.type === 'string' ? [schema.type] : schema.type
}
