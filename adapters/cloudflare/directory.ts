/** The tenants of a hosted deployment: small objects, each with the tables of some of the tenants. */
import { GatewayError, messageOf } from '../../src/errors.ts'
import {
  halfDeleted,
  nextSlice,
  SqlDirectory,
  type Tenant,
  type TenantDirectory as Tenants,
} from '../../src/hosting/index.ts'
import { objectDatabase } from './database.ts'
import { createDurable, type IttyStub, ittyStub } from './itty.ts'

/** Tenants are spread over so many objects by their ids. Never change it: a tenant would no longer be found. */
export const SHARDS = 16

/** What can be asked of one shard: the directory of its tenants, and their upkeep. */
interface Shard extends Tenants {
  halfDeleted(limit: number): Promise<Tenant[]>
  nextSlice(size: number): Promise<Tenant[]>
}

type Answer = { ok: unknown } | { error: { status: number; code: string; message: string } }

const METHODS = [
  'create',
  'find',
  'list',
  'change',
  'beginDelete',
  'endDelete',
  'issue',
  'tokens',
  'rotate',
  'revoke',
  'admit',
  'keepCode',
  'redeemCode',
  'halfDeleted',
  'nextSlice',
] as const satisfies ReadonlyArray<keyof Shard>
type Method = (typeof METHODS)[number]

/** One shard's tables, once a life of its object. (Fields of the object itself would be stored as one JSON value.) */
const shards = new WeakMap<DurableObjectState, Shard>()

function shardOf(state: DurableObjectState): Shard {
  const known = shards.get(state)
  if (known) return known
  const db = objectDatabase(state.storage)
  const shard: Shard = Object.assign(new SqlDirectory(db, Date.now), {
    halfDeleted: async (limit: number) => halfDeleted(db, limit),
    nextSlice: async (size: number) => nextSlice(db, size),
  })
  shards.set(state, shard)
  return shard
}

/** Never hand it a client's request: any path `/do/call/<method>` would run that method. Use `directory(env)`. */
export class TenantDirectory extends createDurable() {
  /** Runs one method of the shard; `request` is `{method, args}` as JSON, percent-encoded since it travels in a header. */
  async run(request: string): Promise<Answer> {
    const { method, args } = JSON.parse(decodeURIComponent(request)) as { method: Method; args: unknown[] }
    try {
      if (!METHODS.includes(method)) throw new GatewayError(400, 'bad_request', `no such method: ${method}`)
      const call = shardOf(this.state)[method] as (...args: unknown[]) => Promise<unknown>
      return { ok: (await call.apply(shardOf(this.state), args)) ?? null }
    } catch (error) {
      if (!(error instanceof GatewayError)) console.error(JSON.stringify({ level: 'ERROR', msg: messageOf(error) }))
      const { status, code, message } =
        error instanceof GatewayError ? error : new GatewayError(500, 'directory', 'the directory failed')
      return { error: { status, code, message } }
    }
  }

  override async fetch(request: Request): Promise<Response> {
    // Nothing else is to be called or set from outside, `destroy` for one, whoever has the binding.
    if (new URL(request.url).pathname !== '/do/call/run') return new Response('not found\n', { status: 404 })
    return super.fetch(request)
  }
}

type Namespaces = Pick<Env, 'DIRECTORY'>

async function ask<M extends Method>(
  env: Namespaces,
  shard: number,
  method: M,
  args: Parameters<Shard[M]>,
): Promise<Awaited<ReturnType<Shard[M]>>> {
  const stub = (): IttyStub<TenantDirectory> => ittyStub(env.DIRECTORY, 'DIRECTORY', `tenants-${shard}`)
  const answer = await stub().run(encodeURIComponent(JSON.stringify({ method, args })))
  if ('error' in answer) throw new GatewayError(answer.error.status, answer.error.code, answer.error.message)
  return answer.ok as Awaited<ReturnType<Shard[M]>>
}

/** FNV-1a over the id. */
function shardFor(tenant: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < tenant.length; i++) hash = Math.imul(hash ^ tenant.charCodeAt(i), 0x01000193)
  return (hash >>> 0) % SHARDS
}

/** The deployment's directory over all its shards. */
export function directory(env: Namespaces): Tenants {
  const at = <M extends Method>(tenant: string, method: M, ...args: Parameters<Shard[M]>) =>
    ask(env, shardFor(tenant), method, args)
  return {
    create: (tenant) => at(tenant.id, 'create', tenant),
    find: (id) => at(id, 'find', id),
    async list({ after = '', limit }) {
      const pages = await Promise.all(
        Array.from({ length: SHARDS }, (_, shard) => ask(env, shard, 'list', [{ after, limit }])),
      )
      const all = pages.flatMap(({ tenants }) => tenants).sort((a, b) => (a.id < b.id ? -1 : 1))
      const tenants = all.slice(0, limit)
      const more = all.length > limit || pages.some(({ next }) => next !== undefined)
      return more ? { tenants, next: tenants.at(-1)!.id } : { tenants }
    },
    change: (id, changes) => at(id, 'change', id, changes),
    beginDelete: (id) => at(id, 'beginDelete', id),
    endDelete: (home, id) => at(id, 'endDelete', home, id),
    issue: (tenant, token) => at(tenant, 'issue', tenant, token),
    tokens: (tenant) => at(tenant, 'tokens', tenant),
    rotate: (tenant, tokenId, graceMs) => at(tenant, 'rotate', tenant, tokenId, graceMs),
    revoke: (tenant, tokenId) => at(tenant, 'revoke', tenant, tokenId),
    admit: (tenant, tokenId, hash) => at(tenant, 'admit', tenant, tokenId, hash),
    keepCode: (tenant, tokenId, hash, expiresAt) => at(tenant, 'keepCode', tenant, tokenId, hash, expiresAt),
    redeemCode: (tenant, hash, token) => at(tenant, 'redeemCode', tenant, hash, token),
  }
}

/** The upkeep of one minute: the next tenants of one shard, and those there whose deletion was broken off. */
export async function upkeepOf(env: Namespaces, minute: number, size: number) {
  const shard = minute % SHARDS
  const [slice, deleting] = await Promise.all([
    ask(env, shard, 'nextSlice', [size]),
    ask(env, shard, 'halfDeleted', [size]),
  ])
  return { slice, deleting }
}
