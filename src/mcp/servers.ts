/**
 * The MCP servers of the config: one link each, their tools in the registry, always as the config in force has them.
 * A server that fails costs its own tools and nothing else.
 */
import { badRequest } from '../errors.ts'
import type { Files } from '../files/index.ts'
import type { Platform } from '../platform.ts'
import type { AnyTool, McpServerState, RemoteTool, ToolRegistry } from '../tools/index.ts'
import { genericTool } from './generic-tool.ts'
import { fnv1a, ToolNames } from './names.ts'
import { remoteTool } from './remote-tool.ts'
import { needsProcesses, ServerLink } from './server-link.ts'
import { enabledServers, type McpServerSettings, type McpSettings, requestTimeoutMs } from './settings.ts'
import { targetOf } from './target.ts'
import { ToolCache } from './tool-cache.ts'
import { until } from './until.ts'

export interface McpServersDeps {
  platform: Pick<Platform, 'processes' | 'fetch' | 'db' | 'now' | 'log' | 'background'>
  /** `tools.mcp` as it is now. */
  settings: () => McpSettings
  workspace: () => Files
  registry: ToolRegistry
  version: string
  /**
   * Connections may stay open while nobody calls; default where there are processes. Elsewhere an open stream would keep
   * an idle gateway awake.
   */
  standing?: boolean
  /** Without standing connections: one is closed after so many ms without a call. Default 30 000. */
  idleMs?: number
}

/** How long a turn waits for servers whose tools nobody knows yet. */
const READY_MS = 3000

export class McpServers {
  readonly #deps: McpServersDeps
  readonly #cache: ToolCache
  readonly #standing: boolean
  #links = new Map<string, { link: ServerLink; fingerprint: string }>()
  /** Names of ours in the registry. */
  readonly #offered: string[] = []
  #closed = false

  constructor(deps: McpServersDeps) {
    this.#deps = deps
    this.#cache = new ToolCache(deps.platform.db)
    this.#standing = deps.standing ?? deps.platform.processes !== undefined
  }

  /** Takes up the config in force: keeps what did not change, closes what is gone, connects the rest in the background. */
  sync(): void {
    if (this.#closed) return
    const servers = enabledServers(this.#deps.settings())
    const next = new Map<string, { link: ServerLink; fingerprint: string }>()
    for (const [name, server] of servers) {
      const fingerprint = this.#fingerprint(server)
      const kept = this.#links.get(name)
      if (kept?.fingerprint === fingerprint) next.set(name, kept)
      else next.set(name, { link: this.#open(name, server, fingerprint), fingerprint })
    }
    for (const [name, { link }] of this.#links) if (next.get(name)?.link !== link) link.close()
    this.#links = next
    this.#cache.keepOnly([...next.keys()])
    this.#offer()
    for (const { link } of next.values()) void link.refresh()
  }

  /**
   * Before a turn: gives servers whose tools are not known yet a moment to list them, and tries again what failed a while
   * ago, without waiting for it. Never rejects.
   */
  async ready(signal?: AbortSignal): Promise<void> {
    const unknown: Array<Promise<void>> = []
    for (const { link } of this.#links.values()) {
      const waited = link.known === null && link.status.state !== 'failed'
      const refreshed = link.refresh()
      if (waited) unknown.push(refreshed)
    }
    if (unknown.length > 0) await until(Promise.all(unknown), READY_MS, signal).catch(() => {})
  }

  /** Tries every server that is not connected, now: what it lacked may have been installed. */
  retry(): void {
    for (const { link } of this.#links.values()) if (link.status.state === 'failed') void link.refresh({ now: true })
  }

  /** The state of each server in use, by name. */
  states(): ReadonlyMap<string, McpServerState> {
    return new Map([...this.#links].map(([name, { link }]) => [name, link.status]))
  }

  /** Ends every connection and every server process. */
  close(): void {
    this.#closed = true
    for (const { link } of this.#links.values()) link.close()
    this.#links.clear()
  }

  #link(name: string): ServerLink {
    const found = this.#links.get(name)
    if (!found) throw badRequest(`mcp server "${name}" is not configured or not enabled`)
    return found.link
  }

  #open(name: string, settings: McpServerSettings, fingerprint: string): ServerLink {
    const { platform, workspace, version } = this.#deps
    const { now, log, background } = platform
    return new ServerLink(name, {
      settings,
      // By name: a platform may be laid over another, and a spread would leave that one's ports behind.
      target: () => {
        const { fetch, processes } = platform
        return targetOf(name, settings, { fetch, ...(processes ? { processes } : {}), workspace })
      },
      timeoutMs: () => requestTimeoutMs(this.#deps.settings()),
      version,
      now,
      log,
      background: (work) => background(work),
      standing: this.#standing,
      idleMs: this.#deps.idleMs,
      unsupported: platform.processes === undefined && needsProcesses(settings),
      known: this.#cache.load(name, fingerprint),
      listed: (known) => {
        this.#cache.save(name, fingerprint, known)
        this.#offer()
      },
    })
  }

  /** Everything that decides which server it is. Kept in the database, so no setting can be read back from it. */
  #fingerprint({ description: _, ...settings }: McpServerSettings): string {
    const root = needsProcesses(settings as McpServerSettings) ? this.#deps.workspace().root : undefined
    const text = JSON.stringify([settings, root])
    return `${fnv1a(text).toString(16)}-${text.length}`
  }

  /** Puts all tools of all servers into the registry, in the order of the servers' names, so that numbers stay put. */
  #offer(): void {
    if (this.#closed) return
    const { registry, settings, platform } = this.#deps
    for (const name of this.#offered.splice(0)) registry.unregister(name)
    if (!settings().enabled) return
    const offer = (tool: AnyTool, remote?: RemoteTool) => {
      registry.register(tool, remote)
      this.#offered.push(tool.name)
    }
    const timeoutMs = () => requestTimeoutMs(settings())
    const tool = genericTool({ servers: () => enabledServers(settings()), link: (name) => this.#link(name), timeoutMs })
    offer(tool)
    const names = new ToolNames()
    for (const [server, { link }] of this.#links) {
      if (link.status.state === 'unsupported') continue
      for (const info of link.known?.tools ?? []) {
        const name = names.next(server, info.name)
        const { tool, remote } = remoteTool(name, info, { link, timeoutMs, log: platform.log })
        offer(tool, remote)
      }
    }
  }
}
