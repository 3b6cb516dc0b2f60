/**
 * The runtimes a contract test runs against: the same requests, over real sockets, to the Node gateway and to the Worker.
 *
 *     describeTargets('GET /api/version', (open) => {
 *       it('needs the token', async () => {
 *         const target = await open()
 *         expect((await fetch(`${target.url}/api/version`)).status).toBe(401)
 *       })
 *     })
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, onTestFinished } from 'vitest'
import { type NodeGateway, startNode } from '../../adapters/node/index.ts'
import { hostedTargets } from './hosted-target.ts'
import { startWorker } from './worker-target.ts'

type Config = Record<string, unknown> & { gateway?: Record<string, unknown> & { token?: string } }

export interface TargetOptions {
  /** The first config; what it leaves out has its default. Without `gateway.token` the target brings one. */
  config?: Config
  /** The environment on Node, vars of the Worker. Of this process's environment only PATH reaches the gateway. */
  vars?: Record<string, string>
  /** The test needs the files of dist/assets (the build makes them); the Worker starts faster without. */
  assets?: boolean
}

export type TargetName = 'node' | 'workerd'

/** A running gateway with a home of its own. */
export interface Target {
  readonly name: TargetName
  /** `http://127.0.0.1:port`; the same after a restart. */
  readonly url: string
  /** `ws://127.0.0.1:port`. */
  readonly socketUrl: string
  readonly token: string
  /** What a relay brings: `gateway.relay_token`, or a tenant's token for relays. */
  readonly relayToken: string
  /** Before `/hooks/...`, where chat platforms push to. */
  readonly hookUrl: string
  /** `fetch` with the token. */
  fetch(path: string, init?: RequestInit): Promise<Response>
  /** Ends the gateway (gracefully on Node, as the runtime would on workerd) and opens the same home again. */
  restart(): Promise<void>
  /** Ends it and removes its home. */
  close(): Promise<void>
}

const TOKEN = 'cg_0123456789abcdef0123456789abcdef'

/** The suite runs as a tenant of a hosted deployment instead of on a gateway of its own. */
export const HOSTED = process.env.CONTRACT_TARGETS === 'hosted'

const ownTargets: Record<TargetName, (options?: TargetOptions) => Promise<Target>> = {
  async node({ config = {}, vars = {} } = {}) {
    const home = await mkdtemp(join(tmpdir(), 'gateway-home-'))
    const start = (port: number) =>
      startNode({
        home,
        host: '127.0.0.1',
        port,
        initialConfig: withToken(config),
        env: { PATH: process.env.PATH, ...vars },
        quiet: true,
      })
    let gateway: NodeGateway = await start(0)
    const { url, port } = gateway
    return target('node', url, config, {
      async restart() {
        await gateway.close({ graceMs: 100 })
        gateway = await start(port)
      },
      async close() {
        await gateway.close({ graceMs: 0 })
        await rm(home, { recursive: true, force: true })
      },
    })
  },

  async workerd({ config = {}, vars = {}, assets = false } = {}) {
    const worker = await startWorker({
      entry: 'adapters/cloudflare/worker.ts',
      objects: { GATEWAY: 'GatewayObject', DIRECTORY: 'TenantDirectory' },
      vars: { GATEWAY_CONFIG: JSON.stringify(withToken(config)), ...vars },
      assets,
    })
    return target('workerd', worker.url, config, {
      restart: worker.restart,
      close: worker.close,
    })
  },
}

export const targets = HOSTED ? hostedTargets : ownTargets

/** Runs `define` once a runtime; the target it opens is closed when its test has finished. */
export function describeTargets(
  title: string,
  define: (open: (options?: TargetOptions) => Promise<Target>, name: TargetName) => void,
): void {
  describe.each(Object.keys(targets) as TargetName[])(`${title} (${HOSTED ? 'hosted ' : ''}%s)`, (name) => {
    define(async (options) => {
      const opened = await targets[name](options)
      onTestFinished(() => opened.close())
      return opened
    }, name)
  })
}

/**
 * `describeTargets` for what only a gateway with a token of its own has. A tenant's tokens are its host's: `gateway.token`
 * and `gateway.relay_token` open nothing there, and who is refused is refused, logged and answered by the host
 * (hosting.test.ts).
 */
export const describeOwnTargets: typeof describeTargets = HOSTED
  ? (title) => describe.skip(`${title} (not on a host)`, () => {})
  : describeTargets

/**
 * One target for all tests of the surrounding describe, which must not disturb each other; ask for it inside a test.
 *
 *     describeTargets('GET /api/version', (_, name) => {
 *       const target = shareTarget(name)
 *       it('needs the token', async () => expect((await fetch(`${target().url}/api/version`)).status).toBe(401))
 *     })
 */
export function shareTarget(
  name: TargetName,
  options: TargetOptions | (() => TargetOptions | Promise<TargetOptions>) = {},
): () => Target {
  let shared: Target | undefined
  beforeAll(async () => {
    shared = await targets[name](typeof options === 'function' ? await options() : options)
  })
  afterAll(() => shared?.close())
  return () => {
    if (shared === undefined) throw new Error('The shared target is open inside tests only.')
    return shared
  }
}

function withToken(config: Config): Config & { gateway: { token: string } } {
  return { ...config, gateway: { token: TOKEN, ...config.gateway } }
}

function target(name: TargetName, url: string, config: Config, lifetime: Pick<Target, 'restart' | 'close'>): Target {
  const { token } = withToken(config).gateway
  return {
    name,
    url,
    socketUrl: url.replace(/^http/, 'ws'),
    token,
    relayToken: String(config.gateway?.relay_token ?? ''),
    hookUrl: url,
    fetch: (path, init = {}) => {
      const headers = new Headers(init.headers)
      headers.set('authorization', `Bearer ${token}`)
      return fetch(url + path, { ...init, headers })
    },
    ...lifetime,
  }
}
