/**
 * Tool schemas for Gemini, which refuses a whole request for one keyword it does not know. The SDK passes schemas on as
 * they are; here they keep the keywords Google documents, and what has another way to be said is said that way. What is
 * lost is checked by the tool itself.
 */
import type { JSONSchema7, LanguageModelV4FunctionTool } from '@ai-sdk/provider'
import type { Quirk } from './wrapped-model.ts'

type Schema = Record<string, unknown>

const KEPT = new Set(
  `$defs $ref type format title description enum items prefixItems minItems maxItems minimum maximum anyOf oneOf
   properties additionalProperties required propertyOrdering nullable`.split(/\s+/),
)
/** Members whose values are schemas by name, lists of schemas, and schemas. */
const BY_NAME = new Set(['properties', '$defs'])
const LISTS = new Set(['anyOf', 'oneOf', 'prefixItems'])
const SINGLE = new Set(['items', 'additionalProperties'])
/** The only formats Google takes for texts. */
const FORMATS = new Set(['enum', 'date-time', 'int32', 'int64', 'float', 'double'])

export const googleSchemas: Quirk = {
  options: (options) =>
    options.tools
      ? { ...options, tools: options.tools.map((tool) => (tool.type === 'function' ? plain(tool) : tool)) }
      : options,
}

const plain = (tool: LanguageModelV4FunctionTool): LanguageModelV4FunctionTool => ({
  ...tool,
  inputSchema: plainSchema(tool.inputSchema) as JSONSchema7,
})

/** The schema in the words Google knows. */
export function plainSchema(schema: unknown): unknown {
  if (!isSchema(schema)) return schema
  const source = merged(schema)
  const result: Schema = {}
  for (const [key, value] of Object.entries(source)) {
    if (!KEPT.has(key) || (key === 'format' && !FORMATS.has(String(value)))) continue
    if (BY_NAME.has(key) && isSchema(value)) {
      result[key] = Object.fromEntries(Object.entries(value).map(([name, each]) => [name, plainSchema(each)]))
    } else if (LISTS.has(key) && Array.isArray(value)) result[key] = value.map(plainSchema)
    else result[key] = SINGLE.has(key) ? plainSchema(value) : value
  }
  if ('const' in source && !('enum' in source)) result.enum = [source.const]
  bound(source, result, 'exclusiveMinimum', 'minimum', 1)
  bound(source, result, 'exclusiveMaximum', 'maximum', -1)
  return result
}

/** `allOf` is one schema that has all of theirs. */
function merged(schema: Schema): Schema {
  if (!Array.isArray(schema.allOf)) return schema
  const { allOf, ...own } = schema
  const all = [...allOf.filter(isSchema).map(merged), own]
  const properties = Object.assign({}, ...all.map((each) => each.properties ?? {})) as Schema
  const required = [...new Set(all.flatMap((each) => (Array.isArray(each.required) ? each.required : [])))]
  return {
    ...(Object.assign({}, ...all) as Schema),
    ...(Object.keys(properties).length > 0 ? { properties } : {}),
    ...(required.length > 0 ? { required } : {}),
  }
}

/** Of whole numbers an open limit is the closed one next to it; of others the closed one is nearly right. */
function bound(source: Schema, result: Schema, open: string, closed: string, step: 1 | -1): void {
  const limit = source[open]
  if (typeof limit !== 'number' || closed in source) return
  result[closed] = source.type === 'integer' ? limit + step : limit
}

const isSchema = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
