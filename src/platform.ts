/**
 * The ports: what a runtime must provide so that one gateway runs on it.
 * Adapters implement them (`adapters/node`, `adapters/cloudflare`); nothing else in `src/` knows a runtime.
 */
import type { LongConnection } from './channels/feishu/index.ts'
import type { Files } from './files/index.ts'
import type { LogStore } from './logs/index.ts'

/** A value SQLite stores. Booleans are not among them: write 0 or 1. Integers stay within 2^53. */
export type SqlValue = string | number | null | Uint8Array
export type SqlRow = Record<string, SqlValue>

/**
 * One SQLite database a gateway. Synchronous, as both runtimes offer it; when a call returns, what it wrote will be
 * durable before anything the gateway then sends leaves the machine.
 *
 * Stay within what both allow: at most 100 bound parameters (pass lists as JSON, `IN (SELECT value FROM json_each(?))`),
 * rows under 2 MB, no PRAGMA, no explicit BEGIN.
 */
export interface Database {
  query<Row extends object = SqlRow>(sql: string, ...params: SqlValue[]): Row[]
  /** Runs `work` atomically; rolls back and rethrows when it throws. Nested calls join the outer transaction. */
  transaction<T>(work: () => T): T
  /** Bytes the database takes, cheaply told; absent where the runtime cannot say. */
  size?(): number
}

/** One timer that survives restarts: the adapter calls `Gateway.wake()` no later than the time set, at least once. */
export interface Alarm {
  /** `at` in ms since the epoch; replaces the earlier time. `null` clears it. */
  set(at: number | null): void
}

/** An open WebSocket of a live endpoint. The attachment survives hibernation; in-memory state does not. */
export interface Socket {
  readonly endpoint: string
  /** Small JSON (under 2 KB): who this is, not what it has been sent. */
  readonly attachment: unknown
  attach(value: unknown): void
  /** The id of the token that opened it, on a hosted gateway; survives hibernation. */
  readonly tokenId?: string | undefined
  /** False from the moment either side began to close. */
  readonly isOpen: boolean
  /** Sends one text frame; resolves when the socket can take the next one. Never rejects: a dead socket is closed. */
  send(text: string): Promise<void>
  close(code?: number, reason?: string): void
}

export interface Sockets {
  /**
   * Answers an upgrade request for `endpoint`. Authorise before. The response must be returned to the runtime as it is.
   * Handlers of the endpoint run for this socket from then on, also after hibernation.
   */
  accept(request: Request, endpoint: string, attachment: unknown, tokenId?: string): Response
  /** The open sockets of an endpoint. */
  open(endpoint: string): Socket[]
}

/** What a live endpoint does; see `Gateway.endpoints`. Handlers must not throw. */
export interface Endpoint {
  opened?(socket: Socket): void | Promise<void>
  message?(socket: Socket, data: string | Uint8Array): void | Promise<void>
  closed?(socket: Socket): void | Promise<void>
}

export interface SpawnOptions {
  command: string
  args: readonly string[]
  cwd: string
  /** The whole environment of the child; nothing is inherited. */
  env: Readonly<Record<string, string>>
}

export interface ChildProcess {
  readonly pid: number
  readonly stdin: WritableStream<Uint8Array>
  readonly stdout: ReadableStream<Uint8Array>
  readonly stderr: ReadableStream<Uint8Array>
  /** Resolves when the process has ended and its output was read or dropped; rejects when it could not start. */
  readonly exited: Promise<{ code: number | null; signal: string | null }>
  /** Ends the process and all it started: TERM, then KILL after `graceMs` (2000). */
  kill(graceMs?: number): void
}

/** Real processes. Absent on the edge: features that need it answer clearly there. */
export interface Processes {
  /** A minimal environment for children: PATH, HOME, LANG and their like, never the gateway's own secrets. */
  readonly env: Readonly<Record<string, string>>
  /** The absolute path of a command, as a shell would find it; null when there is none. */
  which(command: string): Promise<string | null>
  spawn(options: SpawnOptions): ChildProcess
}

/** Facts about the machine for the `system_info` tool: label to value, in order. */
export type SystemFacts = () => Promise<Array<[label: string, value: string]>>

export interface PublicFetchOptions {
  /** `host` or `host:port` entries that are allowed although they are private. */
  allow?: readonly string[]
}

/** Log lines carry time, level, message and ids (`turn`, `session`, `request`); the adapter redacts secrets. */
export interface Log {
  debug(message: string, fields?: Record<string, unknown>): void
  info(message: string, fields?: Record<string, unknown>): void
  warn(message: string, fields?: Record<string, unknown>): void
  error(message: string, fields?: Record<string, unknown>): void
}

export interface Platform {
  readonly runtime: 'node' | 'workerd'
  /** The home directory: config.json, uploads, auth. */
  readonly files: Files
  /** The workspace that `agents.defaults.workspace` names. On Node any folder; on the edge always the home's `workspace/`. */
  workspace(setting: string): Files
  readonly db: Database
  readonly alarm: Alarm
  readonly sockets: Sockets
  readonly processes?: Processes
  readonly system: SystemFacts
  /** Outbound HTTP to where the config points (model providers, MCP servers). */
  readonly fetch: typeof globalThis.fetch
  /**
   * One hop of outbound HTTP to where a model or a web page points: refuses private and local addresses at the moment
   * of connecting (`AddressRefused` in its message), never follows redirects.
   */
  publicFetch(url: URL, init: RequestInit, options?: PublicFetchOptions): Promise<Response>
  /**
   * A `fetch` whose every connection goes through a proxy: an `http:`, `https:`, `socks5:` or `socks5h:` URL with its
   * credentials; names are resolved there. The proxy's own address must be public or in `allow` (`AddressRefused`).
   * Rejects as `fetch` does, and never says the proxy's credentials. Absent where the runtime cannot do it (the edge).
   */
  proxied?(proxyUrl: string, options?: PublicFetchOptions): typeof globalThis.fetch
  /**
   * Static files of the build (`swagger-ui.css`, `console/index.html`, ...); null when there is none by that name. With the
   * client's Accept-Encoding the body may be compressed, and its Content-Encoding says so.
   */
  asset(name: string, acceptEncoding?: string): Promise<Response | null>
  /** Keeps work alive that outlives a response. */
  background(work: Promise<unknown>): void
  readonly log: Log
  /** The lines of `log`: those that are kept, and new ones as they come. */
  readonly logs: LogStore
  readonly env: Readonly<Record<string, string | undefined>>
  /** Workers AI, where the binding exists. */
  readonly ai?: WorkersAi
  /** Holds the event connection of a Feishu app, on its vendor's SDK (Node). Elsewhere its events come to a webhook. */
  readonly feishuConnection?: LongConnection
  now(): number
  /** Test builds only: a named point where a fault may strike (durable-turns.md section 13). */
  fault?(point: string): void
}

/** The part of Cloudflare's Workers AI binding that the gateway uses. */
export interface WorkersAi {
  run(model: string, input: Record<string, unknown>, options?: Record<string, unknown>): Promise<unknown>
}
