/** One tenant's home while it is open: its gateway, its sockets, its clock, and how to close it without loss. */
import { mkdirSync } from 'node:fs'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createApp } from '../../src/app.ts'
import { messageOf } from '../../src/errors.ts'
import { Gateway } from '../../src/gateway.ts'
import {
  createReadOnlyApp,
  forgetHookToken,
  HOOK_PREFIX,
  type HookTokenStore,
  hookToken,
  isReadOnlyReason,
  OpenStreams,
  type Tenant,
  type TenantDirectory,
  type TenantUsage,
} from '../../src/hosting/index.ts'
import type { Claims } from '../../src/http/index.ts'
import type { LogLevel } from '../../src/logs/index.ts'
import { nodeAlarm } from './alarm.ts'
import { type NodeDatabase, nodeDatabase } from './database.ts'
import { openNodeFiles } from './files.ts'
import { tenantPlatform } from './host-platform.ts'
import { type NodeLog, nodeLog } from './log.ts'
import { version } from './package-root.ts'
import { type NodeSockets, nodeSockets } from './sockets.ts'

export interface TenantDeps {
  /** The folder of all homes. */
  homes: string
  /** The folder of the tenants' hook tokens: a tenant's own files show none. */
  hooks: string
  directory: TenantDirectory
  /** What every tenant may see of the host's environment. */
  env: Readonly<Record<string, string | undefined>>
  initialConfig?: unknown
  /** The host's public address without a slash at the end; empty: unknown. */
  publicUrl: string
  logLevel?: LogLevel | undefined
}

export interface TenantFacts {
  readonly remoteAddress: string | undefined
  readonly claims: Claims
}

export interface OpenTenant {
  readonly sockets: NodeSockets
  fetch(request: Request, facts: TenantFacts): Promise<Response>
  /** Something goes on that closing would disturb. */
  busy(): boolean
  /** Closes the sockets and long answers of a token; without one, of all. */
  refuse(reason: string, tokenId?: string): void
  usage(): Promise<Omit<TenantUsage, 'bytes'>>
  /** Gives running turns `graceMs`, then closes; resolves to when it must be opened again (ms since the epoch, null: never). */
  close(graceMs: number): Promise<number | null>
}

const LOG_BYTES = 20 * 1024 * 1024
/** A home that could not be brought up to date is tried again after this, as after every start of the host. */
const TRY_AGAIN_MS = 24 * 3600_000

/** Opens a tenant's home. `tenant` is asked anew for limits, which may change while it is open. */
export async function openTenant(tenant: () => Tenant, deps: TenantDeps): Promise<OpenTenant> {
  const { id, home: folder, features } = tenant()
  const home = join(deps.homes, folder)
  mkdirSync(home, { recursive: true, mode: 0o700 })
  const log = nodeLog({ quiet: true, level: deps.logLevel })
  log.to({ path: join(home, 'logs', 'clawgo.log'), maxSize: LOG_BYTES })
  const ends: Array<() => unknown> = [() => log.close()]
  const endAll = async () => {
    for (const end of ends.splice(0).reverse()) {
      try {
        await end()
      } catch (error) {
        log.error('a part of the gateway did not close cleanly', { error: messageOf(error) })
      }
    }
  }
  try {
    const db = nodeDatabase(join(home, 'gateway.db'))
    ends.push(() => db.close())
    const files = openNodeFiles(home)
    const alarm = nodeAlarm(Date.now, log)
    const sockets = nodeSockets({ log })
    const { env } = deps
    const platform = tenantPlatform({ home, files, db, alarm, sockets, log, logs: log.lines, env }, features)
    ends.push(() => platform.settled())
    platform.background(files.sweep())
    const url =
      deps.publicUrl &&
      `${deps.publicUrl}${HOOK_PREFIX}${await liveHookToken(hookFile(deps.hooks, folder), id, deps.directory)}`
    let gateway: Gateway | null = null
    let app: ReturnType<typeof createApp>
    const openGateway = async () => {
      gateway = await Gateway.open(platform, {
        // As its files say: only a tenant with commands of the machine sees where on it the home is.
        home: features.shell ? home : '/',
        initialConfig: deps.initialConfig,
        version,
        local: false,
        hosted: true,
        limits: () => tenant().limits,
        publicUrl: () => url || null,
        // After a transfer: the one before has stopped already.
        reopen: openGateway,
      }).catch((error) => {
        if (isReadOnlyReason(error)) return null
        throw error
      })
      app = gateway ? createApp(gateway.http()) : createReadOnlyApp(platform, { version })
      if (!gateway) return
      sockets.serve(gateway.endpoints)
      follow(gateway, log, home)
    }
    await openGateway()
    const current = () => gateway as Gateway | null
    ends.push(() => current()?.close())
    ends.push(() => sockets.close(500))
    ends.push(() => alarm.close())
    if (gateway) await alarm.start(async () => current()?.wake())

    const streams = new OpenStreams()
    /** A channel waits for messages: nobody else would take them. */
    const listens = () => current()?.channels.names.some((name) => current()?.channels.isOpen(name)) ?? false
    return {
      sockets,
      fetch: async (request, facts) => streams.carry(await app.fetch(request, facts), facts.claims.tokenId),
      busy() {
        const { running = 0, waiting = 0 } = current()?.chat.engine.load ?? {}
        return sockets.count() > 0 || streams.count > 0 || running > 0 || waiting > 0 || listens()
      },
      refuse(reason, tokenId) {
        sockets.refuse(reason, tokenId)
        streams.cut(tokenId)
      },
      usage: async () => ({
        sockets: sockets.count(),
        limits: await current()?.limits.guard.report(),
      }),
      async close(graceMs) {
        const listening = listens()
        await current()?.drain(graceMs)
        await alarm.close()
        await sockets.close(500)
        const due = listening ? 0 : current() ? nextOf(db) : Date.now() + TRY_AGAIN_MS
        await endAll()
        return due
      },
    }
  } catch (error) {
    log.error('the gateway did not open', { error: messageOf(error) })
    await endAll()
    throw error
  }
}

/** The hook token, a new one where the kept one was revoked while the home was closed. */
async function liveHookToken(store: HookTokenStore, id: string, directory: TenantDirectory): Promise<string> {
  const token = await hookToken(store, id, directory)
  const tokenId = token.split('_')[2] ?? ''
  if ((await directory.tokens(id)).some((record) => record.id === tokenId)) return token
  await forgetHookToken(store, tokenId)
  return hookToken(store, id, directory)
}

/** The file of a tenant's hook token. */
function hookFile(folder: string, home: string): HookTokenStore {
  const path = join(folder, home)
  return {
    read: () => readFile(path, 'utf8').catch(() => null),
    async write(token) {
      if (token === null) return rm(path, { force: true })
      await mkdir(folder, { recursive: true, mode: 0o700 })
      await writeFile(path, token, { mode: 0o600 })
    },
  }
}

/** Logging can be switched off, and its age set; its place is always the home. */
function follow(gateway: Gateway, log: NodeLog, home: string): void {
  const apply = () => {
    const { enabled, max_size_mb, retention_days } = gateway.config.current.logging
    const maxSize = max_size_mb > 0 ? Math.min(max_size_mb * 1024 * 1024, LOG_BYTES) : LOG_BYTES
    const target = {
      path: join(home, 'logs', 'clawgo.log'),
      maxSize,
      keepDays: retention_days > 0 ? retention_days : 3,
    }
    log.to(enabled ? target : null)
  }
  apply()
  gateway.config.subscribe(apply)
}

function nextOf(db: NodeDatabase): number | null {
  return db.query<{ due: number | null }>('SELECT min(due_at) AS due FROM agenda')[0]?.due ?? null
}
