/**
 * The iLink platform on loopback: a real HTTP server that speaks the whole protocol of Weixin bots, and holds its clients
 * to it. Pairing by QR code (`logins`), polls that it holds and cursors, sends with their limits, typing, and the file
 * store (`files`). On command it loses, repeats, delays and reorders, ends logins and throttles.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { IlinkFiles } from './ilink-server-files.ts'
import { IlinkLogins } from './ilink-server-logins.ts'

/**
 * What happens to the next request of an operation: `lose` cuts the connection before anything is done, `lose-answer`
 * afterwards, `hang` never answers, a number is an HTTP status, `{ ret }` a code of the platform, `{ delayMs }` waits first.
 */
export type IlinkFault = 'lose' | 'lose-answer' | 'hang' | 'garbage' | number | { ret: number } | { delayMs: number }

export interface IlinkServerOptions {
  /** How long a poll without news is held, ms. Default 35 000. */
  holdMs?: number
  /** Knows POST of QR codes. Default true; false is the older protocol. */
  newer?: boolean
}

export interface Received {
  bot: string
  user: string
  clientId: string
  token: string
  text: string
  // biome-ignore lint/suspicious/noExplicitAny: a test asserts on what was sent
  item: any
  at: number
}

interface Bot {
  token: string
  owner: string
  expired: boolean
  /** What people wrote, as it goes over the wire. */
  log: string[]
  news: PromiseWithResolvers<void>
  /** The next poll begins so many messages earlier than its cursor says. */
  rewind: number
  reverse: boolean
}

export interface Call {
  operation: string
  method: string
  headers: IncomingMessage['headers']
  // biome-ignore lint/suspicious/noExplicitAny: a test asserts on what was sent
  body: any
}

const FIRST_ID = 7_310_000_000_000_000_001n

/** Starts the platform on a free port of 127.0.0.1. */
export async function startIlinkServer(options: IlinkServerOptions = {}): Promise<IlinkServer> {
  const server = new IlinkServer(options)
  await server.listen()
  return server
}

export class IlinkServer {
  readonly logins = new IlinkLogins()
  readonly files = new IlinkFiles()
  /** Every request, oldest first. */
  readonly calls: Call[] = []
  /** Requests that broke the protocol; a test ends with none. */
  readonly violations: string[] = []
  /** What arrived, each message once, however often it was sent. */
  readonly received: Received[] = []
  /** How often each client id came. */
  readonly deliveries = new Map<string, number>()
  /** Users that are shown that the bot writes, in the order of the requests. */
  readonly typing: string[] = []
  holdMs: number
  readonly #newer: boolean
  readonly #bots = new Map<string, Bot>()
  readonly #faults = new Map<string, IlinkFault[]>()
  readonly #seenUins = new Set<string>()
  readonly #server = createServer((req, res) => {
    this.#serve(req, res).catch((error: unknown) => {
      this.violations.push(String(error))
      res.destroy()
    })
  })
  #ids = 0n

  constructor({ holdMs = 35_000, newer = true }: IlinkServerOptions) {
    this.holdMs = holdMs
    this.#newer = newer
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  /** A bot that is paired, with a login that works; its account as it stands in the config. */
  bot(id: string, given: { owner?: string; token?: string } = {}) {
    const before = this.#bots.get(id)
    const { owner = before?.owner ?? 'owner@im.wechat', token = before?.token ?? `token-${id}` } = given
    const fresh = { log: [], news: Promise.withResolvers<void>(), rewind: 0, reverse: false }
    this.#bots.set(id, { ...fresh, ...before, token, owner, expired: false })
    return { bot_id: id, bot_token: token, ilink_user_id: owner }
  }

  /** The phone confirms the newest QR code: the bot is paired. */
  confirm(
    id: string,
    { owner = 'owner@im.wechat', baseurl = this.url, code }: { owner?: string; baseurl?: string; code?: string } = {},
  ) {
    const { bot_token } = this.bot(id, { owner, token: `token-${id}-${this.logins.codes.length}` })
    const answer = { status: 'confirmed', bot_token, ilink_bot_id: id, ilink_user_id: owner, baseurl }
    this.logins.set(answer, code)
  }

  /** A user writes to a bot; gives the message's id. Fields of `more` are the message's. */
  say(bot: string, user: string, content: string | object[], more: Record<string, unknown> = {}): string {
    const id = String(FIRST_ID + this.#ids++)
    const item_list = typeof content === 'string' ? [{ type: 1, text_item: { text: content } }] : content
    const message = {
      seq: Number(this.#ids),
      message_id: `@${id}@`,
      from_user_id: user,
      to_user_id: bot,
      create_time_ms: Date.now(),
      message_type: 1,
      message_state: 2,
      context_token: `ctx-${user}-${this.#ids}`,
      item_list,
      ...more,
    }
    // uint64 on the wire.
    this.#bot(bot).log.push(JSON.stringify(message).replace(/"@(\d+)@"/, '$1'))
    this.#wake(bot)
    return id
  }

  /** The bot's token is worth nothing any more. */
  expire(bot: string): void {
    this.#bot(bot).expired = true
    this.#wake(bot)
  }

  /** The next poll gives the last `count` messages once more. */
  repeat(bot: string, count = 1): void {
    this.#bot(bot).rewind = count
    this.#wake(bot)
  }

  /** The next answer with messages gives them in the opposite order. */
  reorder(bot: string): void {
    this.#bot(bot).reverse = true
  }

  /** What happens to the next requests of an operation, one each: `sendmessage`, `getupdates`, ... */
  fail(operation: string, ...faults: IlinkFault[]): void {
    this.#faults.set(operation, [...(this.#faults.get(operation) ?? []), ...faults])
  }

  /** Texts that a user got, in order. */
  textsOf(user: string): string[] {
    return this.received.filter((message) => message.user === user).map(({ text }) => text)
  }

  callsOf(operation: string): Call[] {
    return this.calls.filter((call) => call.operation === operation)
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve())
      this.#server.closeAllConnections()
    })
  }

  async #serve(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const url = new URL(req.url ?? '/', 'http://127.0.0.1')
    const chunks: Buffer[] = []
    for await (const chunk of req) chunks.push(chunk as Buffer)
    const body = Buffer.concat(chunks)
    if (url.pathname.startsWith('/c2c/')) return this.files.serve(url, body, req, res)
    const operation = url.pathname.split('/').at(-1)!
    const isPost = req.method === 'POST'
    const json = isPost ? JSON.parse(body.toString() || '{}') : {}
    this.calls.push({ operation, method: req.method ?? '', headers: req.headers, body: json })
    const fault = this.#faults.get(operation)?.shift()
    if (fault === 'lose') return void res.destroy()
    if (fault === 'hang') return
    if (fault === 'garbage') return void res.writeHead(200).end('<html>')
    if (typeof fault === 'number') return void res.writeHead(fault).end('{"message":"no"}')
    if (typeof fault === 'object' && 'ret' in fault) return send(res, { ret: fault.ret, errmsg: 'on command' })
    if (typeof fault === 'object') await new Promise((resolve) => setTimeout(resolve, fault.delayMs))
    this.#check(operation, req, json)
    const answer = operation.includes('qrcode')
      ? await this.#login(url, isPost, json)
      : await this.#asBot(operation, req, json)
    if (fault === 'lose-answer') return void res.destroy()
    if (typeof answer === 'number') return void res.writeHead(answer).end('no')
    send(res, answer)
  }

  /** Whether a request is what the protocol asks for. */
  #check(operation: string, req: IncomingMessage, json: Record<string, unknown>): void {
    const wrong = (what: string) => this.violations.push(`${operation}: ${what}`)
    const { headers } = req
    if (headers['ilink-app-id'] !== 'bot') wrong('iLink-App-Id')
    if (!/^\d+$/.test(String(headers['ilink-app-clientversion']))) wrong('iLink-App-ClientVersion')
    if (operation.includes('qrcode') && headers.authorization) wrong('a token before the login')
    if (req.method !== 'POST') return
    if (headers['content-type'] !== 'application/json') wrong('Content-Type')
    if (headers.authorizationtype !== 'ilink_bot_token') wrong('AuthorizationType')
    const uin = String(headers['x-wechat-uin'])
    if (!/^\d{1,10}$/.test(Buffer.from(uin, 'base64').toString())) wrong('X-WECHAT-UIN')
    if (this.#seenUins.has(uin)) wrong('X-WECHAT-UIN was used before')
    this.#seenUins.add(uin)
    const info = json.base_info as { channel_version?: string; bot_agent?: string } | undefined
    if (operation === 'get_bot_qrcode') {
      if (info || !Array.isArray(json.local_token_list)) wrong('body')
    } else if (!/^\d+\.\d+\.\d+$/.test(info?.channel_version ?? '')) wrong('base_info')
  }

  async #login(url: URL, isPost: boolean, json: { local_token_list?: string[] }): Promise<object | number> {
    if (url.pathname.endsWith('/get_qrcode_status')) {
      return this.logins.status(url.searchParams.get('qrcode') ?? '', url.searchParams.get('verify_code') ?? '')
    }
    if (url.searchParams.get('bot_type') !== '3') return 400
    if (isPost && !this.#newer) return 404
    const failure = this.logins.failures.shift()
    return failure ?? this.logins.create(json.local_token_list ?? [])
  }

  // biome-ignore lint/suspicious/noExplicitAny: the body is checked field by field
  async #asBot(operation: string, req: IncomingMessage, json: any): Promise<object> {
    const token = req.headers.authorization?.replace(/^Bearer /, '')
    const [id, bot] = [...this.#bots].find(([, each]) => each.token === token) ?? []
    if (!id || !bot || bot.expired) return { ret: -14, errmsg: 'session timeout' }
    switch (operation) {
      case 'getupdates':
        return this.#updates(bot, json.get_updates_buf)
      case 'sendmessage':
        return this.#take(id, json.msg)
      case 'getconfig':
        return { ret: 0, typing_ticket: `ticket-${json.ilink_user_id}` }
      case 'sendtyping':
        if (json.typing_ticket !== `ticket-${json.ilink_user_id}`) this.violations.push('sendtyping: ticket of another')
        this.typing.push(json.ilink_user_id)
        return {}
      case 'getuploadurl':
        return this.files.announce(json)
      case 'notifystart':
      case 'notifystop':
        return { ret: 0 }
      default:
        return { ret: -1, errmsg: `unknown operation ${operation}` }
    }
  }

  async #updates(bot: Bot, cursor: string): Promise<object> {
    const from = cursor === '' ? 0 : Number(Buffer.from(cursor, 'base64').toString())
    if (!Number.isInteger(from)) this.violations.push('getupdates: cursor')
    if (from >= bot.log.length && bot.rewind === 0) {
      const hold = Promise.withResolvers<void>()
      const timer = setTimeout(hold.resolve, this.holdMs)
      await Promise.race([hold.promise, bot.news.promise])
      clearTimeout(timer)
    }
    if (bot.expired) return { ret: 0, errcode: -14, errmsg: 'session timeout' }
    const first = Math.max(0, from - bot.rewind)
    bot.rewind = 0
    const messages = bot.log.slice(first)
    if (bot.reverse && messages.length > 0) {
      messages.reverse()
      bot.reverse = false
    }
    const get_updates_buf = Buffer.from(String(bot.log.length)).toString('base64')
    return { ret: 0, msgs: messages.map(raw), get_updates_buf, longpolling_timeout_ms: this.holdMs }
  }

  // biome-ignore lint/suspicious/noExplicitAny: the message is checked field by field
  #take(bot: string, msg: any): object {
    const { to_user_id: user, client_id: clientId, item_list: items } = msg
    if (!user || !clientId || msg.message_type !== 2 || msg.message_state !== 2 || items?.length !== 1) {
      this.violations.push(`sendmessage: ${JSON.stringify(msg)}`)
    }
    const count = (this.deliveries.get(clientId) ?? 0) + 1
    this.deliveries.set(clientId, count)
    const text = items[0].text_item?.text ?? ''
    if (text.length > 4000) return { ret: -1, errmsg: 'too long' }
    if (count === 1) {
      this.received.push({ bot, user, clientId, token: msg.context_token ?? '', text, item: items[0], at: Date.now() })
    }
    return { ret: 0, message_id: raw(String(FIRST_ID + 500_000n + BigInt(this.received.length))) }
  }

  #bot(id: string): Bot {
    const bot = this.#bots.get(id)
    if (!bot) throw new Error(`no bot ${id}`)
    return bot
  }

  #wake(id: string): void {
    const bot = this.#bot(id)
    bot.news.resolve()
    bot.news = Promise.withResolvers()
  }
}

/** JSON that goes into an answer as it is: `JSON.stringify` would round its ids. */
const raw = (json: string) => `@raw:${Buffer.from(json).toString('base64')}@`

function send(res: ServerResponse, answer: object): void {
  const text = JSON.stringify(answer).replace(/"@raw:([\w+/=]+)@"/g, (_, json) =>
    Buffer.from(json, 'base64').toString(),
  )
  res.writeHead(200, { 'content-type': 'application/json' }).end(text)
}
