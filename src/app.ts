/** The gateway's HTTP API: what surrounds a request, in its order, and every route group. */
import { Hono } from 'hono'
import { eventRoutes } from './events/index.ts'
import {
  accessOf,
  authentication,
  checkSocketOrigin,
  consoleRoutes,
  docsRoutes,
  endpointsOf,
  entrance,
  FailedLogins,
  type GatewayForHttp,
  healthRoute,
  loginRoutes,
  ownSignIn,
  type Route,
  unknownPath,
  versionRoute,
} from './http/index.ts'

/**
 * The Hono app of one gateway: `app.fetch` answers every request, on both runtimes.
 *
 * request id -> access log -> CORS and preflight -> token -> socket origin -> method -> validation -> handler -> errors
 */
export function createApp(gateway: GatewayForHttp): Hono {
  const access = accessOf(gateway)
  const failedLogins = new FailedLogins(() => gateway.now())
  const enter = entrance(gateway, access)
  const authenticate = authentication(access, failedLogins, gateway.hosted)

  const routes: Route[] = [
    versionRoute(gateway),
    ...gateway.routes,
    ...eventRoutes(gateway.sockets),
    ...loginRoutes(ownSignIn(gateway, access), access, failedLogins),
    ...consoleRoutes(gateway),
    ...docsRoutes(gateway, () => [healthRoute, ...routes]),
  ]

  const app = new Hono()
  for (const endpoints of endpointsOf(routes)) {
    const answer = enter(async (c) => {
      const { method } = c.req
      if (endpoints.needsToken(method)) await authenticate(c, endpoints.route(method))
      if (endpoints.needsToken(method)) await gateway.admit?.()
      if (endpoints.route(method)?.definition.websocket) checkSocketOrigin(c, access().origins)
      return endpoints.answer(c)
    })
    app.all(endpoints.path, answer)
  }
  app.all(
    healthRoute.path,
    enter((c) => healthRoute.definition.handle({ c, query: undefined, body: undefined })),
  )
  app.notFound(enter(unknownPath))
  return app
}
