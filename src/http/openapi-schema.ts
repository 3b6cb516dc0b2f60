/** JSON Schema for the OpenAPI document, from the zod schemas that validate and describe the routes. */
import * as z from 'zod'

export type JsonSchema = Record<string, unknown>

const DEFS = '#/$defs/'
const COMPONENTS = '#/components/schemas/'

/** Collects the named schemas (`.meta({ id })`) of a document while it is written. */
export class SchemaComponents {
  readonly #named: Record<string, JsonSchema> = {}

  /** The schema of a value as it is sent (`input`) or as it is answered (`output`). */
  schema(source: z.ZodType, io: 'input' | 'output'): JsonSchema {
    const { $schema: _, $defs, ...root } = z.toJSONSchema(source, { io, unrepresentable: 'any' }) as JsonSchema
    for (const [name, definition] of Object.entries(($defs ?? {}) as Record<string, JsonSchema>)) {
      const { id: __, ...rest } = definition
      this.#named[componentName(name)] = relinked(rest)
    }
    return withoutStrictness(relinked(root), io)
  }

  /** The named schemas, in alphabetical order. */
  all(): Record<string, JsonSchema> {
    return Object.fromEntries(Object.entries(this.#named).sort(([a], [b]) => (a < b ? -1 : 1)))
  }
}

/** OpenAPI allows letters, digits and `._-` in a component's name. */
const componentName = (name: string) => name.replace(/[^A-Za-z0-9._-]/g, '_')

function relinked(schema: JsonSchema): JsonSchema {
  return JSON.parse(JSON.stringify(schema), (key, value: unknown) =>
    key === '$ref' && typeof value === 'string' && value.startsWith(DEFS)
      ? COMPONENTS + componentName(value.slice(DEFS.length))
      : value,
  ) as JsonSchema
}

/** Answers may gain members: clients must not take their absence for a promise. */
function withoutStrictness(schema: JsonSchema, io: 'input' | 'output'): JsonSchema {
  if (io === 'output' && schema.additionalProperties === false) delete schema.additionalProperties
  return schema
}
