/**
 * One owner's agent: opens the rooms on a platform and wires them. The same on a laptop and in a Durable Object; the
 * adapters bring the ports, `createApp` the HTTP side.
 */
import { type AccountsRoom, accountMigrations, openAccounts } from './accounts/index.ts'
import { Agent, type AgentSettings } from './agent/index.ts'
import { Chat, chatMigrations, closeOrphans, type EngineOptions, liveEndpoint, TurnEngine } from './chat/index.ts'
import { ConfigService, configMigrations } from './config/index.ts'
import { CronService, cronMigrations, cronTools, Heartbeat, jobFromOldHome, jobReply } from './cron/index.ts'
import { migrate } from './db/index.ts'
import { EventHub } from './events/index.ts'
import { type Files, hiding } from './files/index.ts'
import { type GatewayForHttp, httpMigrations, isLoopbackHost } from './http/index.ts'
import { LiveLog, LOGS_ENDPOINT } from './logs/index.ts'
import { McpServers, mcpMigrations } from './mcp/index.ts'
import { importedCronJobs, importMigrations, MovingIn, type OldHome } from './migrate/index.ts'
import { createModelService, modelMigrations } from './models/index.ts'
import { Outbox, outboxMigrations } from './outbox/index.ts'
import type { Endpoint, Platform } from './platform.ts'
import { RELAY_ENDPOINT, RelayHub, relayMigrations } from './relay/index.ts'
import { gatewayRoutes } from './routes.ts'
import { Agenda, scheduleMigrations } from './schedule/index.ts'
import { indexOverTime, Sessions, sessionMigrations } from './sessions/index.ts'
import { Skills } from './skills/index.ts'
import { openToolbox } from './toolbox.ts'
import type { ToolRegistry } from './tools/index.ts'
import { openUploads, type Uploads } from './uploads/index.ts'
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
  /** Runs of a cron job that are kept. Default 200. */
  keepRuns?: number
  /** What an earlier program left in this home, given the config's workspace; where there is none, nothing moves in. */
  oldHome?: (workspace: string) => OldHome
}

const MIGRATIONS = [
  configMigrations,
  httpMigrations,
  scheduleMigrations,
  sessionMigrations,
  chatMigrations,
  modelMigrations,
  accountMigrations,
  outboxMigrations,
  cronMigrations,
  importMigrations,
  mcpMigrations,
  relayMigrations,
]

export class Gateway {
  readonly platform: Platform
  readonly version: string
  readonly config: ConfigService
  readonly sessions: Sessions
  readonly chat: Chat
  readonly events: EventHub
  readonly tools: ToolRegistry
  readonly mcp: McpServers
  readonly models: ReturnType<typeof createModelService>
  readonly relay: RelayHub
  readonly accounts: AccountsRoom
  readonly agenda: Agenda
  readonly uploads: Uploads
  readonly skills: Skills
  /** Only this machine can reach the gateway: a fact of how it was opened; a changed host needs a restart. */
  readonly loopback: boolean
  readonly outbox: Outbox
  readonly cron: CronService
  readonly heartbeat: Heartbeat
  #workspace: { setting: string; files: Files } | undefined
  readonly #liveLog: LiveLog
  readonly #movingIn: MovingIn
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
    gateway.mcp.sync()
    platform.background(gateway.accounts.accounts.scheduleAll())
    indexOverTime(gateway.sessions, gateway.agenda, platform.now)
    await gateway.#movingIn.open()
    gateway.chat.engine.recover()
    gateway.#takeOldJobs()
    gateway.cron.recover()
    gateway.heartbeat.arm()
    return gateway
  }

  private constructor(platform: Platform, config: ConfigService, options: GatewayOptions) {
    const { db, now, log } = platform
    this.platform = platform
    this.version = options.version
    this.config = config
    this.loopback = options.local && isLoopbackHost(config.current.gateway.host)
    this.agenda = new Agenda(platform)
    this.uploads = openUploads({
      files: platform.files,
      agenda: this.agenda,
      now,
      inUse: (since) => this.chat.mediaInUse(since),
    })
    this.events = new EventHub(platform.sockets)
    this.outbox = new Outbox({ db, now })
    const { logs } = platform
    this.#liveLog = new LiveLog({ logs, sockets: platform.sockets })
    logs.hide(config.secrets())
    this.#closers.push(
      () => this.#liveLog.close(),
      config.subscribe(() => logs.hide(config.secrets())),
    )
    this.sessions = new Sessions({ db, now })
    this.relay = new RelayHub({
      sockets: platform.sockets,
      db,
      now,
      log,
      publish: (news) => this.events.publish({ ...news }),
    })
    this.#closers.push(
      () => this.relay.close(),
      config.subscribe(({ config: { gateway }, previous }) => {
        if (gateway.relay_token !== previous.gateway.relay_token) this.relay.revoke()
      }),
    )
    this.accounts = openAccounts({
      platform,
      config,
      agenda: this.agenda,
      home: options.home,
      models: () => this.models,
    })
    this.#closers.push(() => this.accounts.close())
    this.models = createModelService({
      accounts: this.accounts.accounts,
      relay: (limits) => this.relay.fetch(limits),
      config: () => config.current,
      env: platform.env,
      fetch: platform.fetch,
      ...(platform.ai ? { ai: platform.ai } : {}),
      db,
      now,
      log,
      local: options.local,
    })
    this.skills = new Skills({
      workspace: () => this.workspace(),
      ...(platform.processes ? { processes: platform.processes } : {}),
      now,
      log,
    })
    this.#closers.push(() => this.skills.close())
    const toolbox = openToolbox({
      platform,
      config: () => config.current,
      workspace: () => this.workspace(),
      sessions: this.sessions,
      skills: this.skills,
      outbox: this.outbox,
      loopback: this.loopback,
    })
    this.#closers.push(() => toolbox.close())
    this.tools = toolbox.registry
    this.mcp = new McpServers({
      platform,
      settings: () => config.current.tools.mcp,
      workspace: () => this.workspace(),
      registry: this.tools,
      version: options.version,
    })
    this.#closers.push(() => this.mcp.close())
    const agent = new Agent({
      db,
      sessions: this.sessions,
      models: this.models,
      tools: this.tools,
      workspace: () => this.workspace(),
      uploads: this.uploads,
      settings: (): AgentSettings => config.current.agents.defaults,
      platform,
      version: options.version,
    })
    this.#closers.push(() => agent.close())
    this.#movingIn = new MovingIn({
      db,
      sessions: this.sessions,
      home: platform.files,
      get workspace() {
        return platform.workspace(config.current.agents.defaults.workspace)
      },
      agenda: this.agenda,
      log,
      now,
      ...(platform.fault ? { fault: platform.fault } : {}),
      background: (work) => platform.background(work),
      source: () => options.oldHome?.(config.current.agents.defaults.workspace) ?? null,
      keep: () => config.current.agents.defaults.context_compaction.trigger_messages,
      waiting: () => this.chat.engine.waiting(),
      released: () => this.chat.engine.recover(),
      version: options.version,
    })
    this.#closers.push(() => this.#movingIn.close())
    const engine = new TurnEngine({
      platform,
      sessions: this.sessions,
      agenda: this.agenda,
      runner: async (run) => {
        await this.mcp.ready(run.signal)
        await agent.run(run)
      },
      held: () => this.#movingIn.held(),
      ...(options.engine ? { options: options.engine } : {}),
    })
    this.chat = new Chat({ engine, db })
    this.cron = new CronService({
      db,
      agenda: this.agenda,
      engine,
      deliver: (job, run) => {
        const message = jobReply(job, this.chat.outcome(run.turn!).reply)
        if (!message) return null
        return `outbox ${this.outbox.put({ ...message, key: `cron:${run.job}:${run.slot}` }).id}`
      },
      settings: () => config.current.cron,
      publish: ({ job, slot, state, turn }) =>
        this.events.publish({ type: 'cron_run', job, slot_ms: slot, state, turn }),
      now,
      log,
      ...(platform.fault ? { fault: platform.fault } : {}),
      ...(options.keepRuns === undefined ? {} : { keepRuns: options.keepRuns }),
    })
    for (const tool of cronTools({ cron: this.cron, now })) this.tools.register(tool)
    this.heartbeat = new Heartbeat({
      agenda: this.agenda,
      engine,
      settings: () => config.current.agents.defaults.heartbeat,
      workspace: () => this.workspace(),
      hasModel: async () => (await this.models.describe()).source !== 'offline',
      replyOf: (turn) => this.chat.outcome(turn).reply,
      report: (text, turn) => this.#reportHeartbeat(text, turn),
      now,
      log,
    })
    this.#closers.push(
      config.subscribe(() => {
        this.workspace() // refuses a folder that cannot be used, before anything else has changed
        this.heartbeat.arm()
        this.models.invalidate()
        toolbox.offer()
        this.mcp.sync()
      }),
      config.onSaved((source) => this.events.publish({ type: 'config_changed', source })),
    )
  }

  /** The workspace the config names. */
  workspace(): Files {
    const setting = this.config.current.agents.defaults.workspace
    if (this.#workspace?.setting !== setting) {
      this.#workspace = { setting, files: withoutHome(this.platform.workspace(setting), this.platform.files.root) }
    }
    return this.#workspace.files
  }

  /** What the sockets of each live endpoint do. */
  get endpoints(): Record<string, Endpoint> {
    return {
      chat: liveEndpoint(this.chat, this.platform),
      events: this.events.endpoint,
      [LOGS_ENDPOINT]: this.#liveLog.endpoint,
      [RELAY_ENDPOINT]: this.relay.endpoint,
    }
  }

  /** What `createApp` serves. */
  http(): GatewayForHttp {
    const { db, log, sockets } = this.platform
    return {
      config: () => this.config.current,
      loopback: this.loopback,
      routes: gatewayRoutes(this),
      log,
      db,
      sockets,
      version: this.version,
      channels: [],
      asset: (name) => this.platform.asset(name),
      now: () => this.platform.now(),
    }
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

  /** The schedule of an earlier home runs here from now on. */
  #takeOldJobs(): void {
    const { db, now, log } = this.platform
    const old = importedCronJobs(db)
    const jobs = old.map(({ raw }) => jobFromOldHome(raw, now())).filter((job) => job !== null)
    const taken = this.cron.import(jobs)
    if (taken > 0) log.info('took over the schedule of the earlier program', { jobs: taken, of: old.length })
  }

  /** A heartbeat that has something to say: to the live watchers, and to the chat the sentinel's settings name. */
  #reportHeartbeat(text: string, turn: number): void {
    this.events.publish({ type: 'heartbeat', turn, text })
    const { notify_channel: channel, notify_chat_id: chat } = this.config.current.sentinel
    if (channel && chat) this.outbox.put({ channel, chat, body: { text }, key: `heartbeat:${turn}` })
  }
}

/** A workspace that contains the gateway's home (somebody's whole home folder, say) does not show it. */
function withoutHome(workspace: Files, home: string | undefined): Files {
  const { root } = workspace
  if (root === undefined || home === undefined || !home.startsWith(`${root}/`)) return workspace
  return hiding(workspace, home.slice(root.length + 1))
}
