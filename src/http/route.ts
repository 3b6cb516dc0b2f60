/**
 * One definition a route: what validates it, documents it and answers it. `app.ts` mounts nothing else, so a route
 * without schema and OpenAPI entry cannot exist.
 */
import type { Context } from 'hono'
import type * as z from 'zod'
import type { Scope } from './claims.ts'

export interface RouteResponse {
  description: string
  /** JSON shape of the body; absent for plain text. */
  schema?: z.ZodType
  contentType?: string
}

type Output<T> = T extends z.ZodType ? z.output<T> : undefined

export interface RouteInput<Query, Body> {
  c: Context
  query: Output<Query>
  body: Output<Body>
}

export interface RouteDefinition<Query extends z.ZodType | undefined, Body extends z.ZodType | undefined> {
  method: 'GET' | 'POST' | 'DELETE'
  path: string
  tag: string
  summary: string
  description?: string
  /** `token` (default) asks for the gateway's token; `none` is open. */
  auth?: 'token' | 'none'
  /** A token that opens this route and nothing else, as bearer or in the query, beside the gateway's; empty: none. */
  ownToken?: () => string
  /** Which tokens of a hosted gateway open it, besides `owner`. Default: `read` for a GET, none for the rest. */
  scope?: Scope | readonly Scope[]
  /** Each field sees the first value of its parameter, or undefined. Failing is 400 with the message. */
  query?: Query
  /** A JSON body, whatever its content type says. Failing is 400 `invalid json`, or the issue's own message. */
  body?: Body
  /** Bodies that the handler reads itself (forms, streams), by content type: what the document says of them. */
  reads?: Record<string, z.ZodType>
  /** Bytes; default 1 MiB. A larger body is 413. */
  bodyLimit?: number
  /** A WebSocket endpoint: the route answers an upgrade. */
  websocket?: boolean
  responses: Record<number, RouteResponse>
  /** A plain object becomes the contract's JSON (compact, one LF); a Response goes out as it is. */
  handle(input: RouteInput<Query, Body>): Response | object | Promise<Response | object>
}

export interface Route {
  readonly method: string
  readonly path: string
  readonly definition: RouteDefinition<z.ZodType | undefined, z.ZodType | undefined>
}

/** Defines a route; types flow from the schemas into `handle`. */
export function route<Query extends z.ZodType | undefined = undefined, Body extends z.ZodType | undefined = undefined>(
  definition: RouteDefinition<Query, Body>,
): Route {
  return {
    method: definition.method,
    path: definition.path,
    definition: definition as unknown as Route['definition'],
  }
}
