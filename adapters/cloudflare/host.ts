/** Many tenants on one deployment: the front in each isolate, one Gateway object a tenant behind it. */
import { version } from '../../package.json'
import { createFront, type Front, type Tenant, type TenantHomes } from '../../src/hosting/index.ts'
import { directory, SHARDS, upkeepOf } from './directory.ts'
import { consoleLog } from './log.ts'
import { withEntry } from './residence.ts'
import { dropUnreadBody } from './unread-body.ts'

/**
 * For so long an isolate lets a token in without asking the directory. The tenant's own object is told of a revocation and
 * refuses the token at once; a suspended tenant's likewise.
 */
const REMEMBER_MS = 3000
/**
 * Objects poked a minute. Their own alarms wake them; this is the net under alarms, and it must not wake thousands of idle
 * objects: it goes round the tenants, so that each is looked at once in (tenants / 50) minutes.
 */
const POKED_A_MINUTE = 50

const objectOf = (env: Env, { home }: Pick<Tenant, 'home'>) => env.GATEWAY.getByName(home)

function homes(env: Env): TenantHomes {
  return {
    revoke: async (tenant, tokenId) => objectOf(env, tenant).revoke(tokenId),
    async changed(tenant) {
      const { id, home, rev, state, limits, features } = tenant
      await objectOf(env, tenant).settle({ id, home, rev, state, limits, features })
    },
    destroy: async (tenant) => objectOf(env, tenant).destroy(),
    usage: async (tenant) => objectOf(env, tenant).usage(),
  }
}

const fronts = new WeakMap<Env, Front>()

function frontOf(env: Env): Front {
  const known = fronts.get(env)
  if (known) return known
  const { ASSETS } = env
  const front = createFront({
    directory: directory(env),
    homes: homes(env),
    adminToken: env.HOST_ADMIN_TOKEN ?? '',
    baseHost: env.HOST_NAME ?? '',
    allowedOrigins: (env.HOST_ALLOWED_ORIGINS ?? '').split(',').filter(Boolean),
    rememberMs: REMEMBER_MS,
    asset: async (name) => {
      if (!ASSETS || !/^(?:console\/)?[A-Za-z0-9][\w.-]*$/.test(name)) return null
      const response = await ASSETS.fetch(`https://assets.local/${name}`)
      return response.ok ? response : null
    },
    log: consoleLog('warn'),
    version,
    now: Date.now,
  })
  fronts.set(env, front)
  return front
}

/** Answers a request of a hosted deployment. */
export async function hostedFetch(request: Request, env: Env): Promise<Response> {
  const remoteAddress = request.headers.get('cf-connecting-ip') ?? undefined
  const received = await frontOf(env).receive(request, { remoteAddress })
  if (!('claims' in received)) {
    if (received.status >= 400) await dropUnreadBody(request)
    return received
  }
  return objectOf(env, received.tenant).fetch(withEntry(received.request, received))
}

/** The minute's upkeep: a slice of the tenants is poked, and deletions that were broken off are ended. */
export async function hostedUpkeep(env: Env, now: number): Promise<void> {
  const minute = Math.floor(now / 60_000)
  const { slice, deleting } = await upkeepOf(env, minute % SHARDS, POKED_A_MINUTE)
  const { endDelete } = directory(env)
  await Promise.allSettled([
    ...slice.map((tenant) => objectOf(env, tenant).poke()),
    ...deleting.map(async (tenant) => {
      await objectOf(env, tenant).destroy()
      await endDelete(tenant.home, tenant.id)
    }),
  ])
}
