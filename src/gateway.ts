/**
 * One owner's agent: opens the rooms on a platform and wires them. The same on a laptop and in a Durable Object; the
 * adapters bring the ports, `createApp` the HTTP side.
 */
import { type AccountsRoom, openAccounts } from './accounts/index.ts'
import { Agent, type AgentSettings, isCommand } from './agent/index.ts'
import { CHANNEL_KINDS, ChannelDrafts, Channels } from './channels/index.ts'
import { WeixinService } from './channels/weixin/index.ts'
import { announceTurns, Chat, closeOrphans, liveEndpoint, TurnEngine } from './chat/index.ts'
import { ConfigService } from './config/index.ts'
import { CronService, cronTools, Heartbeat, jobReply } from './cron/index.ts'
import { GatewayError } from './errors.ts'
import { EventHub } from './events/index.ts'
import type { Files } from './files/index.ts'
import { migrateHome, takeOldJobs, withoutHome } from './gateway-home.ts'
import type { GatewayOptions } from './gateway-options.ts'
import { type GatewayForHttp, isLoopbackHost } from './http/index.ts'
import { limitsFromEnv, openLimits } from './limits/index.ts'
import { LiveLog, LOGS_ENDPOINT } from './logs/index.ts'
import { McpServers } from './mcp/index.ts'
import { MovingIn } from './migrate/index.ts'
import { createModelService } from './models/index.ts'
import { Outbox } from './outbox/index.ts'
import type { Endpoint, Platform } from './platform.ts'
import { RELAY_ENDPOINT, RelayHub } from './relay/index.ts'
import { gatewayRoutes } from './routes.ts'
import { Agenda } from './schedule/index.ts'
import { indexOverTime, Sessions } from './sessions/index.ts'
import { Skills } from './skills/index.ts'
import { openToolbox } from './toolbox.ts'
import type { ToolRegistry } from './tools/index.ts'
import { logFolderIn, openTransfer, resumeTransfer, type TransferRoom } from './transfer/index.ts'
import { openUploads, type Uploads } from './uploads/index.ts'
import { seedWorkspace } from './workspace/index.ts'

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
  readonly channels: Channels
  readonly channelDrafts: ChannelDrafts
  readonly weixin: WeixinService
  readonly cron: CronService
  readonly heartbeat: Heartbeat
  readonly limits: ReturnType<typeof openLimits>
  readonly transfer: TransferRoom
  #workspace: { setting: string; files: Files } | undefined
  readonly #liveLog: LiveLog
  readonly #movingIn: MovingIn
  readonly #hosted: boolean
  readonly #closers: Array<() => void> = []

  /** Opens the home: migrates its database, loads or makes its config, seeds its workspace, takes up unfinished turns. */
  static async open(platform: Platform, options: GatewayOptions): Promise<Gateway> {
    migrateHome(platform)
    await resumeTransfer(platform, options.configFile ?? 'config.json')
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
    await gateway.channelDrafts.open()
    await seedWorkspace(gateway.workspace()).catch((error: unknown) => {
      // Over its limit of files a gateway still opens, or nobody could remove any.
      if (!(error instanceof GatewayError) || error.status !== 413) throw error
      platform.log.warn('the workspace lacks files that a new one has', { error: error.message })
    })
    closeOrphans(platform.sockets)
    gateway.mcp.sync()
    platform.background(gateway.accounts.start())
    indexOverTime(gateway.sessions, gateway.agenda, platform.now)
    await gateway.#movingIn.open()
    gateway.chat.engine.recover()
    takeOldJobs(platform, gateway.cron)
    gateway.cron.recover()
    await gateway.channels.open()
    gateway.heartbeat.arm()
    return gateway
  }

  private constructor(bare: Platform, config: ConfigService, options: GatewayOptions) {
    this.limits = openLimits({
      platform: bare,
      settings: () => config.current.limits,
      host: options.limits ?? limitsFromEnv(bare.env),
      workspace: () => config.current.agents.defaults.workspace,
      needsNoModel: ({ say, owner, text }) => say !== undefined || (owner && isCommand(text)),
      endpoints: () => Object.keys(this.endpoints),
      load: () => this.chat.engine.load,
      publish: (event) => this.events.publish(event),
    })
    const { platform, guard, ledger } = this.limits
    const { db, now, log } = platform
    this.platform = platform
    this.version = options.version
    this.#hosted = options.hosted === true
    this.config = config
    this.loopback = options.local && isLoopbackHost(config.current.gateway.host)
    this.agenda = new Agenda(platform)
    this.transfer = openTransfer({
      platform: bare,
      agenda: this.agenda,
      configFile: options.configFile ?? 'config.json',
      workspace: () => withoutHome(bare.workspace(config.current.agents.defaults.workspace), bare.files.root),
      setting: () => config.current.agents.defaults.workspace,
      logFolder: () => logFolderIn(bare, config.current.logging.dir),
      version: options.version,
      admitBytes: guard.admitImport,
      quiesce: async () => {
        await this.drain(2000)
        for (const endpoint of Object.keys(this.endpoints)) {
          for (const socket of bare.sockets.open(endpoint)) socket.close(1012, 'this gateway was replaced')
        }
        await this.close()
      },
      reopen: options.reopen,
    })
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
      relays: this.relay,
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
      permit: guard.admitModelCall,
      ledger,
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
      admit: guard.admitTurn,
      capacity: guard.capacity,
      ledger,
      ...(options.engine ? { options: options.engine } : {}),
    })
    engine.onEnd(guard.watchBudget)
    this.chat = new Chat({ engine, db, sessions: this.sessions })
    announceTurns(engine, (event) => this.events.publish(event))
    this.channels = new Channels({
      platform,
      kinds: options.channels ?? CHANNEL_KINDS,
      agenda: this.agenda,
      outbox: this.outbox,
      chat: this.chat,
      uploads: this.uploads,
      events: this.events,
      workspace: () => this.workspace(),
      allowPrivateHosts: () => config.current.tools.web.allow_private_hosts,
      section: (name) =>
        Object.hasOwn(config.current.channels, name)
          ? config.current.channels[name as keyof typeof config.current.channels]
          : config.get(`channels.${name}`, { reveal: true }),
      // On a host only the host's address leads here: one that a tenant names itself would miss its token.
      publicUrl: () =>
        options.publicUrl?.() ??
        (options.hosted ? null : config.current.gateway.public_url.trim().replace(/\/+$/, '') || null),
    })
    this.channelDrafts = new ChannelDrafts({ db, now, config, learned: () => logs.hide(config.secrets()) })
    this.weixin = new WeixinService({
      platform,
      config,
      agenda: this.agenda,
      drafts: this.channelDrafts,
      running: () => this.channels.isOpen('weixin'),
    })
    this.#closers.push(() => this.weixin.close())
    this.#closers.push(config.onSaved(() => platform.background(this.channels.sync())))
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
      hosted: this.#hosted,
      routes: gatewayRoutes(this),
      log,
      db,
      sockets,
      version: this.version,
      channels: this.channels.names,
      asset: (name, acceptEncoding) => this.platform.asset(name, acceptEncoding),
      now: () => this.platform.now(),
      admit: () => {
        this.transfer.admit()
        return this.limits.guard.admitRequest()
      },
    }
  }

  /** Runs what is due. The adapter calls it when the alarm rings. */
  wake(): Promise<void> {
    return this.transfer.gone ? Promise.resolve() : this.agenda.wake()
  }

  /** Refuses new messages and gives running turns `graceMs` to end; the rest goes on at the next start. */
  drain(graceMs: number): Promise<void> {
    return this.chat.engine.drain(graceMs)
  }

  async close(): Promise<void> {
    await this.channels.close()
    for (const close of this.#closers) close()
  }

  /** A heartbeat that has something to say: to the live watchers, and to the chat the sentinel's settings name. */
  #reportHeartbeat(text: string, turn: number): void {
    this.events.publish({ type: 'heartbeat', turn, text })
    const { notify_channel: channel, notify_chat_id: chat } = this.config.current.sentinel
    if (channel && chat) this.outbox.put({ channel, chat, body: { text }, key: `heartbeat:${turn}` })
  }
}
