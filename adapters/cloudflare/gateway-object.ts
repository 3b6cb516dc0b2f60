/** One Gateway as a Durable Object: the same gateway and the same Hono app as on Node, asleep whenever nobody needs it. */
import { DurableObject } from 'cloudflare:workers'
import { version } from '../../package.json'
import { createApp } from '../../src/app.ts'
import { GatewayError, messageOf } from '../../src/errors.ts'
import { Gateway } from '../../src/gateway.ts'
import type { GatewayOptions } from '../../src/gateway-options.ts'
import {
  createReadOnlyApp,
  forgetHookToken,
  HOOK_PREFIX,
  hookToken,
  isReadOnlyReason,
  OpenStreams,
  type TenantUsage,
} from '../../src/hosting/index.ts'
import type { LogLevel } from '../../src/logs/index.ts'
import { type ObjectAlarm, objectAlarm } from './alarm.ts'
import { objectDatabase } from './database.ts'
import { directory } from './directory.ts'
import { armedFaults, armFault, engineForTests, faultPoint } from './faults.ts'
import { openSqlFiles, type SqlFiles } from './files.ts'
import { isHosted, tenantPlatform } from './hosted-platform.ts'
import { objectLog } from './log.ts'
import { objectPlatform } from './platform.ts'
import { type Entry, entryOf, Residence, type Resident } from './residence.ts'
import { type ObjectSockets, objectSockets } from './sockets.ts'
import { dropUnreadBody } from './unread-body.ts'

interface Open {
  /** Missing where a tenant's database could not be brought up to date: then it is shown and not changed. */
  gateway?: Gateway
  app: ReturnType<typeof createApp>
}

/** An alarm this late was lost; the minute's cron trigger is the net under it. */
const OVERDUE_MS = 60_000
/** With nothing due the object still looks after itself once a day, so that `poke` can tell "idle" from "lost". */
const IDLE_MS = 24 * 3600_000

/** Nothing happens in the constructor: it runs for every wake-up, also for those that need no gateway. */
export class GatewayObject extends DurableObject<Env> {
  readonly #db = objectDatabase(this.ctx.storage)
  readonly #log = objectLog(this.#db, (this.env.GATEWAY_LOG_LEVEL as LogLevel | undefined) ?? 'info')
  readonly #alarm: ObjectAlarm = objectAlarm(this.ctx.storage)
  readonly #sockets: ObjectSockets = objectSockets(this.ctx, this.#log)
  readonly #residence = new Residence(this.ctx.storage)
  readonly #streams = new OpenStreams()
  #files: SqlFiles | undefined
  #opening: Promise<Open> | undefined

  override async fetch(request: Request): Promise<Response> {
    try {
      const entry = isHosted(this.env) ? await this.#enter(request) : undefined
      if (entry === null) return refusal(401, 'unauthorized')
      if (entry && this.#residence.current?.state === 'suspended') return refusal(403, SUSPENDED)
      const { app } = await this.#open()
      // Set by Cloudflare's edge, which drops what a client sends under this name.
      const remoteAddress = request.headers.get('cf-connecting-ip') ?? undefined
      const response = await app.fetch(request, { remoteAddress, ...(entry && { claims: entry.claims }) })
      if (response.status >= 400 || !request.bodyUsed) await dropUnreadBody(request)
      return entry ? this.#streams.carry(response, entry.claims.tokenId) : response
    } catch (error) {
      this.#log.error('a request found no gateway', { error: messageOf(error) })
      return refusal(503, 'the gateway could not start; its log says why', { 'retry-after': '10' })
    }
  }

  override async webSocketMessage(ws: WebSocket, data: string | ArrayBuffer): Promise<void> {
    if (await this.#opened()) await this.#sockets.message(ws, data)
    else await this.#sockets.failed(ws)
  }

  override async webSocketClose(ws: WebSocket, code: number, reason: string): Promise<void> {
    await this.#opened()
    await this.#sockets.closed(ws, code, reason)
  }

  override async webSocketError(ws: WebSocket): Promise<void> {
    await this.#opened()
    await this.#sockets.failed(ws)
  }

  /** Never throws: after six failures the runtime would forget the alarm. */
  override async alarm(): Promise<void> {
    this.#alarm.rang()
    if (isHosted(this.env) && (await this.#residence.resident())?.state !== 'active') return
    const open = await this.#opened()
    try {
      await open?.gateway?.wake()
    } catch (error) {
      this.#log.error('the wake-up failed', { error: messageOf(error) })
    }
    // A wake-up that set nothing (it failed, or there is nothing to wait for) must still be followed by another.
    if ((await this.ctx.storage.getAlarm()) === null) {
      this.#alarm.set(Date.now() + (open ? IDLE_MS : OVERDUE_MS))
    }
  }

  /** The net under the alarm (`scheduled()`): wakes the gateway when its alarm should have rung, or was never set. */
  async poke(): Promise<'asleep' | 'woken'> {
    if (isHosted(this.env) && (await this.#residence.resident())?.state !== 'active') return 'asleep'
    const at = await this.ctx.storage.getAlarm()
    if (at !== null && at > Date.now() - OVERDUE_MS) return 'asleep'
    await this.alarm()
    return 'woken'
  }

  /** The host's: takes over what was changed of the tenant. A tenant that never asked anything has nothing to change. */
  async settle(resident: Resident): Promise<void> {
    const before = await this.#residence.resident()
    if (before === null || !(await this.#residence.learn(resident))) return
    if (resident.state !== 'active') {
      this.#cutOff('this gateway is suspended')
      await this.#shut()
    } else if (before.state !== 'active') {
      // Whatever was due meanwhile is looked at now.
      this.#alarm.set(Date.now())
    } else if (JSON.stringify(before.features) !== JSON.stringify(resident.features)) {
      await this.#shut()
    }
  }

  /** The host's: a token opens nothing any more, also where a front still remembers it. */
  async revoke(tokenId: string): Promise<void> {
    this.#residence.revoke(tokenId)
    this.#cutOff('this token was revoked', tokenId)
    if (await this.#residence.resident()) await forgetHookToken(this.#residence.hooks, tokenId)
  }

  /** The host's: everything the tenant has stored is removed, for good. */
  async destroy(): Promise<void> {
    this.#cutOff(DELETED)
    await this.#shut()
    await this.#residence.clear()
    await this.#emptyBucket()
    // What still runs in this life must not write again; the answer goes out before.
    this.ctx.waitUntil(
      new Promise((resolve) => setTimeout(resolve, LAST_ANSWER_MS)).then(() => this.ctx.abort(DELETED)),
    )
  }

  /** The host's: what the tenant takes up. Opens its gateway; a tenant that never asked anything takes nothing. */
  async usage(): Promise<TenantUsage> {
    const sockets = this.ctx.getWebSockets().length
    const resident = await this.#residence.resident()
    if (resident === null) return { bytes: 0, sockets }
    const open = resident.state === 'active' ? await this.#opened() : undefined
    const spilled = await this.#files?.bytes?.()
    return {
      bytes: Math.max(this.ctx.storage.sql.databaseSize, spilled ?? 0),
      sockets,
      ...(open?.gateway && { limits: await open.gateway.limits.guard.report() }),
    }
  }

  /** Tests only: the object dies the `nth` time `point` is reached. */
  async arm(point: string, nth = 1): Promise<void> {
    if (this.env.TEST_FAULTS === '1') armFault(point, nth)
  }

  /** Tests only: the points that are still to come. */
  async armed(): Promise<string[]> {
    return armedFaults()
  }

  /** Tests only: the object dies now, and with `forgetAlarm` nothing will bring it back by itself. */
  async die({ forgetAlarm = false } = {}): Promise<void> {
    if (this.env.TEST_FAULTS !== '1') return
    if (forgetAlarm) {
      await this.ctx.storage.deleteAlarm()
      await this.ctx.storage.sync()
    }
    this.ctx.abort('fault: die')
  }

  /** Who asks, by the word of the Worker in front; null for whom nobody vouches, or whose token was just revoked. */
  async #enter(request: Request): Promise<Entry | null> {
    const entry = entryOf(request)
    if (entry === null || this.#residence.isRevoked(entry.claims.tokenId)) return null
    return (await this.#residence.learn(entry.resident)) ? entry : null
  }

  #cutOff(reason: string, tokenId?: string): void {
    this.#sockets.refuse(reason, tokenId)
    this.#streams.cut(tokenId)
  }

  /** Ends the gateway, not the object; turns are taken up again when it is opened anew. */
  async #shut(): Promise<void> {
    const opened = await this.#opening?.catch(() => undefined)
    this.#opening = undefined
    if (!opened?.gateway) return
    await opened.gateway.drain(0)
    await opened.gateway.close()
  }

  async #emptyBucket(): Promise<void> {
    const { BLOBS } = this.env
    for (let more = BLOBS !== undefined; more; ) {
      const { objects, truncated } = await BLOBS!.list({ prefix: `${this.ctx.id}/` })
      if (objects.length > 0) await BLOBS!.delete(objects.map(({ key }) => key))
      more = truncated
    }
  }

  /** What a Worker of one's own changes about its gateway, such as further channels. */
  protected gatewayOptions(): Partial<GatewayOptions> {
    return {}
  }

  async #opened(): Promise<Open | undefined> {
    // A socket of a tenant that was suspended or deleted still says goodbye; that opens nothing.
    if (isHosted(this.env) && (await this.#residence.resident())?.state !== 'active') return undefined
    try {
      return await this.#open()
    } catch (error) {
      this.#log.error('the gateway could not start', { error: messageOf(error) })
      return undefined
    }
  }

  /** Opens the gateway on the first event of this life, before any other event is served. A failure is tried again. */
  #open(): Promise<Open> {
    this.#opening ??= this.ctx
      // A callback that throws would reset the object, so its failure is carried out as a value.
      .blockConcurrencyWhile(() =>
        this.#load().then(
          (open) => ({ open }),
          (error: unknown) => ({ error }),
        ),
      )
      .then((result) => {
        if ('open' in result) return result.open
        this.#opening = undefined
        throw result.error
      })
    return this.#opening
  }

  async #load(): Promise<Open> {
    const { ctx, env } = this
    const db = this.#db
    // Once a life, also when opening the gateway fails and is tried again: a second one would sweep the first's writes.
    this.#files ??= openSqlFiles(db, env.BLOBS ? { bucket: env.BLOBS, prefix: `${ctx.id}/` } : {})
    const files = this.#files
    const fault = env.TEST_FAULTS === '1' ? faultPoint(ctx) : undefined
    const sockets = this.#sockets
    const own = objectPlatform({ ctx, env, db, files, alarm: this.#alarm, sockets, log: this.#log, fault })
    const resident = isHosted(env) ? await this.#residence.resident() : null
    const platform = resident ? tenantPlatform(own, env, resident) : own
    const options = {
      home: '/',
      initialConfig: firstConfig(env.GATEWAY_CONFIG),
      version,
      local: false,
      // After a transfer: the next event opens what has come.
      reopen: () => {
        this.#opening = undefined
      },
    }
    const gateway = await Gateway.open(platform, {
      ...options,
      ...(resident ? await this.#hosting(resident) : { token: env.GATEWAY_TOKEN }),
      ...engineForTests(env),
      ...this.gatewayOptions(),
    }).catch((error) => {
      if (resident && isReadOnlyReason(error)) return undefined
      throw error
    })
    if (!gateway) return { app: createReadOnlyApp(platform, { version }) }
    const followLogging = () => {
      const { enabled, retention_days } = gateway.config.current.logging
      this.#log.follow({ enabled, retentionDays: retention_days > 0 ? retention_days : 3 })
    }
    followLogging()
    gateway.config.subscribe(followLogging)
    sockets.serve(gateway.endpoints)
    platform.background(files.sweep())
    return { gateway, app: createApp(gateway.http()) }
  }

  /** What a tenant's gateway is told beyond an owner's own. */
  async #hosting({ id }: Resident): Promise<Pick<GatewayOptions, 'hosted' | 'limits' | 'publicUrl'>> {
    const base = this.env.HOST_URL?.trim().replace(/\/+$/, '')
    const url = base ? `${base}${HOOK_PREFIX}${await hookToken(this.#residence.hooks, id, directory(this.env))}` : null
    return { hosted: true, limits: () => this.#residence.current?.limits ?? {}, publicUrl: () => url }
  }
}

const DELETED = 'this gateway was deleted'
const LAST_ANSWER_MS = 250
const SUSPENDED = 'this gateway is suspended: ask whoever runs this host to resume it'

function refusal(status: number, message: string, headers: Record<string, string> = {}): Response {
  return new Response(`${message}\n`, {
    status,
    headers: { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff', ...headers },
  })
}

function firstConfig(text: string | undefined): unknown {
  if (!text?.trim()) return undefined
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new GatewayError(500, 'bad_first_config', 'The variable GATEWAY_CONFIG is not JSON. Correct or remove it.', {
      cause,
    })
  }
}
