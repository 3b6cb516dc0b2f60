/**
 * The front of a host: finds the tenant of a request, and refuses strangers before anything of any tenant is woken. It
 * serves what needs no tenant itself: `/health`, `/login`, `/admin`, preflights and refusals.
 */
import { type Context, Hono } from 'hono'
import { GatewayError } from '../errors.ts'
import {
  authority,
  type Claims,
  checkScope,
  clientAddress,
  consoleRoutes,
  endpointsOf,
  entrance,
  FailedLogins,
  healthRoute,
  loginRoutes,
  openApiDocument,
  originRules,
  presentedTokens,
  type RequestHead,
  type Route,
  route,
  secretMatcher,
  unauthorized,
  unknownPath,
} from '../http/index.ts'
import type { Log } from '../platform.ts'
import { adminRoutes } from './admin-routes.ts'
import type { Admitted } from './directory.ts'
import { door } from './door.ts'
import { HOOK_PREFIX } from './hook-token.ts'
import type { HostForFront } from './host.ts'
import { isRoutePath } from './route-paths.ts'
import { hostSignIn } from './sign-in.ts'
import type { Tenant } from './tenant.ts'

/** A request that was let in: which tenant it is for, what it may do, and the request as the tenant's gateway sees it. */
export interface Admission {
  readonly tenant: Tenant
  readonly claims: Claims
  readonly request: Request
}

/** What an adapter knows of a request besides itself. */
export interface FrontFacts {
  readonly remoteAddress: string | undefined
}

export interface Front {
  /** The answer of the host itself, or the tenant to bring the request to. */
  receive(request: Request, facts: FrontFacts): Promise<Response | Admission>
}

/** What the front's own handlers get beside the request. */
interface FrontEnv extends FrontFacts {
  /** A token was presented and opened nothing. */
  wrong?: boolean
  admitted?: Admitted
  browser?: boolean
}

/** Opens the front of a host. Throws where the admin token is too short to be one. */
export function createFront(host: HostForFront): Front {
  const { directory, now, log } = host
  if (host.adminToken.trim().length < 16) {
    throw new GatewayError(
      400,
      'weak_admin_token',
      'The admin token is too short: give it at least 16 random characters.',
    )
  }
  const known = door(directory, now, host.rememberMs)
  const app = frontApp(host, known.forget)
  const own = (request: Request, env: FrontEnv) => Promise.resolve(app.fetch(request, env))
  const baseHost = host.baseHost?.trim().toLowerCase() ?? ''

  return {
    async receive(request, facts) {
      const { url, method } = request
      const path = pathOf(url)
      if (method === 'OPTIONS' || isOwnPath(path)) return own(request, facts)
      try {
        if (path.startsWith(HOOK_PREFIX)) return await hook(request, facts, path)
        return await byToken(request, facts, path)
      } catch (error) {
        // The directory failed: nothing of a tenant is told, and nothing is opened.
        log.error('a request could not be judged', { error })
        return new Response('the host is busy, try again\n', {
          status: 503,
          headers: {
            'content-type': 'text/plain; charset=utf-8',
            'x-content-type-options': 'nosniff',
            'retry-after': '1',
          },
        })
      }
    },
  }

  async function byToken(request: Request, facts: FrontFacts, path: string): Promise<Response | Admission> {
    const presented = presentedTokens(headOf(request))
    const named = tenantNamed(request)
    for (const [tokens, browser] of [
      [presented.own, false],
      [presented.browser, true],
    ] as const) {
      for (const token of tokens) {
        const admitted = await known.admit(token)
        if (!admitted || admitted.scopes.every((scope) => scope === 'hook')) continue
        if (named !== null && named !== admitted.tenant.id) continue
        if (path === LOGIN_CODE_PATH) return own(request, { ...facts, admitted, browser })
        if (admitted.tenant.state === 'suspended') return own(request, { ...facts, admitted })
        return admission(admitted, browser, request)
      }
    }
    return own(request, { ...facts, wrong: presented.any })
  }

  async function hook(request: Request, facts: FrontFacts, path: string): Promise<Response | Admission> {
    const end = path.indexOf('/', HOOK_PREFIX.length)
    const token = path.slice(HOOK_PREFIX.length, end === -1 ? undefined : end)
    const admitted = end === -1 ? null : await known.admit(token)
    if (!admitted?.scopes.includes('hook')) return own(request, { ...facts, wrong: true })
    if (admitted.tenant.state === 'suspended') return own(request, { ...facts, admitted })
    const inside = request.url.replace(path, path.slice(end))
    return admission({ ...admitted, scopes: ['hook'] }, false, new Request(inside, request))
  }

  /** The tenant whose host name was asked for; null where the name is nobody's. */
  function tenantNamed(request: Request): string | null {
    if (baseHost === '') return null
    const name = (request.headers.get('host') ?? authority(request.url)).toLowerCase().replace(/:\d+$/, '')
    return name.endsWith(`.${baseHost}`) ? name.slice(0, -baseHost.length - 1) : null
  }
}

const LOGIN_CODE_PATH = '/api/login/code'

function admission({ tenant, tokenId, scopes }: Admitted, browser: boolean, request: Request): Admission {
  return { tenant, claims: { tokenId, scopes, ...(browser && { browser }) }, request }
}

/** What needs no tenant: the host serves it, whoever asks. */
const isOwnPath = (path: string) =>
  OPEN_PATHS.has(path) || path.startsWith('/admin/') || /^\/console\/[^/]+$/.test(path)
const OPEN_PATHS = new Set(['/', '/health', '/login', '/api/logout', '/admin'])

/** The routes of the host, and the one form of its refusals. */
function frontApp(host: HostForFront, forget: (tenant: string) => void): Hono {
  const { now, log, version } = host
  const origins = originRules({ host: '', token: '', allowed_origins: host.allowedOrigins ?? [] }, false)
  const failedLogins = new FailedLogins(now)
  const access = () => ({ origins, token: '', matches: () => false, openWithoutToken: false })
  const enter = entrance({ log: withoutTokens(log), now }, access)
  const isAdmin = secretMatcher(host.adminToken.trim())
  const envOf = (c: Context) => c.env as FrontEnv

  /** The admin token as bearer only: it must not be in a URL, nor sent by a browser on its own. */
  const admin = async (c: Context) => {
    const { own, any } = presentedTokens({
      url: '',
      header: (name) => (name === 'authorization' ? c.req.header(name) : undefined),
    })
    if (own.some(isAdmin)) return
    if (any) await failedLogins.failed(clientAddress(c))
    throw unauthorized()
  }
  const stranger = async (c: Context): Promise<never> => {
    if (envOf(c).wrong) await failedLogins.failed(clientAddress(c))
    throw unauthorized()
  }
  const signingIn = async (c: Context, found: Route | undefined) => {
    const { admitted, browser } = envOf(c)
    if (!admitted || (browser && !origins.trusted(c))) return stranger(c)
    if (admitted.tenant.state === 'suspended') throw suspended()
    if (found) checkScope(admitted, found.definition)
  }

  const adminApi = adminRoutes(host, forget)
  const adminDocument: Route = route({
    method: 'GET',
    path: '/admin/openapi.json',
    tag: 'Hosting',
    summary: 'The OpenAPI document of this API',
    responses: { 200: { description: 'OpenAPI 3.1.' } },
    handle: () => openApiDocument([...adminApi, adminDocument], version),
  })
  const app = new Hono()
  app.all(
    healthRoute.path,
    enter((c) => healthRoute.definition.handle({ c, query: undefined, body: undefined })),
  )
  for (const endpoints of endpointsOf([...adminApi, adminDocument])) {
    app.all(
      endpoints.path,
      enter(async (c) => {
        await admin(c)
        return endpoints.answer(c)
      }),
    )
  }
  const signIn = hostSignIn(host.directory, now, (c) => envOf(c).admitted)
  for (const endpoints of endpointsOf([...loginRoutes(signIn, access, failedLogins), ...consoleRoutes(host)])) {
    app.all(
      endpoints.path,
      enter(async (c) => {
        if (endpoints.needsToken(c.req.method)) await signingIn(c, endpoints.route(c.req.method))
        return endpoints.answer(c)
      }),
    )
  }
  app.all(
    '*',
    enter(async (c) => {
      const { admitted } = envOf(c)
      if (admitted) throw suspended()
      if (isRoutePath(c.req.path) || c.req.path.startsWith(HOOK_PREFIX)) {
        return stranger(c)
      }
      return unknownPath(c)
    }),
  )
  return app
}

/** The token of a webhook's address stands in its path, which is logged where it was refused. */
function withoutTokens(log: Log): Log {
  const masked = (fields?: Record<string, unknown>) =>
    fields && typeof fields.path === 'string'
      ? { ...fields, path: fields.path.replace(/(cgt_[a-z0-9-]+_[0-9a-f]*_)[0-9a-f]+/gi, '$1***') }
      : fields
  return {
    debug: (message, fields) => log.debug(message, masked(fields)),
    info: (message, fields) => log.info(message, masked(fields)),
    warn: (message, fields) => log.warn(message, masked(fields)),
    error: (message, fields) => log.error(message, masked(fields)),
  }
}

const suspended = () =>
  new GatewayError(403, 'suspended', 'this gateway is suspended: ask whoever runs this host to resume it')

/** The path of a URL as it stands, without query. */
function pathOf(url: string): string {
  const rest = url.slice(url.indexOf('://') + 3 + authority(url).length)
  const end = rest.search(/[?#]/)
  return (end === -1 ? rest : rest.slice(0, end)) || '/'
}

const headOf = (request: Request): RequestHead => ({
  url: request.url,
  header: (name) => request.headers.get(name) ?? undefined,
})
