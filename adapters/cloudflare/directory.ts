/** The tenants of a hosted deployment and their settings: one small JSON document in one object. */
import { createDurable, type IttyStub, ittyStub } from './itty.ts'

export interface TenantSettings {
  /** The name of the tenant's Gateway object. */
  gateway: string
  /** ms since the epoch. */
  createdAt: number
  /** Requests are refused while true. */
  suspended: boolean
}

/** Never hand it a client's request: any path `/do/call/<method>` would run that method. Use `directory(env)`. */
export class TenantDirectory extends createDurable({ autoPersist: true }) {
  tenants: Record<string, TenantSettings> = {}

  /** The tenant's settings; `null` for a stranger. */
  find(tenant: string): TenantSettings | null {
    return Object.hasOwn(this.tenants, tenant) ? this.tenants[tenant]! : null
  }

  /** Adds a tenant or replaces its settings. */
  save(tenant: string, settings: TenantSettings): TenantSettings {
    this.tenants = { ...this.tenants, [tenant]: settings }
    return settings
  }

  /** True when there was one to forget. The tenant's Gateway keeps its data. */
  forget(tenant: string): boolean {
    const { [tenant]: found, ...others } = this.tenants
    this.tenants = others
    return found !== undefined
  }

  /** Names in order. */
  list(): string[] {
    return Object.keys(this.tenants).sort()
  }

  override async fetch(request: Request): Promise<Response> {
    // Fields are not to be set from outside, whoever has the binding.
    if (!new URL(request.url).pathname.startsWith('/do/call/')) return new Response('not found\n', { status: 404 })
    return super.fetch(request)
  }
}

/** The deployment's one directory. */
export const directory = (env: Pick<Env, 'DIRECTORY'>): IttyStub<TenantDirectory> =>
  ittyStub<TenantDirectory>(env.DIRECTORY, 'DIRECTORY', 'tenants')
