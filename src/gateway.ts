/**
 * One owner's agent: opens the rooms on a platform and wires them. The same on a laptop and in a Durable Object; the
 * adapters bring the ports, `createApp` the HTTP side.
 */
import { Agent, type AgentSettings } from './agent/index.ts'
import {
  Chat,
  chatMigrations,
  chatRoutes,
  closeOrphans,
  type EngineOptions,
  liveEndpoint,
  TurnEngine,
} from './chat/index.ts'
import { ConfigService, configMigrations, configRoutes } from './config/index.ts'
import { migrate } from './db/index.ts'
import { EventHub } from './events/index.ts'
import type { Files } from './files/index.ts'
import { type GatewayForHttp, httpMigrations, isLoopbackHost, type Route } from './http/index.ts'
import { createModelService, modelMigrations } from './models/index.ts'
import type { Endpoint, Platform } from './platform.ts'
import { Agenda, scheduleMigrations } from './schedule/index.ts'
import { Sessions, sessionMigrations, sessionRoutes } from './sessions/index.ts'
import { statusRoute } from './status.ts'
import { coreTools, spillInto, ToolRegistry, toolRoutes } from './tools/index.ts'
import { shellTools } from './tools/shell/index.ts'
import { webTools } from './tools/web/index.ts'
import { seedWorkspace } from './workspace/index.ts'

export interface GatewayOptions {
  /** The home as people see it: an absolute folder on Node, `/` on the edge. */
  home: string
  /** The config's file name in the home. Default `config.json`. */
  configFile?: string
  /** The first config, when the home has none. */
  initialConfig?: unknown
  /** The token of a new home; default a random one. */
  token?: string
  version: string
  /** True on the owner's machine: model servers on it may be looked for, and a loopback address means nobody else. */
  local: boolean
  engine?: EngineOptions
}

const MIGRATIONS = [
  configMigrations,
  httpMigrations,
  scheduleMigrations,
  sessionMigrations,
  chatMigrations,
  modelMigrations,
]

export class Gateway {
  readonly platform: Platform
  readonly version: string
  readonly config: ConfigService
  readonly sessions: Sessions
  readonly chat: Chat
  readonly events: EventHub
  readonly tools: ToolRegistry
  readonly models: ReturnType<typeof createModelService>
  readonly agenda: Agenda
  /** Only this machine can reach the gateway: a fact of how it was opened; a changed host needs a restart. */
  readonly loopback: boolean
  readonly #shell: ReturnType<typeof shellTools>
  readonly #closers: Array<() => void> = []

  /** Opens the home: migrates its database, loads or makes its config, seeds its workspace, takes up unfinished turns. */
  static async open(platform: Platform, options: GatewayOptions): Promise<Gateway> {
    migrate(platform.db, MIGRATIONS)
    const config = await ConfigService.open({
      files: platform.files,
      db: platform.db,
      env: platform.env,
      now: platform.now,
      log: platform.log,
      home: options.home,
      ...(options.configFile === undefined ? {} : { path: options.configFile }),
      ...(options.initialConfig === undefined ? {} : { initial: options.initialConfig }),
      ...(options.token === undefined ? {} : { token: options.token }),
    })
    const gateway = new Gateway(platform, config, options)
    await seedWorkspace(gateway.workspace())
    closeOrphans(platform.sockets)
    gateway.chat.engine.recover()
    return gateway
  }

  private constructor(platform: Platform, config: ConfigService, options: GatewayOptions) {
    const { db, now, log } = platform
    this.platform = platform
    this.version = options.version
    this.config = config
    this.loopback = options.local && isLoopbackHost(config.current.gateway.host)
    this.agenda = new Agenda(platform)
    this.events = new EventHub(platform.sockets)
    this.sessions = new Sessions({ db, now })
    this.models = createModelService({
      config: () => config.current,
      env: platform.env,
      fetch: platform.fetch,
      ...(platform.ai ? { ai: platform.ai } : {}),
      db,
      now,
      log,
      local: options.local,
    })
    this.#shell = shellTools({
      workspace: () => this.workspace(),
      ...(platform.processes ? { processes: platform.processes } : {}),
      settings: () => config.current.tools.shell,
      loopback: () => this.loopback,
      now,
    })
    this.#closers.push(() => this.#shell.close())
    this.tools = this.#openTools()
    this.#offerShell()
    const agent = new Agent({
      db,
      sessions: this.sessions,
      models: this.models,
      tools: this.tools,
      workspace: () => this.workspace(),
      settings: (): AgentSettings => config.current.agents.defaults,
      platform,
      version: options.version,
    })
    const engine = new TurnEngine({
      platform,
      sessions: this.sessions,
      agenda: this.agenda,
      runner: (run) => agent.run(run),
      ...(options.engine ? { options: options.engine } : {}),
    })
    this.chat = new Chat({ engine, db })
    this.#closers.push(
      config.subscribe(() => {
        this.models.invalidate()
        this.#offerShell()
      }),
      config.onSaved((source) => this.events.publish({ type: 'config_changed', source })),
    )
  }

  /** The workspace the config names. */
  workspace(): Files {
    return this.platform.workspace(this.config.current.agents.defaults.workspace)
  }

  /** What the sockets of each live endpoint do. */
  get endpoints(): Record<string, Endpoint> {
    return { chat: liveEndpoint(this.chat, this.platform), events: this.events.endpoint }
  }

  /** What `createApp` serves. */
  http(): GatewayForHttp {
    const { db, log, sockets } = this.platform
    return {
      config: () => this.config.current,
      loopback: this.loopback,
      routes: this.#routes(),
      log,
      db,
      sockets,
      version: this.version,
      channels: [],
      asset: (name) => this.platform.asset(name),
      now: () => this.platform.now(),
    }
  }

  #routes(): Route[] {
    const { sockets, processes } = this.platform
    return [
      statusRoute(this),
      ...configRoutes(this.config),
      ...chatRoutes({ chat: this.chat, sockets }),
      ...sessionRoutes(this.sessions),
      ...toolRoutes({
        registry: this.tools,
        config: () => this.config.current,
        ...(processes ? { processes } : {}),
      }),
    ]
  }

  /** Runs what is due. The adapter calls it when the alarm rings. */
  wake(): Promise<void> {
    return this.agenda.wake()
  }

  /** Refuses new messages and gives running turns `graceMs` to end; the rest goes on at the next start. */
  drain(graceMs: number): Promise<void> {
    return this.chat.engine.drain(graceMs)
  }

  async close(): Promise<void> {
    for (const close of this.#closers) close()
  }

  /** Which shell tools there are depends on the config: none, the simulated one, or the real one. */
  #offerShell(): void {
    for (const name of ['exec', 'process']) this.tools.unregister(name)
    for (const tool of this.#shell.tools) this.tools.register(tool)
  }

  #openTools(): ToolRegistry {
    const { platform, config } = this
    const workspace = () => this.workspace()
    const registry = new ToolRegistry({ spill: spillInto(workspace) })
    for (const tool of [
      ...coreTools({
        workspace,
        sessions: this.sessions,
        messenger: {
          async send({ channel }) {
            throw new Error(`no channel named '${channel}' is connected to this gateway`)
          },
        },
        system: platform.system,
        now: platform.now,
      }),
      ...webTools({
        publicFetch: platform.publicFetch,
        settings: () => config.current.tools.web,
      }),
    ]) {
      registry.register(tool)
    }
    return registry
  }
}
