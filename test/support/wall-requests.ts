/** Requests that ask for what is another tenant's, made from the gateway's own document so that no route is left out. */
import type { WallTenant } from './wall-tenants.ts'

interface Schema {
  type?: string | string[]
  enum?: unknown[]
  anyOf?: Schema[]
  properties?: Record<string, Schema>
  required?: string[]
}

interface Operation {
  'x-scopes'?: string[]
  'x-websocket'?: unknown
  parameters?: Array<{ name: string; in: string; required?: boolean; schema?: Schema }>
  requestBody?: { content: Record<string, { schema?: Schema }> }
}

export interface ApiDocument {
  paths: Record<string, Record<string, Operation>>
}

/** One route of the document. */
export interface DocumentedRoute {
  /** `GET /api/version`. */
  readonly name: string
  readonly method: string
  readonly path: string
  readonly operation: Operation
  /** Opens without a token. */
  readonly open: boolean
}

/** A request as `fetch` takes it. */
export interface WallRequest {
  readonly route: string
  readonly path: string
  readonly init: RequestInit
}

/** What `action` may be, of whatever route: a route refuses the actions of others. */
const ACTIONS = [
  ...['get', 'update', 'delete', 'enable', 'disable', 'run', 'create', 'list', 'write', 'write_file', 'remove'],
  ...['refresh', 'rest', 'retry', 'drop', 'owner', 'guest', 'clear', 'reset', 'delete_file'],
]

export function routesOf({ paths }: ApiDocument): DocumentedRoute[] {
  return Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({
      name: `${method.toUpperCase()} ${path}`,
      method: method.toUpperCase(),
      path,
      operation,
      open: operation['x-scopes'] === undefined,
    })),
  )
}

/**
 * Requests of a route with what is known of `victim`: each parameter alone with each of its values, then all of them
 * together. A parameter that no seed knows gets every value there is. `brief`: the first value of each, for many pairs.
 */
export function requestsFor(route: DocumentedRoute, { bait }: Pick<WallTenant, 'bait'>, brief = false): WallRequest[] {
  const fields = fieldsOf(route)
  const everything = [...new Set(Object.values(bait).flat())]
  const valuesOf = ({ name, schema }: Field): unknown[] => {
    if (name === 'action' || schema.enum) return schema.enum ?? (brief ? ACTIONS.slice(0, 3) : ACTIONS)
    const known = bait[name] ?? kindOf(schema, everything)
    return brief ? known.slice(0, 1) : [...known]
  }
  const values = new Map(fields.map((field) => [field, valuesOf(field)]))
  const required = fields.filter((field) => field.required)
  const chosen: Array<Map<Field, unknown>> = [new Map()]
  for (const field of fields) {
    for (const [n, value] of values.get(field)!.entries()) {
      const others = required.map((one) => [one, pick(values.get(one)!, n)] as const)
      chosen.push(new Map([...others, [field, value]]))
    }
  }
  const rounds = Math.max(0, ...[...values.values()].map((list) => list.length))
  for (let n = 0; n < rounds; n++) chosen.push(new Map(fields.map((field) => [field, pick(values.get(field)!, n)])))
  // What is done to a thing is no list beside the things: each action with each of its names.
  const action = fields.find(({ name }) => name === 'action')
  const name = fields.filter(({ name }) => ['id', 'name', 'credential_file', 'sender'].includes(name))
  for (const what of action ? values.get(action)! : []) {
    for (let n = 0; n < Math.max(0, ...name.map((field) => values.get(field)!.length)); n++) {
      chosen.push(new Map([[action!, what], ...name.map((field) => [field, pick(values.get(field)!, n)] as const)]))
    }
  }
  return chosen.map((given) => requestOf(route, given))
}

interface Field {
  readonly name: string
  readonly in: string
  readonly required: boolean
  readonly schema: Schema
}

function fieldsOf({ operation }: DocumentedRoute): Field[] {
  const parameters = (operation.parameters ?? []).map((one) => ({
    ...{ name: one.name, in: one.in, required: one.required === true, schema: one.schema ?? {} },
  }))
  const schema = bodyOf(operation)?.[1] ?? {}
  const members = Object.entries(schema.properties ?? {}).map(([name, member]) => ({
    ...{ name, in: 'body', required: schema.required?.includes(name) === true, schema: member },
  }))
  return [...parameters, ...members]
}

function bodyOf({ requestBody }: Operation): [type: string, schema: Schema] | undefined {
  const [first] = Object.entries(requestBody?.content ?? {})
  return first && [first[0], first[1].schema ?? {}]
}

/** Values of the type that a parameter without a name of ours takes. */
function kindOf(schema: Schema, everything: readonly (string | number)[]): unknown[] {
  const types = [schema.type, ...(schema.anyOf ?? []).map(({ type }) => type)].flat()
  if (types.includes('string') || types.every((type) => type === undefined)) return [...everything]
  if (types.includes('boolean')) return [true]
  if (types.includes('integer') || types.includes('number')) return everything.filter((one) => typeof one === 'number')
  return [types.includes('array') ? everything.slice(0, 20) : {}]
}

const pick = (list: readonly unknown[], n: number) => list[n % Math.max(1, list.length)]

function requestOf(route: DocumentedRoute, given: ReadonlyMap<Field, unknown>): WallRequest {
  let { path } = route
  const query = new URLSearchParams()
  const members: Record<string, unknown> = {}
  for (const [field, value] of given) {
    if (value === undefined) continue
    if (field.in === 'path') path = path.replace(`{${field.name}}`, encodeURIComponent(String(value)))
    else if (field.in === 'query') query.set(field.name, String(value))
    else members[field.name] = value
  }
  path = path.replace(/\{\w+\}/g, 'x')
  const url = query.size > 0 ? `${path}?${query}` : path
  const type = bodyOf(route.operation)?.[0]
  const body = type === undefined ? undefined : type.startsWith('multipart/') ? form(members) : JSON.stringify(members)
  return { route: route.name, path: url, init: { method: route.method, redirect: 'manual', ...(body && { body }) } }
}

function form(members: Record<string, unknown>): FormData {
  const form = new FormData()
  for (const [name, value] of Object.entries(members)) {
    if (name === 'file') form.set(name, new File(['{}'], String(value)))
    else form.set(name, String(value))
  }
  return form
}
