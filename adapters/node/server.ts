/** The gateway as a Node server: opens a home, listens, and ends in the order that loses nothing. */
import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { isMainThread } from 'node:worker_threads'
import { createApp } from '../../src/app.ts'
import { GatewayError, messageOf } from '../../src/errors.ts'
import { Gateway } from '../../src/gateway.ts'
import type { GatewayOptions } from '../../src/gateway-options.ts'
import { createLoginCode } from '../../src/http/index.ts'
import type { LogLevel } from '../../src/logs/index.ts'
import { nodeAlarm } from './alarm.ts'
import { watchConfig } from './config-watch.ts'
import { nodeDatabase } from './database.ts'
import { openNodeFiles } from './files.ts'
import { httpServer, listen } from './http.ts'
import { addressUrl, listenAddress } from './listen-address.ts'
import { lockHome } from './lock.ts'
import { type NodeLog, nodeLog } from './log.ts'
import { ownHome } from './migrate-source.ts'
import { version } from './package-root.ts'
import { nodePlatform, pathFrom } from './platform.ts'
import { nodeSockets } from './sockets.ts'

export interface NodeOptions {
  /** The gateway's folder; made when missing. One process at a time may have it open. */
  home: string
  /** Override `gateway.host` and `gateway.port` of the config; port 0 takes any free one. */
  host?: string
  port?: number
  /** Overrides `gateway.token` of the config. */
  token?: string
  /** Instead of the process's environment. */
  env?: Readonly<Record<string, string | undefined>>
  /** The config's file name in the home; default `config.json`. */
  configFile?: string
  /** The first config of a new home; not read when it has one. */
  initialConfig?: unknown
  /** Logs to the file only, nothing on stderr. */
  quiet?: boolean
  logLevel?: LogLevel
  /** The chat channels there are, instead of all of this build. */
  channels?: GatewayOptions['channels']
}

export interface NodeGateway {
  /** Where to reach it from this machine, without a slash at the end. */
  readonly url: string
  readonly port: number
  readonly token: string
  readonly home: string
  readonly gateway: Gateway
  /** Signs one browser in, once, within ten minutes of the start. `POST /api/login/code` makes further ones. */
  loginUrl(): string
  /**
   * Refuses new connections, gives running turns `graceMs` (default 5000) to end, says goodbye to the sockets, and closes
   * the home. What did not end in time is resumed by the next start. Calling again waits for the first call.
   */
  close(options?: { graceMs?: number }): Promise<void>
}

/**
 * Opens `home` and serves it. Throws a `GatewayError` whose message says what to do: `home_in_use`, `port_in_use`,
 * `cannot_listen`, `public_without_token`, or what the config says wrong. Whatever it had opened is closed again then.
 */
export async function startNode(options: NodeOptions): Promise<NodeGateway> {
  // Everything a home holds is its owner's alone. (A worker thread cannot set it and has its process's.)
  if (isMainThread) process.umask(0o077)
  const home = resolve(options.home)
  mkdirSync(home, { recursive: true, mode: 0o700 })
  const log = nodeLog({ quiet: options.quiet, level: options.logLevel })
  const ends: Ends = [() => log.close()]
  try {
    return await open(home, options, log, ends)
  } catch (error) {
    log.error('the gateway did not start', { error: messageOf(error) })
    await endAll(ends, log)
    throw error
  }
}

async function open(home: string, options: NodeOptions, log: NodeLog, ends: Ends): Promise<NodeGateway> {
  const lock = lockHome(home)
  ends.push(() => lock.release())
  const db = nodeDatabase(join(home, 'gateway.db'))
  ends.push(() => db.close())
  const files = openNodeFiles(home)
  const alarm = nodeAlarm(Date.now, log)
  const sockets = nodeSockets({ log })
  const env = { ...(options.env ?? process.env), ...overrides(options) }
  const platform = nodePlatform({ home, files, db, alarm, sockets, log, logs: log.lines, env })
  ends.push(() => platform.settled())
  platform.background(files.sweep())
  const { initialConfig, configFile = 'config.json' } = options
  const openGateway = () =>
    Gateway.open(platform, {
      home,
      configFile,
      initialConfig,
      version,
      local: true,
      ...(options.channels ? { channels: options.channels } : {}),
      oldHome: (workspace) => ownHome(home, workspace),
      reopen,
    })
  let gateway = await openGateway()
  // A start that fails below waits for nothing: what it took up is taken up again by the next.
  let graceMs = 0
  let drained: Promise<void> | undefined
  const drain = () => {
    drained ??= gateway.drain(graceMs)
    return drained
  }
  ends.push(async () => {
    await drain()
    await gateway.close()
  })
  followLogging(gateway, home, log)

  let app = createApp(gateway.http())
  sockets.serve(gateway.endpoints)
  /** In place of a gateway that was replaced by what a transfer brought; it has stopped already. */
  async function reopen(): Promise<void> {
    gateway = await openGateway()
    followLogging(gateway, home, log)
    app = createApp(gateway.http())
    sockets.serve(gateway.endpoints)
  }
  const server = httpServer((request, facts) => app.fetch(request, facts), sockets)
  const { host, port } = listenAddress(gateway.config.current.gateway, options)
  const bound = await listen(server, host, port)
  ends.push(async () => {
    const closed = new Promise((done) => server.close(done))
    await drain()
    await sockets.close()
    server.closeAllConnections()
    await closed
  })
  ends.push(() => alarm.close())
  const watcher = watchConfig(join(home, configFile), (source) => reload(gateway, source, log))
  ends.push(() => watcher.close())
  await Promise.all([watcher.ready, alarm.start(() => gateway.wake())])

  const code = await createLoginCode(platform)
  const url = addressUrl(host, bound)
  let closing: Promise<void> | undefined
  return {
    url,
    port: bound,
    home,
    get gateway() {
      return gateway
    },
    get token() {
      return gateway.config.current.gateway.token
    },
    loginUrl: () => `${url}/login?code=${code}`,
    close(how = {}) {
      graceMs = how.graceMs ?? GRACE_MS
      closing ??= endAll(ends, log)
      return closing
    },
  }
}

/** What must be undone, in the order it was done. */
type Ends = Array<() => unknown>

const GRACE_MS = 5000

/** Newest first; a step that fails must not keep the database from being closed. */
async function endAll(ends: Ends, log: NodeLog): Promise<void> {
  for (const end of ends.splice(0).reverse()) {
    try {
      await end()
    } catch (error) {
      log.error('a part of the gateway did not close cleanly', { error })
    }
  }
}

/** Command line over config: through the environment's own way of overriding, so that every reader sees one value. */
function overrides({ host, port, token }: NodeOptions): Record<string, string> {
  return {
    ...(host === undefined ? {} : { CLAWGO_GATEWAY_HOST: host }),
    // Port 0 ("any") is no valid setting; `listenAddress` knows it.
    ...(port === undefined ? {} : { CLAWGO_GATEWAY_PORT: port > 0 ? String(port) : '' }),
    ...(token === undefined ? {} : { CLAWGO_GATEWAY_TOKEN: token }),
  }
}

/** The log goes where the config says, now and after each change. */
function followLogging(gateway: Gateway, home: string, log: NodeLog): void {
  const follow = () => {
    const { enabled, dir, filename, max_size_mb, retention_days } = gateway.config.current.logging
    const path = join(pathFrom(home, dir), filename || 'clawgo.log')
    try {
      const maxSize = (max_size_mb > 0 ? max_size_mb : 20) * 1024 * 1024
      log.to(enabled ? { path, maxSize, keepDays: retention_days > 0 ? retention_days : 3 } : null)
    } catch (cause) {
      const why = (cause as NodeJS.ErrnoException).code ?? 'unknown error'
      const text = `The log file cannot be opened (${why}): set logging.dir to a folder this user may write.`
      throw new GatewayError(400, 'cannot_log', text, { cause })
    }
  }
  follow()
  gateway.config.subscribe(follow)
}

/** A bad file never replaces a good config; it is said where its editor will look. */
async function reload(gateway: Gateway, source: string, log: NodeLog): Promise<void> {
  try {
    await gateway.config.reload(source)
  } catch (error) {
    log.warn('the changed config.json was not taken', { source, error: messageOf(error) })
  }
}
