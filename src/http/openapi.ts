/** The OpenAPI 3.1 document: every route, from the definition that also validates it. */
import { scopesOf } from './claims.ts'
import { type JsonSchema, SchemaComponents } from './openapi-schema.ts'
import { TOKEN_COOKIE } from './presented.ts'
import type { Route, RouteResponse } from './route.ts'

export interface OpenApiDocument {
  openapi: '3.1.0'
  info: { title: string; version: string; description: string }
  servers: Array<{ url: string }>
  security: Array<Record<string, string[]>>
  tags: Array<{ name: string }>
  paths: Record<string, Record<string, JsonSchema>>
  components: { securitySchemes: Record<string, JsonSchema>; schemas: Record<string, JsonSchema> }
}

const DESCRIPTION =
  'A personal-agent gateway. Errors are plain text with a status, unless a route says otherwise. ' +
  'Operations marked `x-websocket` answer a WebSocket upgrade; `x-scopes` says which tokens of a hosted gateway open them.'

const SECURITY_SCHEMES = {
  bearer: { type: 'http', scheme: 'bearer', description: 'The gateway token: `Authorization: Bearer <token>`.' },
  query: { type: 'apiKey', in: 'query', name: 'token', description: 'The gateway token, for WebSockets of browsers.' },
  cookie: {
    type: 'apiKey',
    in: 'cookie',
    name: TOKEN_COOKIE,
    description: 'Set by `GET /login`; same-origin requests only.',
  },
}

const TEXT: JsonSchema = { 'text/plain': { schema: { type: 'string' } } }

/** Describes `routes`. */
export function openApiDocument(routes: readonly Route[], version: string): OpenApiDocument {
  const components = new SchemaComponents()
  const paths: OpenApiDocument['paths'] = {}
  for (const route of routes) {
    const path = route.path.replace(/:([A-Za-z_]+)/g, '{$1}')
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(route, components) }
  }
  return {
    openapi: '3.1.0',
    info: { title: 'ClawGo gateway', version, description: DESCRIPTION },
    servers: [{ url: '/' }],
    security: Object.keys(SECURITY_SCHEMES).map((name) => ({ [name]: [] })),
    tags: [...new Set(routes.map((route) => route.definition.tag))].map((name) => ({ name })),
    paths,
    components: { securitySchemes: SECURITY_SCHEMES, schemas: components.all() },
  }
}

function operation({ method, path, definition }: Route, components: SchemaComponents): JsonSchema {
  const parameters = [
    ...pathParameters(path),
    ...(definition.query ? queryParameters(definition.query, components) : []),
  ]
  const requestBody = bodyOf(definition, components)
  return {
    operationId: `${method.toLowerCase()}${path.replace(/[^A-Za-z0-9]+(.?)/g, (_, next: string) => next.toUpperCase())}`,
    tags: [definition.tag],
    summary: definition.summary,
    ...(definition.description === undefined ? {} : { description: definition.description }),
    ...(definition.auth === 'none' ? { security: [] } : { 'x-scopes': ['owner', ...scopesOf(definition)] }),
    ...(definition.websocket ? { 'x-websocket': true } : {}),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(requestBody ? { requestBody } : {}),
    responses: responses(definition, components),
  }
}

function bodyOf({ body, reads }: Route['definition'], components: SchemaComponents): JsonSchema | undefined {
  if (reads) {
    const content = Object.entries(reads).map(([type, schema]) => [
      type,
      { schema: components.schema(schema, 'input') },
    ])
    return { required: true, content: Object.fromEntries(content) }
  }
  if (!body) return undefined
  return {
    required: !body.safeParse(undefined).success,
    content: { 'application/json': { schema: components.schema(body, 'input') } },
  }
}

function pathParameters(path: string): JsonSchema[] {
  return Array.from(path.matchAll(/:([A-Za-z_]+)/g), ([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }))
}

function queryParameters(query: NonNullable<Route['definition']['query']>, components: SchemaComponents): JsonSchema[] {
  const { properties = {}, required = [] } = components.schema(query, 'input') as {
    properties?: Record<string, JsonSchema>
    required?: string[]
  }
  return Object.entries(properties).map(([name, { description, ...schema }]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    ...(description === undefined ? {} : { description }),
    schema,
  }))
}

/** The route's own answers, and those that the shell gives in its name. */
function responses(definition: Route['definition'], components: SchemaComponents): JsonSchema {
  const all: Record<number, RouteResponse> = {
    500: { description: 'A failure of the gateway itself; the text names the request for its log.' },
  }
  if (definition.body || definition.query) all[400] = { description: 'The request is not valid; the text says why.' }
  if (definition.auth !== 'none') all[401] = { description: '`unauthorized`: no token, or a wrong one.' }
  if (definition.body) all[413] = { description: '`request body too large`' }
  Object.assign(all, definition.responses)
  return Object.fromEntries(
    Object.entries(all).map(([status, response]) => {
      const { description } = response
      const content = contentOf(Number(status), response, components)
      return [status, content ? { description, content } : { description }]
    }),
  )
}

/** JSON where there is a schema, else the type the route names, else text; nothing for upgrades and redirects. */
function contentOf(
  status: number,
  { schema, contentType }: RouteResponse,
  components: SchemaComponents,
): JsonSchema | undefined {
  if (schema) return { [contentType ?? 'application/json']: { schema: components.schema(schema, 'output') } }
  if (contentType) return { [contentType]: {} }
  return status < 200 || (status >= 300 && status < 400) ? undefined : TEXT
}
