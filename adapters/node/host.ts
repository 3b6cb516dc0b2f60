/** Many tenants in one Node process: the front, the directory, and a home for each tenant (`clawgo host`). */
import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { isMainThread } from 'node:worker_threads'
import { messageOf } from '../../src/errors.ts'
import { createFront, SqlDirectory, type TenantDirectory } from '../../src/hosting/index.ts'
import type { LogLevel } from '../../src/logs/index.ts'
import { builtAsset } from './assets.ts'
import { nodeDatabase } from './database.ts'
import { HostHomes } from './host-homes.ts'
import { hostServer } from './host-server.ts'
import { listen } from './http.ts'
import { addressUrl } from './listen-address.ts'
import { lockHome } from './lock.ts'
import { nodeLog } from './log.ts'
import { version } from './package-root.ts'

export interface HostOptions {
  /** The host's folder: `directory.db`, `host.log`, and `tenants/`. One process at a time may have it open. */
  dir: string
  host?: string
  /** 0 takes any free one. Default 18790. */
  port?: number
  /** The bearer token of `/admin`. */
  adminToken: string
  /** `https://agents.example`: where webhooks and callbacks of tenants arrive. */
  publicUrl?: string | undefined
  /** `agents.example`: then `<tenant>.agents.example` is that tenant's alone. */
  baseHost?: string | undefined
  /** Origins whose pages may read preflights and refusals, which know no tenant. */
  allowedOrigins?: readonly string[] | undefined
  /** Variables that every tenant's gateway sees. Default none: the host's environment is the host's. */
  tenantEnv?: Readonly<Record<string, string | undefined>> | undefined
  /** The first config of new tenants. */
  initialConfig?: unknown
  /** Homes that stay open at most (default 100), and how long an idle one does (default five minutes). */
  maxOpen?: number | undefined
  idleMs?: number | undefined
  /** Logs to the file only, nothing on stderr. */
  quiet?: boolean | undefined
  logLevel?: LogLevel | undefined
}

export interface NodeHost {
  /** Where to reach it from this machine, without a slash at the end. */
  readonly url: string
  readonly port: number
  readonly directory: TenantDirectory
  /** How many homes were opened in this process. */
  readonly openings: number
  /** Refuses new connections, gives running turns `graceMs` (default 5000), and closes every home. */
  close(options?: { graceMs?: number }): Promise<void>
}

const LOG_BYTES = 20 * 1024 * 1024

/** Opens the host's folder and serves it. Throws a `GatewayError` that says what to do; nothing stays open then. */
export async function startHost(options: HostOptions): Promise<NodeHost> {
  if (isMainThread) process.umask(0o077)
  const dir = resolve(options.dir)
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  const ends: Array<() => unknown> = []
  const log = nodeLog({ quiet: options.quiet === true, ...(options.logLevel && { level: options.logLevel }) })
  const endAll = async () => {
    for (const end of ends.splice(0).reverse()) {
      try {
        await end()
      } catch (error) {
        log.error('a part of the host did not close cleanly', { error: messageOf(error) })
      }
    }
  }
  ends.push(() => log.close())
  try {
    const lock = lockHome(dir)
    ends.push(() => lock.release())
    log.to({ path: join(dir, 'host.log'), maxSize: LOG_BYTES })
    const db = nodeDatabase(join(dir, 'directory.db'))
    ends.push(() => db.close())
    const directory = new SqlDirectory(db, Date.now)
    const publicUrl = options.publicUrl?.trim().replace(/\/+$/, '') ?? ''
    const { tenantEnv: env = {}, initialConfig, maxOpen, idleMs, logLevel } = options
    const homes = new HostHomes({
      ...{ homes: join(dir, 'tenants'), hooks: join(dir, 'hooks'), directory, db, log, env, initialConfig, publicUrl },
      ...{ maxOpen, idleMs, logLevel },
    })
    const front = createFront({
      directory,
      homes,
      adminToken: options.adminToken,
      baseHost: options.baseHost ?? '',
      allowedOrigins: options.allowedOrigins ?? [],
      asset: (name, acceptEncoding) => builtAsset(name, { acceptEncoding }),
      log,
      version,
      now: Date.now,
    })
    let graceMs = 0
    ends.push(() => homes.close(graceMs))
    const server = hostServer({ front, homes, log })
    const host = options.host ?? '127.0.0.1'
    const port = await listen(server, host, options.port ?? 18790)
    ends.push(async () => {
      const closed = new Promise((done) => server.close(done))
      await homes.close(graceMs)
      server.closeAllConnections()
      await closed
    })
    await homes.start()
    let closing: Promise<void> | undefined
    return {
      url: addressUrl(host, port),
      port,
      directory,
      get openings() {
        return homes.openings
      },
      close(how = {}) {
        graceMs = how.graceMs ?? 5000
        closing ??= endAll()
        return closing
      },
    }
  } catch (error) {
    log.error('the host did not start', { error: messageOf(error) })
    await endAll()
    throw error
  }
}
