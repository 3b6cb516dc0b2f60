/**
 * One configured server and its one connection, which every caller shares:
 *
 *     idle -> connecting -> ready -> failed -> connecting ...
 *
 * `idle` is not connected and well: the next call connects. After a failure the link tries again by itself, later each
 * time, where connections may stay open; elsewhere the next turn or call does. `unsupported` is for good: a stdio server
 * on a runtime without processes.
 */
import { GatewayError, notHere } from '../errors.ts'
import type { Log } from '../platform.ts'
import type { McpServerState } from '../tools/index.ts'
import { Backoff } from './backoff.ts'
import type { ConnectOptions, Target } from './connect.ts'
import type { McpConnection } from './connection.ts'
import { brokeConnection, failureText, isTimeout, lostSession } from './failure.ts'
import { type McpServerSettings, secretsOf, transportOf } from './settings.ts'
import type { KnownTools } from './tool-cache.ts'
import { until } from './until.ts'

export interface LinkDeps {
  settings: McpServerSettings
  /** Where to connect to; throws what the owner must correct. */
  target(): Promise<Target>
  timeoutMs(): number
  version: string
  now(): number
  log: Log
  background(work: Promise<unknown>): void
  /** Connections may stay open while nobody calls. */
  standing: boolean
  /** Where they may not: closed after so many ms without a call. Default 30 000. */
  idleMs?: number | undefined
  /** This runtime cannot reach the server at all. */
  unsupported: boolean
  known: KnownTools | null
  /** The server has listed its tools. */
  listed(tools: KnownTools): void
}

/** A first start may have to download the server; calls wait for less, and find it ready later. */
const CONNECT_MS = 60_000
/** Without standing connections a list this old is asked for again beside the next turn. */
const STALE_MS = 10 * 60_000
const IDLE_MS = 30_000
/** Servers announce several changes at once. */
const SETTLE_MS = 100

export class ServerLink {
  readonly name: string
  readonly #deps: LinkDeps
  readonly #backoff: Backoff
  #state: McpServerState['state']
  #error = ''
  #known: KnownTools | null
  #connection: McpConnection | undefined
  #connecting: Promise<McpConnection> | undefined
  readonly #ending = new AbortController()
  #calls = 0
  #retry: ReturnType<typeof setTimeout> | undefined
  #rest: ReturnType<typeof setTimeout> | undefined
  #relist: ReturnType<typeof setTimeout> | undefined

  constructor(name: string, deps: LinkDeps) {
    this.name = name
    this.#deps = deps
    this.#known = deps.known
    this.#backoff = new Backoff(deps.now)
    this.#state = deps.unsupported ? 'unsupported' : 'idle'
    if (deps.unsupported) this.#error = STDIO_UNSUPPORTED
  }

  get settings(): McpServerSettings {
    return this.#deps.settings
  }

  get known(): KnownTools | null {
    return this.#known
  }

  get status(): McpServerState {
    return { state: this.#state, tools: this.#known?.tools.length ?? 0, error: this.#error }
  }

  /** Connects in the background where that is due; resolves when it is done with it, however that ended. */
  refresh(options: { now?: boolean } = {}): Promise<void> {
    if (this.#state === 'unsupported' || this.#ending.signal.aborted) return Promise.resolve()
    if (this.#connecting) return this.#connecting.then(noop, noop)
    if (this.#connection || !this.#isDue(options.now ?? false)) return Promise.resolve()
    const done = this.#connect().then(noop, noop)
    this.#deps.background(done)
    return done
  }

  /**
   * Runs `work` on the connection, made first when there is none, in `timeoutMs` altogether. Once more in a new session
   * when the server has forgotten this one. Throws with a message for the model.
   */
  async call<T>(
    what: string,
    work: (connection: McpConnection, timeoutMs: number) => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T> {
    if (this.#state === 'unsupported') throw notHere(`mcp server "${this.name}": ${STDIO_UNSUPPORTED}`)
    const { now, timeoutMs } = this.#deps
    const limit = timeoutMs()
    const deadline = now() + limit
    this.#calls++
    try {
      for (let attempt = 1; ; attempt++) {
        const connection = await this.#reach(deadline - now(), signal)
        try {
          return await work(connection, Math.max(1, deadline - now()))
        } catch (error) {
          signal?.throwIfAborted()
          if (brokeConnection(error)) this.#drop(connection, error)
          if (attempt === 1 && lostSession(error)) continue
          if (isTimeout(error)) throw this.#failure(504, `did not answer ${what} within ${limit / 1000} s`)
          throw this.#failure(502, `${what} failed: ${this.#textOf(error)}`)
        }
      }
    } finally {
      this.#calls--
      this.#restLater()
    }
  }

  /** Ends the connection for good. */
  close(): void {
    if (this.#ending.signal.aborted) return
    this.#ending.abort(new Error('the server was switched off or its settings were changed'))
    for (const timer of [this.#retry, this.#rest, this.#relist]) clearTimeout(timer)
    const connection = this.#connection
    this.#connection = undefined
    if (connection) this.#deps.background(connection.close())
  }

  #isDue(now: boolean): boolean {
    if (this.#state === 'failed') return now || this.#backoff.isOver()
    return now || this.#known === null || this.#deps.standing || this.#deps.now() - this.#known.at > STALE_MS
  }

  async #reach(timeoutMs: number, signal?: AbortSignal): Promise<McpConnection> {
    const connecting = this.#connect()
    // The attempt outlives a caller that will not wait for it.
    this.#deps.background(connecting.then(noop, noop))
    try {
      return await until(connecting, timeoutMs, signal)
    } catch (error) {
      signal?.throwIfAborted()
      if (this.#connecting) throw this.#failure(504, 'is still starting: try again later')
      throw this.#failure(502, `is not available: ${this.#textOf(error)}`)
    }
  }

  #connect(): Promise<McpConnection> {
    if (this.#connection) return Promise.resolve(this.#connection)
    this.#connecting ??= this.#open().finally(() => {
      this.#connecting = undefined
    })
    return this.#connecting
  }

  async #open(): Promise<McpConnection> {
    clearTimeout(this.#retry)
    const { version, log, standing } = this.#deps
    const limits = { timeoutMs: Math.max(CONNECT_MS, this.#deps.timeoutMs()), signal: this.#ending.signal }
    let connection: McpConnection | undefined
    let gone: string | undefined
    try {
      // Inside the try: whatever happens between here and the answer is a failure of this server alone.
      this.#state = 'connecting'
      limits.signal.throwIfAborted()
      const target = await this.#deps.target()
      const { connect } = await import('./connect.ts')
      const options: ConnectOptions = {
        ...limits,
        server: this.name,
        target,
        version,
        log,
        standing,
        toolsChanged: () => this.#relistSoon(),
        lost: (why) => {
          gone = why
          if (connection) this.#drop(connection, new Error(why))
        },
      }
      connection = await connect(options)
      const tools = await connection.listTools(limits)
      if (gone !== undefined) throw new Error(gone)
      limits.signal.throwIfAborted()
      this.#connection = connection
      this.#state = 'ready'
      this.#error = ''
      this.#backoff.connected()
      this.#listed(tools)
      this.#restLater()
      log.info('mcp server connected', { server: this.name, tools: tools.length })
      return connection
    } catch (error) {
      await connection?.close()
      this.#failed(gone === undefined ? error : new Error(gone))
      throw error
    }
  }

  #failed(error: unknown): void {
    if (this.#ending.signal.aborted) return
    this.#state = 'failed'
    this.#error = this.#textOf(error)
    const wait = this.#backoff.next()
    const { log, standing } = this.#deps
    log.warn('mcp server not available', {
      server: this.name,
      error: this.#error,
      ...(standing && { retryInMs: wait }),
    })
    if (standing) this.#retry = setTimeout(() => void this.refresh({ now: true }), wait)
  }

  /** Lets go of a connection that broke. One that another caller has already replaced is none of its business. */
  #drop(connection: McpConnection, error: unknown): void {
    if (this.#connection !== connection) return
    this.#connection = undefined
    clearTimeout(this.#rest)
    this.#deps.background(connection.close())
    if (!lostSession(error)) this.#failed(error)
    else this.#state = 'idle'
  }

  #listed(tools: KnownTools['tools']): void {
    this.#noticeChanges(tools)
    this.#known = { tools, at: this.#deps.now() }
    this.#deps.listed(this.#known)
  }

  /** A description is a part of the prompt: one that changes behind the owner's back should leave a trace. */
  #noticeChanges(tools: KnownTools['tools']): void {
    const before = new Map(this.#known?.tools.map((tool) => [tool.name, tool.description]))
    const changed = tools.filter(({ name, description }) => before.has(name) && before.get(name) !== description)
    if (changed.length === 0) return
    const names = changed.map(({ name }) => name)
    this.#deps.log.warn('an mcp server changed the descriptions of its tools', { server: this.name, changed: names })
  }

  #relistSoon(): void {
    clearTimeout(this.#relist)
    this.#relist = setTimeout(() => {
      const connection = this.#connection
      if (!connection) return
      const work = connection
        .listTools({ timeoutMs: this.#deps.timeoutMs(), signal: this.#ending.signal })
        .then((tools) => {
          if (this.#connection === connection) this.#listed(tools)
        })
        .catch((error: unknown) => {
          this.#deps.log.warn('mcp tools could not be listed', { server: this.name, error: this.#textOf(error) })
        })
      this.#deps.background(work)
    }, SETTLE_MS)
  }

  #restLater(): void {
    clearTimeout(this.#rest)
    if (this.#deps.standing || this.#calls > 0 || !this.#connection) return
    this.#rest = setTimeout(() => {
      const connection = this.#connection
      if (!connection || this.#calls > 0) return
      this.#connection = undefined
      this.#state = 'idle'
      this.#deps.background(connection.close())
    }, this.#deps.idleMs ?? IDLE_MS)
  }

  #textOf(error: unknown): string {
    return failureText(error, secretsOf(this.settings))
  }

  #failure(status: number, message: string): GatewayError {
    return new GatewayError(status, 'mcp_failed', `mcp server "${this.name}" ${message}`)
  }
}

const STDIO_UNSUPPORTED = 'stdio servers need a gateway that can start processes'
const noop = () => {}

/** True where only a runtime with processes can reach the server. */
export function needsProcesses(settings: McpServerSettings): boolean {
  try {
    return transportOf(settings) === 'stdio'
  } catch {
    return false
  }
}
