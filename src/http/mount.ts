/** From route definitions to answers: which method a path takes, what is validated, and then the handler. */
import type { Context } from 'hono'
import { GatewayError } from '../errors.ts'
import { type Answer, passAsItIs } from './entrance.ts'
import type { Route } from './route.ts'
import { bodyReader, queryReader } from './validation.ts'

/** One path with all its methods. */
export interface Endpoints {
  readonly path: string
  /** The method's route; undefined where the path does not take it. HEAD is not GET. */
  route(method: string): Route | undefined
  /** Whether the token is asked for: also for a method that the path does not take, unless all of it is open. */
  needsToken(method: string): boolean
  /** Validates and handles; throws 405 `method not allowed` for a method without a route. */
  answer(c: Context): ReturnType<Answer>
}

/** The routes grouped by path, in order. Throws when two of them share method and path. */
export function endpointsOf(routes: readonly Route[]): Endpoints[] {
  const paths = new Map<string, Map<string, { route: Route; answer: Answer }>>()
  for (const route of routes) {
    const methods = paths.get(route.path) ?? new Map()
    if (methods.has(route.method)) throw new Error(`Two routes answer ${route.method} ${route.path}.`)
    paths.set(route.path, methods.set(route.method, { route, answer: answerOf(route) }))
  }
  return [...paths].map(([path, methods]) => {
    const anyToken = [...methods.values()].some(({ route }) => asksToken(route))
    const allow = [...methods.keys()].join(', ')
    return {
      path,
      route: (method) => methods.get(method)?.route,
      needsToken(method) {
        const route = methods.get(method)?.route
        return route ? asksToken(route) : anyToken
      },
      answer(c) {
        const found = methods.get(c.req.method)
        if (found) return found.answer(c)
        throw new GatewayError(405, 'method_not_allowed', 'method not allowed', { headers: { Allow: allow } })
      },
    }
  })
}

const asksToken = (route: Route) => route.definition.auth !== 'none'

function answerOf({ definition }: Route): Answer {
  const { handle } = definition
  const readQuery = definition.query && queryReader(definition.query)
  const readBody = definition.body && bodyReader(definition.body, definition.bodyLimit)
  // The route's schemas give these their types; see `route()`.
  type Input = Parameters<typeof handle>[0]
  return (c) => {
    if (definition.websocket) passAsItIs(c)
    const query = readQuery?.(c.req.url)
    if (!readBody) return handle({ c, query, body: undefined } as Input)
    return readBody(c.req.raw).then((body) => handle({ c, query, body } as Input))
  }
}
