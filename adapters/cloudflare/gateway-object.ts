/** One Gateway as a Durable Object: the same gateway and the same Hono app as on Node, asleep whenever nobody needs it. */
import { DurableObject } from 'cloudflare:workers'
import { version } from '../../package.json'
import { createApp } from '../../src/app.ts'
import { GatewayError, messageOf } from '../../src/errors.ts'
import { Gateway } from '../../src/gateway.ts'
import type { LogLevel } from '../../src/logs/index.ts'
import { type ObjectAlarm, objectAlarm } from './alarm.ts'
import { objectDatabase } from './database.ts'
import { armedFaults, armFault, engineForTests, faultPoint } from './faults.ts'
import { openSqlFiles, type SqlFiles } from './files.ts'
import { objectLog } from './log.ts'
import { objectPlatform } from './platform.ts'
import { type ObjectSockets, objectSockets } from './sockets.ts'
import { dropUnreadBody } from './unread-body.ts'

interface Open {
  gateway: Gateway
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
  #files: SqlFiles | undefined
  #opening: Promise<Open> | undefined

  override async fetch(request: Request): Promise<Response> {
    try {
      const { app } = await this.#open()
      // Set by Cloudflare's edge, which drops what a client sends under this name.
      const remoteAddress = request.headers.get('cf-connecting-ip') ?? undefined
      const response = await app.fetch(request, { remoteAddress })
      if (response.status >= 400 || !request.bodyUsed) await dropUnreadBody(request)
      return response
    } catch (error) {
      this.#log.error('a request found no gateway', { error: messageOf(error) })
      return new Response('the gateway could not start; its log says why\n', {
        status: 503,
        headers: {
          'content-type': 'text/plain; charset=utf-8',
          'x-content-type-options': 'nosniff',
          'retry-after': '10',
        },
      })
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
    const open = await this.#opened()
    try {
      await open?.gateway.wake()
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
    const at = await this.ctx.storage.getAlarm()
    if (at !== null && at > Date.now() - OVERDUE_MS) return 'asleep'
    await this.alarm()
    return 'woken'
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

  async #opened(): Promise<Open | undefined> {
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
    const platform = objectPlatform({ ctx, env, db, files, alarm: this.#alarm, sockets, log: this.#log, fault })
    const gateway = await Gateway.open(platform, {
      home: '/',
      initialConfig: firstConfig(env.GATEWAY_CONFIG),
      token: env.GATEWAY_TOKEN,
      version,
      local: false,
      ...engineForTests(env),
    })
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
