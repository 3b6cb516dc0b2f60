/** The platform of a tenant: that of its object, without what belongs to the host. */
import type { Platform } from '../../src/platform.ts'
import type { Resident } from './residence.ts'

/** Whether this deployment serves many tenants; without an admin token it is one owner's. */
export const isHosted = (env: Pick<Env, 'HOST_ADMIN_TOKEN'>): boolean => Boolean(env.HOST_ADMIN_TOKEN?.trim())

/** Of the Worker's variables a tenant sees those that HOST_TENANT_ENV names; of its bindings, what its features say. */
export function tenantPlatform(platform: Platform, env: Env, { features }: Resident): Platform {
  const { ai, ...rest } = platform
  return { ...rest, env: sharedVariables(env), ...(ai && features.workers_ai ? { ai } : {}) }
}

function sharedVariables(env: Env): Record<string, string> {
  const shared: Record<string, string> = {}
  for (const name of (env.HOST_TENANT_ENV ?? '').split(',').map((text) => text.trim())) {
    const value = (env as unknown as Record<string, unknown>)[name]
    if (typeof value === 'string' && name !== 'HOST_ADMIN_TOKEN') shared[name] = value
  }
  return shared
}
