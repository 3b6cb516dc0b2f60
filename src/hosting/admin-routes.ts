/** `/admin`: the host's own API, for whoever runs it. Tenants' tokens open nothing here. */
import type { Context } from 'hono'
import * as z from 'zod'
import { badRequest, notFound } from '../errors.ts'
import { boundedInt, type Route, route, text } from '../http/index.ts'
import type { HostForFront } from './host.ts'
import { scopeSchema, type Tenant, type TokenRecord, tenantFeatures, tenantLimits } from './tenant.ts'

/** Limits and features are small settings, and travel in headers on Cloudflare. */
const MAX_SETTINGS_BYTES = 4096
const MAX_NAME = 200
const MAX_LABEL = 100
const MAX_GRACE_SECONDS = 7 * 24 * 3600

const limits = tenantLimits.refine((value) => JSON.stringify(value).length <= MAX_SETTINGS_BYTES, {
  error: `limits have at most ${MAX_SETTINGS_BYTES} characters of JSON`,
})
const name = z.string().max(MAX_NAME, `name has at most ${MAX_NAME} characters`)
const tenantSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    created_at: z.int().describe('ms since the epoch'),
    state: z.enum(['active', 'suspended', 'deleting']),
    limits: tenantLimits,
    features: tenantFeatures,
  })
  .meta({ id: 'Tenant' })
const tokenSchema = z
  .object({
    id: z.string(),
    scopes: z.array(scopeSchema),
    label: z.string(),
    created_at: z.int(),
    expires_at: z.int().nullable().describe('ms since the epoch; null: never.'),
    last_used: z.int().nullable().describe('To ten minutes; null: never.'),
  })
  .meta({ id: 'TenantToken' })
const one = z.object({ ok: z.literal(true), tenant: tenantSchema })
const issued = z.object({ ok: z.literal(true), token: z.string().describe('Shown this once.'), record: tokenSchema })
const done = z.object({ ok: z.literal(true) })
const unknown = { 404: { description: 'No such tenant or token.' } }
const TAG = 'Hosting'

const shownTenant = ({ id, name, createdAt, state, limits, features }: Tenant) => ({
  ...{ id, name, created_at: createdAt, state, limits, features },
})
const shownToken = ({ id, scopes, label, createdAt, expiresAt, lastUsed }: TokenRecord) => ({
  ...{ id, scopes, label, created_at: createdAt, expires_at: expiresAt, last_used: lastUsed },
})
const param = (c: Context, key: 'id' | 'token') => c.req.param(key) ?? ''

/** The routes; `forget` drops what the front remembers of a tenant. */
export function adminRoutes(
  { directory, homes, now }: Pick<HostForFront, 'directory' | 'homes' | 'now'>,
  forget: (tenant: string) => void,
): Route[] {
  const existing = async (c: Context): Promise<Tenant> => {
    const tenant = await directory.find(param(c, 'id'))
    if (!tenant) throw notFound(`tenant not found: ${param(c, 'id').slice(0, 64)}`)
    return tenant
  }
  const end = async (tenant: Tenant, tokenIds: readonly string[]) => {
    forget(tenant.id)
    for (const id of tokenIds) await homes.revoke(tenant, id)
  }
  return [
    route({
      method: 'GET',
      path: '/admin/tenants',
      tag: TAG,
      summary: 'List tenants',
      query: z.object({ after: text().describe('`next` of the page before.'), limit: boundedInt(100, 1000) }),
      responses: {
        200: {
          description: 'In order of their ids.',
          schema: z.object({
            ok: z.literal(true),
            tenants: z.array(tenantSchema),
            next: z.string().optional().describe('`after` of the next page; missing on the last.'),
          }),
        },
      },
      async handle({ query }) {
        const { tenants, next } = await directory.list(query)
        return { ok: true, tenants: tenants.map(shownTenant), ...(next !== undefined && { next }) }
      },
    }),
    route({
      method: 'POST',
      path: '/admin/tenants',
      tag: TAG,
      summary: 'Create a tenant and its first owner token',
      body: z.strictObject({
        id: z.string(),
        name: name.optional(),
        limits: limits.optional(),
        features: tenantFeatures.optional(),
      }),
      responses: {
        200: {
          description: 'The tenant; nothing of it is opened yet.',
          schema: issued.extend({ tenant: tenantSchema }),
        },
        409: { description: 'The id is taken, also while its last bearer is being deleted.' },
      },
      async handle({ body }) {
        const { id, name, limits, features } = body
        const tenant = await directory.create({
          id,
          ...(name !== undefined && { name }),
          ...(limits && { limits }),
          ...(features && { features }),
        })
        const { token, record } = await directory.issue(id, { scopes: ['owner'], label: 'first' })
        return { ok: true, tenant: shownTenant(tenant), token, record: shownToken(record) }
      },
    }),
    route({
      method: 'GET',
      path: '/admin/tenants/:id',
      tag: TAG,
      summary: 'Look at a tenant',
      responses: { 200: { description: 'The tenant.', schema: one }, ...unknown },
      handle: async ({ c }) => ({ ok: true, tenant: shownTenant(await existing(c)) }),
    }),
    route({
      method: 'POST',
      path: '/admin/tenants/:id',
      tag: TAG,
      summary: 'Suspend, resume, rename, or set limits and features',
      description:
        'What is left out stays. `limits` and `features` replace the earlier ones as a whole. Suspending closes open sockets ' +
        'and lets no clock run; everything stored is kept.',
      body: z.strictObject({
        name: name.optional(),
        suspended: z.boolean().optional(),
        limits: limits.optional(),
        features: tenantFeatures.optional(),
      }),
      responses: { 200: { description: 'The tenant as it is now.', schema: one }, ...unknown },
      async handle({ c, body }) {
        const tenant = await directory.change(param(c, 'id'), body)
        forget(tenant.id)
        await homes.changed(tenant)
        return { ok: true, tenant: shownTenant(tenant) }
      },
    }),
    route({
      method: 'DELETE',
      path: '/admin/tenants/:id',
      tag: TAG,
      summary: 'Delete a tenant and everything it has stored',
      description: 'Final. Broken off by a failure it is taken up again by itself, or by the same request.',
      responses: { 200: { description: 'All of it is gone, its id is free.', schema: done }, ...unknown },
      async handle({ c }) {
        const tenant = await directory.beginDelete(param(c, 'id'))
        forget(tenant.id)
        await homes.destroy(tenant)
        await directory.endDelete(tenant.home, tenant.id)
        return { ok: true }
      },
    }),
    route({
      method: 'GET',
      path: '/admin/tenants/:id/usage',
      tag: TAG,
      summary: 'What a tenant takes up',
      responses: {
        200: {
          description: 'Figures of its home and its gateway.',
          schema: z.object({ ok: z.literal(true), usage: z.looseObject({ bytes: z.int(), sockets: z.int() }) }),
        },
        ...unknown,
      },
      handle: async ({ c }) => ({ ok: true, usage: await homes.usage(await existing(c)) }),
    }),
    route({
      method: 'GET',
      path: '/admin/tenants/:id/tokens',
      tag: TAG,
      summary: "List a tenant's tokens, without their secrets",
      responses: {
        200: {
          description: 'Oldest first.',
          schema: z.object({ ok: z.literal(true), tokens: z.array(tokenSchema) }),
        },
        ...unknown,
      },
      handle: async ({ c }) => ({ ok: true, tokens: (await directory.tokens(param(c, 'id'))).map(shownToken) }),
    }),
    route({
      method: 'POST',
      path: '/admin/tenants/:id/tokens',
      tag: TAG,
      summary: 'Issue a token',
      body: z.strictObject({
        scopes: z.array(scopeSchema).min(1, 'a token needs at least one scope').max(5),
        label: z.string().max(MAX_LABEL, `label has at most ${MAX_LABEL} characters`).optional(),
        expires_in: z.int().positive().optional().describe('Seconds. Default: it does not expire.'),
      }),
      responses: { 200: { description: 'The token.', schema: issued }, ...unknown },
      async handle({ c, body }) {
        const expiresAt = body.expires_in === undefined ? null : now() + body.expires_in * 1000
        if (expiresAt !== null && expiresAt > Number.MAX_SAFE_INTEGER) throw badRequest('expires_in is too large')
        const scopes = [...new Set(body.scopes)]
        const { token, record } = await directory.issue(param(c, 'id'), {
          ...{ scopes, label: body.label ?? '', expiresAt },
        })
        return { ok: true, token, record: shownToken(record) }
      },
    }),
    route({
      method: 'POST',
      path: '/admin/tenants/:id/tokens/:token/rotate',
      tag: TAG,
      summary: 'Replace a token by a new one of the same scopes',
      body: z
        .strictObject({
          grace: z
            .int()
            .min(0)
            .max(MAX_GRACE_SECONDS, 'grace is at most seven days')
            .optional()
            .describe('Seconds for which the old one still works. Default 0: it ends at once, its sockets are closed.'),
        })
        .optional(),
      responses: { 200: { description: 'The new token.', schema: issued }, ...unknown },
      async handle({ c, body }) {
        const tenant = await existing(c)
        const graceMs = (body?.grace ?? 0) * 1000
        const { token, record, ended } = await directory.rotate(tenant.id, param(c, 'token'), graceMs)
        await end(tenant, ended)
        return { ok: true, token, record: shownToken(record) }
      },
    }),
    route({
      method: 'DELETE',
      path: '/admin/tenants/:id/tokens/:token',
      tag: TAG,
      summary: 'Revoke a token, and those of browsers signed in with it; closes their sockets',
      responses: { 200: { description: 'It opens nothing any more.', schema: done }, ...unknown },
      async handle({ c }) {
        const tenant = await existing(c)
        await end(tenant, await directory.revoke(tenant.id, param(c, 'token')))
        return { ok: true }
      },
    }),
  ]
}
