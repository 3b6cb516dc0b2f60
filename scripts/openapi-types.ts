/** TypeScript declarations of an OpenAPI 3.1 document, as openapi-fetch reads them. */
import type { OpenApiDocument } from '../src/http/index.ts'

type Json = Record<string, unknown>

const HEAD = `// Made from the gateway's OpenAPI document by \`npm run api-types\`; do not edit.
/* biome-ignore-all lint: generated */
/* biome-ignore-all format: generated */
/* biome-ignore-all assist: generated */
`
const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace']

/** The text of a module that exports `paths` and `Schemas`. The same document gives the same text. */
export function apiTypes({ paths, components }: Pick<OpenApiDocument, 'paths' | 'components'>): string {
  const schemas = Object.entries(components.schemas).map(([name, schema]) => `  ${key(name)}: ${typeOf(schema, 1)}\n`)
  const items = Object.keys(paths)
    .sort()
    .map((path) => `  ${key(path)}: ${pathItem(paths[path]!)}\n`)
  return `${HEAD}\nexport interface Schemas {\n${schemas.join('')}}\n\nexport interface paths {\n${items.join('')}}\n`
}

function pathItem(item: Record<string, Json>): string {
  const lines = METHODS.map((method) =>
    item[method] ? `    ${method}: ${operation(item[method])}\n` : `    ${method}?: never\n`,
  )
  return `{\n    parameters: { query?: never; header?: never; path?: never; cookie?: never }\n${lines.join('')}  }`
}

function operation({ parameters = [], requestBody, responses }: Json): string {
  const listed = parameters as Array<{ in: string; name: string; required: boolean; schema: Json }>
  const places = ['query', 'path'].map((place) => {
    const own = listed.filter((parameter) => parameter.in === place)
    if (own.length === 0) return `${place}?: never`
    const members = own.map(({ name, required, schema }) => `${key(name)}${required ? '' : '?'}: ${typeOf(schema, 3)}`)
    return `${place}${own.some(({ required }) => required) ? '' : '?'}: { ${members.join('; ')} }`
  })
  const body = requestBody as { required?: boolean; content: Json } | undefined
  const answers = Object.entries(responses as Record<string, { content?: Json }>).map(
    ([status, { content }]) => `        ${status}: { headers: Record<string, unknown>; content${contents(content)} }\n`,
  )
  return (
    `{\n      parameters: { ${places.join('; ')}; header?: Record<string, string>; cookie?: never }\n` +
    `      requestBody${body ? `${body.required ? '' : '?'}: { content${contents(body.content)} }` : '?: never'}\n` +
    `      responses: {\n${answers.join('')}      }\n    }`
  )
}

function contents(content: Json | undefined): string {
  if (!content) return '?: never'
  const members = Object.entries(content).map(
    ([type, media]) => `${key(type)}: ${typeOf((media as { schema?: Json }).schema ?? {}, 4)}`,
  )
  return `: { ${members.join('; ')} }`
}

/** The type of a JSON Schema; what it cannot say in TypeScript (bounds, patterns) is left out. */
export function typeOf(schema: Json | boolean, depth = 0): string {
  if (typeof schema === 'boolean') return schema ? 'unknown' : 'never'
  if (typeof schema.$ref === 'string') return `Schemas[${quoted(schema.$ref.slice(schema.$ref.lastIndexOf('/') + 1))}]`
  if ('const' in schema) return JSON.stringify(schema.const)
  if (Array.isArray(schema.enum)) return schema.enum.map((value) => JSON.stringify(value)).join(' | ')
  const alternatives = schema.anyOf ?? schema.oneOf
  if (Array.isArray(alternatives)) return union(alternatives.map((one: Json) => typeOf(one, depth)))
  if (Array.isArray(schema.allOf)) return schema.allOf.map((one: Json) => `(${typeOf(one, depth)})`).join(' & ')
  if (Array.isArray(schema.type)) return union(schema.type.map((type: string) => typeOf({ ...schema, type }, depth)))
  switch (schema.type) {
    case 'string':
    case 'boolean':
    case 'null':
      return schema.type
    case 'number':
    case 'integer':
      return 'number'
    case 'array':
      return arrayType(schema, depth)
    case 'object':
      return objectType(schema, depth)
    default:
      return schema.properties ? objectType(schema, depth) : 'unknown'
  }
}

function arrayType({ items, prefixItems }: Json, depth: number): string {
  if (Array.isArray(prefixItems)) return `[${prefixItems.map((item: Json) => typeOf(item, depth)).join(', ')}]`
  return `Array<${typeOf((items as Json | undefined) ?? {}, depth)}>`
}

function objectType({ properties = {}, required = [], additionalProperties }: Json, depth: number): string {
  const indent = '  '.repeat(depth + 1)
  const members = Object.entries(properties as Record<string, Json>).map(([name, schema]) => {
    const note = typeof schema.description === 'string' ? `${indent}/** ${comment(schema.description)} */\n` : ''
    const optional = (required as string[]).includes(name) ? '' : '?'
    return `${note}${indent}${key(name)}${optional}: ${typeOf(schema, depth + 1)}\n`
  })
  const rest = additionalProperties as Json | boolean | undefined
  const open = rest !== undefined && rest !== false
  if (members.length === 0) return `Record<string, ${open ? typeOf(rest, depth) : 'unknown'}>`
  // A member of its own type beside others of any: an index signature must admit both.
  if (open) members.push(`${indent}[name: string]: unknown\n`)
  return `{\n${members.join('')}${'  '.repeat(depth)}}`
}

function union(types: string[]): string {
  const distinct = [...new Set(types)]
  return distinct.length === 1 ? distinct[0]! : `(${distinct.join(' | ')})`
}

const comment = (text: string) => text.replaceAll('*/', '* /').replace(/\s+/g, ' ')
const quoted = (text: string) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
const key = (name: string) => (/^[A-Za-z_$][\w$]*$/.test(name) || /^\d+$/.test(name) ? name : quoted(name))
