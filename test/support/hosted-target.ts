/**
 * Hosts with many tenants, on Node and on workerd, and one tenant of a host as a target of the contract suite:
 * `CONTRACT_TARGETS=hosted npx vitest run --project node test/contract`.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type NodeHost, startHost } from '../../adapters/node/host.ts'
import { jsonOf } from './json.ts'
import type { Target, TargetName, TargetOptions } from './targets.ts'
import { startWorker } from './worker-target.ts'

export const ADMIN_TOKEN = 'admin_0123456789abcdef0123456789abcdef'

export interface HostTargetOptions {
  /** The first config of each tenant. */
  config?: Record<string, unknown>
  /** Variables that every tenant sees. */
  vars?: Record<string, string>
  assets?: boolean
  allowedOrigins?: readonly string[]
  /** `agents.example`: tenants are also known by `<tenant>.agents.example`. */
  baseHost?: string
  publicUrl?: string
  /** Node only. */
  maxOpen?: number
  idleMs?: number
}

/** A running host. */
export interface HostTarget {
  readonly name: TargetName
  readonly url: string
  readonly socketUrl: string
  /** `fetch` of `/admin...` with the admin token; a body makes it a POST. */
  admin(path: string, body?: unknown, method?: string): Promise<Response>
  /** Creates a tenant; gives its owner token. */
  create(id: string, settings?: Record<string, unknown>): Promise<string>
  /** Tenants whose gateway was opened since the start. */
  opened(): Promise<number>
  /** Where everything is stored. */
  readonly storage: string
  /** Ends it gracefully and starts it again on the same storage; `between` runs while it is down. */
  restart(between?: () => Promise<void>): Promise<void>
  close(): Promise<void>
  /** workerd: the minute's cron trigger. */
  scheduled?(): Promise<void>
}

type Lifetime = Pick<HostTarget, 'opened' | 'storage' | 'restart' | 'close' | 'scheduled'>

export const hosts: Record<TargetName, (options?: HostTargetOptions) => Promise<HostTarget>> = {
  async node({ config, vars, allowedOrigins, baseHost, publicUrl, maxOpen, idleMs } = {}) {
    const storage = await mkdtemp(join(tmpdir(), 'gateway-host-'))
    const start = (port: number) =>
      startHost({
        dir: storage,
        port,
        adminToken: ADMIN_TOKEN,
        quiet: true,
        ...{ allowedOrigins, baseHost, publicUrl, maxOpen, idleMs },
        initialConfig: config,
        tenantEnv: vars,
      })
    let host: NodeHost = await start(0)
    const { port } = host
    return hostTarget('node', host.url, {
      storage,
      opened: async () => host.openings,
      async restart(between) {
        await host.close({ graceMs: 100 })
        await between?.()
        host = await start(port)
        // Connections that `fetch` kept from the life before are found dead here, not in a test.
        while (!(await fetch(`${host.url}/health`).catch(() => null))?.ok);
      },
      async close() {
        await host.close({ graceMs: 0 })
        await rm(storage, { recursive: true, force: true })
      },
    })
  },

  async workerd({ config, vars = {}, assets = false, allowedOrigins = [], baseHost = '', publicUrl = '' } = {}) {
    const worker = await startWorker({
      entry: 'adapters/cloudflare/worker.ts',
      objects: { GATEWAY: 'GatewayObject', DIRECTORY: 'TenantDirectory' },
      r2: true,
      vars: {
        ...vars,
        ...(config === undefined ? {} : { GATEWAY_CONFIG: JSON.stringify(config) }),
        HOST_ADMIN_TOKEN: ADMIN_TOKEN,
        HOST_NAME: baseHost,
        HOST_URL: publicUrl,
        HOST_ALLOWED_ORIGINS: allowedOrigins.join(','),
        HOST_TENANT_ENV: Object.keys(vars).join(','),
      },
      assets,
    })
    return hostTarget('workerd', worker.url, {
      storage: worker.storage,
      opened: () => worker.objectFiles('GatewayObject'),
      restart: worker.restart,
      close: worker.close,
      scheduled: worker.scheduled,
    })
  },
}

/** A target that is one tenant of a host of its own. */
export const hostedTargets: Record<TargetName, (options?: TargetOptions) => Promise<Target>> = {
  node: (options) => tenantTarget('node', options),
  workerd: (options) => tenantTarget('workerd', options),
}

async function tenantTarget(name: TargetName, { config = {}, vars, assets }: TargetOptions = {}): Promise<Target> {
  // What a gateway of its own takes from this variable, a tenant has from its host.
  const { GATEWAY_LIMITS: limits, ...others } = vars ?? {}
  const host = await hosts[name]({
    config,
    vars: others,
    ...(assets === undefined ? {} : { assets }),
    publicUrl: (config.gateway?.public_url as string | undefined) ?? '',
    allowedOrigins: (config.gateway?.allowed_origins as string[] | undefined) ?? [],
  })
  // The suite's servers are on this machine, and on Node it drives real processes.
  const token = await host.create('acme', {
    features: { shell: true, private_network: true },
    ...(limits === undefined ? {} : { limits: JSON.parse(limits) }),
  })
  const relays = config.gateway?.relay_token
    ? await jsonOf(host.admin('/tenants/acme/tokens', { scopes: ['relay'], label: 'relays' }))
    : { token: '' }
  const hooks = await jsonOf(host.admin('/tenants/acme/tokens', { scopes: ['hook'], label: 'pushes' }))
  const { url, socketUrl } = host
  // A gateway of its own is open from its start; a tenant's from its first request, which counts where limits are.
  if (limits === undefined) await fetch(`${url}/api/version`, { headers: { authorization: `Bearer ${token}` } })
  return {
    ...{ name, url, socketUrl, token, relayToken: relays.token, hookUrl: `${url}/t/${hooks.token}` },
    fetch: (path, init = {}) => {
      const headers = new Headers(init.headers)
      headers.set('authorization', `Bearer ${token}`)
      return fetch(url + path, { ...init, headers })
    },
    restart: () => host.restart(),
    close: () => host.close(),
  }
}

function hostTarget(name: TargetName, url: string, lifetime: Lifetime): HostTarget {
  const admin: HostTarget['admin'] = (path, body, method = body === undefined ? 'GET' : 'POST') =>
    fetch(`${url}/admin${path}`, {
      method,
      headers: { authorization: `Bearer ${ADMIN_TOKEN}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
  return {
    ...{ name, url, socketUrl: url.replace(/^http/, 'ws'), admin },
    async create(id, settings = {}) {
      const answer = await jsonOf(admin('/tenants', { id, ...settings }))
      return answer.token
    },
    ...lifetime,
  }
}
