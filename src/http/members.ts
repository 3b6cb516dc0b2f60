/**
 * Bodies of a fixed shape are read forgivingly (api-behaviour.md section 2.4): member names match whatever their case,
 * the last duplicate wins, `null` means "not given" unless the schema takes it.
 */
import type * as z from 'zod'

export type Reshape = (value: unknown) => unknown

/** The parts of a zod definition that say where members are. */
interface Definition {
  type: string
  shape?: Record<string, z.ZodType>
  element?: z.ZodType
  innerType?: z.ZodType
  in?: z.ZodType
  options?: readonly z.ZodType[]
}

interface Member {
  name: string
  takesNull: boolean
  reshape: Reshape
}

const asItIs: Reshape = (value) => value
const definitionOf = (schema: z.ZodType) => schema._zod.def as unknown as Definition

/** What turns a parsed JSON value into the member names that `schema` spells. Values it knows nothing of stay as they are. */
export function reshaperOf(schema: z.ZodType): Reshape {
  const definition = definitionOf(schema)
  switch (definition.type) {
    case 'object':
    case 'union': {
      const shape = shapeOf(schema)
      return shape ? objectReshaper(shape) : asItIs
    }
    case 'array': {
      const item = reshaperOf(definition.element!)
      return item === asItIs ? asItIs : (value) => (Array.isArray(value) ? value.map(item) : value)
    }
    case 'pipe':
      return reshaperOf(definition.in!)
    case 'optional':
    case 'nullable':
    case 'default':
    case 'prefault':
    case 'catch':
    case 'readonly':
    case 'nonoptional':
      return reshaperOf(definition.innerType!)
    default:
      return asItIs
  }
}

/** The members of an object schema, or of all objects of a union; undefined for anything else. */
function shapeOf(schema: z.ZodType): Record<string, z.ZodType> | undefined {
  const definition = definitionOf(schema)
  if (definition.type === 'object') return definition.shape
  if (definition.type !== 'union') return undefined
  const shapes = definition.options!.map(shapeOf)
  return shapes.every((shape) => shape !== undefined) ? Object.assign({}, ...shapes) : undefined
}

function objectReshaper(shape: Record<string, z.ZodType>): Reshape {
  // Built at the first use: a recursive schema would not end otherwise.
  let members: Map<string, Member> | undefined
  return (value) => {
    if (value === null) return {}
    if (typeof value !== 'object' || Array.isArray(value)) return value
    members ??= membersOf(shape)
    const result: Record<string, unknown> = {}
    for (const [key, entry] of Object.entries(value)) {
      if (key === '__proto__') continue
      const member = members.get(key) ?? members.get(key.toLowerCase())
      if (!member) result[key] = entry
      else if (entry !== null || member.takesNull) result[member.name] = member.reshape(entry)
    }
    return result
  }
}

/** Found by the exact name first, then by the lower-case one. */
function membersOf(shape: Record<string, z.ZodType>): Map<string, Member> {
  const members = new Map<string, Member>()
  for (const [name, schema] of Object.entries(shape)) {
    const member = { name, takesNull: schema.safeParse(null).success, reshape: reshaperOf(schema) }
    members.set(name.toLowerCase(), member)
  }
  for (const member of [...members.values()]) members.set(member.name, member)
  return members
}
