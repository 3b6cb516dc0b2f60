/**
 * A Feishu Open Platform on loopback: tenant tokens, the bot, messages with their hour of `uuid` dedupe, reactions, uploads,
 * resources, events over HTTP and over its long connection. It checks what the vendor checks, and faults come on command.
 */
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type WebSocket, WebSocketServer } from 'ws'
import {
  type EventSecrets,
  messageEvent,
  type PlatformEvent,
  postEvent,
  type Said,
  sendEvent,
} from './feishu-server-events.ts'
import { decodeFrame, encodeFrame } from './feishu-server-frames.ts'

/** What the next calls that change something meet, one fault each. `lose` cuts before, `cut` after it was applied. */
export type ApiFault = 'lose' | 'cut' | 'rate' | 'busy' | { code: number; msg?: string } | { delayMs: number }

export interface SeenMessage {
  id: string
  chat: string
  type: string
  content: Record<string, unknown>
  uuid: string
  replyTo: string | null
  inThread: boolean
  edits: number
  reactions: string[]
}

export interface Delivery {
  /** Attempts that never arrive. */
  lose?: number
  /** Deliveries after the first that was taken, as a platform that missed the answer makes them. */
  repeat?: number
  delayMs?: number
  /** Frames of the long connection. */
  parts?: number
}

export interface FeishuServer {
  readonly url: string
  readonly secrets: EventSecrets & { appSecret: string }
  readonly botId: string
  /** What people see in a chat, in order. */
  chat(id: string): SeenMessage[]
  /** Messages a chat shows although one with the same content and key is there. */
  duplicates(): SeenMessage[]
  /** Calls by method and path pattern: `POST /im/v1/messages`. */
  readonly calls: ReadonlyMap<string, number>
  readonly uploads: ReadonlyMap<string, { name: string; bytes: Uint8Array; type: string }>
  failNext(...faults: ApiFault[]): void
  /** Tokens given so far are worth nothing. */
  expireTokens(): void
  /** Makes a file that came with a message fetchable. */
  resource(messageId: string, key: string, file: { bytes: Uint8Array; mime: string; name?: string }): void
  /** Where events are posted; null ends it. */
  hookTo(url: string | null): void
  /** Somebody writes; resolves when the event was taken. */
  say(said: Said, delivery?: Delivery): Promise<PlatformEvent>
  /** Delivers an event over the hook or a connection until it is taken; throws when it never is. */
  deliver(event: PlatformEvent, delivery?: Delivery): Promise<void>
  /** Open long connections; `drop` cuts them. */
  connections(): number
  /** The next handshakes of a long connection are refused. */
  refuseConnections(count: number): void
  drop(): void
  close(): Promise<void>
}

export interface FeishuServerOptions {
  encryptKey?: string
  verificationToken?: string
  appId?: string
  /** Seconds; default 7200. */
  expire?: number
}

/** Starts a platform with one app and its bot. */
export async function startFeishuServer(options: FeishuServerOptions = {}): Promise<FeishuServer> {
  const { encryptKey = '', verificationToken = '', appId = 'cli_0123456789abcdef', expire = 7200 } = options
  const secrets = { appId, appSecret: 'app-secret', encryptKey, verificationToken }
  const botId = 'ou_bot'
  const messages = new Map<string, SeenMessage>()
  const byKey = new Map<string, { id: string; at: number }>()
  const uploads = new Map<string, { name: string; bytes: Uint8Array; type: string }>()
  const resources = new Map<string, { bytes: Uint8Array; mime: string; name?: string }>()
  const calls = new Map<string, number>()
  const faults: ApiFault[] = []
  const sockets = new Set<WebSocket>()
  let tokens = new Set<string>()
  let hook: string | null = null
  let count = 0
  let refusals = 0

  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => {
      response.writeHead(500).end(String(error))
    })
  })
  const socketServer = new WebSocketServer({
    server,
    verifyClient: (_: object, done: (ok: boolean, status?: number) => void) =>
      done(refusals === 0 || refusals-- === 0, 403),
  })
  socketServer.on('connection', (socket) => {
    sockets.add(socket)
    // Every event on its way listens for its acknowledgement.
    socket.setMaxListeners(0)
    socket.on('close', () => sockets.delete(socket))
    socket.on('message', (data: Buffer) => {
      const { method, headers, service } = decodeFrame(data)
      if (method !== 0 || headers.type !== 'ping') return
      const payload = new TextEncoder().encode(JSON.stringify(clientConfig))
      socket.send(encodeFrame({ method: 0, service, headers: { type: 'pong' }, payload }))
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const url = `http://127.0.0.1:${port}`

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url!, url)
    const raw = await bodyOf(request)
    const say = (status: number, body: object) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    const no = (code: number, msg: string, status = 400) => say(status, { code, msg })
    const json = () => JSON.parse(new TextDecoder().decode(raw)) as Record<string, string>
    if (pathname === '/callback/ws/endpoint') {
      const { AppID, AppSecret } = json()
      if (AppID !== appId || AppSecret !== secrets.appSecret) return void no(514, 'auth failed', 200)
      const URL = `ws://127.0.0.1:${port}/ws?device_id=d1&service_id=7`
      return void say(200, { code: 0, msg: 'ok', data: { URL, ClientConfig: clientConfig } })
    }
    const path = pathname
      .replace('/open-apis', '')
      .replace(/\/om_[^/]+/, '/:id')
      .replace(/\/resources\/.*/, '/resources')
    const call = `${request.method} ${path}`
    calls.set(call, (calls.get(call) ?? 0) + 1)
    if (path === '/auth/v3/tenant_access_token/internal') {
      const { app_id, app_secret } = json()
      if (app_id !== appId || app_secret !== secrets.appSecret) return void no(10014, 'app secret invalid', 200)
      const token = `t-${randomBytes(8).toString('hex')}`
      tokens.add(token)
      return void say(200, { code: 0, msg: 'ok', tenant_access_token: token, expire })
    }
    if (!tokens.has(request.headers.authorization?.replace('Bearer ', '') ?? '')) {
      return void no(99991663, 'Invalid access token for authorization')
    }
    if (call === 'GET /bot/v3/info')
      return void say(200, { code: 0, msg: 'ok', bot: { app_name: 'Claw', open_id: botId } })
    const [, named] = /\/(om_[^/]+)/.exec(pathname) ?? []
    if (path === '/im/v1/messages/:id/resources') {
      const file = resources.get(`${named}/${pathname.split('/').at(-1)}/${searchParams.get('type')}`)
      if (!file) return void no(234003, 'File not in message')
      const disposition = file.name
        ? { 'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(file.name)}` }
        : {}
      return void response.writeHead(200, { 'content-type': file.mime, ...disposition }).end(file.bytes)
    }
    const fault = faults.shift()
    if (fault === 'lose') return void request.socket.destroy()
    if (fault === 'rate') {
      response.setHeader('x-ogw-ratelimit-reset', '1')
      return void no(99991400, 'request trigger frequency limit', 429)
    }
    if (fault === 'busy') return void say(502, {})
    if (typeof fault === 'object' && 'code' in fault) return void no(fault.code, fault.msg ?? 'refused')
    if (typeof fault === 'object') await new Promise((resolve) => setTimeout(resolve, fault.delayMs))
    const answer = await change(call, named, raw, request, searchParams)
    if (fault === 'cut') return void request.socket.destroy()
    return void say('code' in answer && answer.code !== 0 ? 400 : 200, { code: 0, msg: 'success', ...answer })
  }

  /** The calls that change something. */
  async function change(
    call: string,
    named: string | undefined,
    raw: Uint8Array<ArrayBuffer>,
    request: IncomingMessage,
    query: URLSearchParams,
  ): Promise<{ data?: object } | { code: number; msg: string }> {
    if (call === 'POST /im/v1/images' || call === 'POST /im/v1/files') {
      const form = await new Response(raw, { headers: { 'content-type': request.headers['content-type']! } }).formData()
      const isImage = call.endsWith('images')
      const file = form.get(isImage ? 'image' : 'file') as File
      const key = `${isImage ? 'img' : 'file'}_${++count}`
      const type = String(form.get(isImage ? 'image_type' : 'file_type'))
      uploads.set(key, { name: String(form.get('file_name') ?? file.name), bytes: await file.bytes(), type })
      return { data: isImage ? { image_key: key } : { file_key: key } }
    }
    const body = raw.length === 0 ? {} : (JSON.parse(new TextDecoder().decode(raw)) as Record<string, string>)
    const target = named === undefined ? undefined : messages.get(named)
    if (call === 'POST /im/v1/messages' || call === 'POST /im/v1/messages/:id/reply') {
      const isReply = named !== undefined
      if (isReply && named.startsWith('om_gone')) return { code: 230011, msg: 'The message is withdrawn' }
      const chat = isReply ? (target?.chat ?? chatOf.get(named) ?? '') : body.receive_id!
      if (!isReply && query.get('receive_id_type') !== 'chat_id')
        return { code: 230001, msg: 'invalid receive_id_type' }
      if (!chat.startsWith('oc_')) return { code: 230002, msg: 'Bot/User can NOT be out of the chat' }
      if (raw.length > (body.msg_type === 'text' ? 150_000 : 30_000)) return { code: 230025, msg: 'too long' }
      if ((body.uuid ?? '').length > 50) return { code: 230001, msg: 'uuid too long' }
      const before = body.uuid ? byKey.get(body.uuid) : undefined
      if (before && Date.now() - before.at < 3600_000) return { data: { message_id: before.id } }
      const message: SeenMessage = {
        id: `om_out${++count}`,
        chat,
        type: body.msg_type!,
        content: JSON.parse(body.content!) as Record<string, unknown>,
        uuid: body.uuid ?? '',
        replyTo: named ?? null,
        inThread: (body as Record<string, unknown>).reply_in_thread === true,
        edits: 0,
        reactions: [],
      }
      messages.set(message.id, message)
      if (body.uuid) byKey.set(body.uuid, { id: message.id, at: Date.now() })
      return { data: { message_id: message.id } }
    }
    if (call === 'POST /im/v1/messages/:id/reactions') {
      target?.reactions.push((body.reaction_type as unknown as { emoji_type: string }).emoji_type)
      return target || chatOf.has(named!) ? { data: {} } : { code: 231003, msg: 'The message is not found' }
    }
    if (target === undefined) return { code: 230011, msg: 'The message is withdrawn' }
    if (call === 'DELETE /im/v1/messages/:id') messages.delete(target.id)
    else if (call === 'PUT /im/v1/messages/:id' || call === 'PATCH /im/v1/messages/:id') {
      if (call.startsWith('PATCH') !== (target.type === 'interactive')) return { code: 230001, msg: 'message type' }
      Object.assign(target, { content: JSON.parse(body.content!), edits: target.edits + 1 })
      if (body.msg_type) target.type = body.msg_type
    } else return { code: 404, msg: `no ${call}` }
    return { data: {} }
  }

  /** The chats of the messages people wrote. */
  const chatOf = new Map<string, string>()

  async function deliver(event: PlatformEvent, { lose = 0, repeat = 0, delayMs = 0, parts = 1 }: Delivery = {}) {
    await new Promise((resolve) => setTimeout(resolve, delayMs))
    let left = lose
    let wanted = repeat + 1
    for (let attempt = 0; attempt < 100 && wanted > 0; attempt++) {
      const [socket] = sockets
      if (left > 0) left -= 1
      else if (hook !== null) wanted -= Number(await postEvent(hook, event, secrets))
      else if (socket) wanted -= Number(await sendEvent(socket, event, parts))
      if (wanted > 0) await new Promise((resolve) => setTimeout(resolve, 50))
    }
    if (wanted > 0) throw new Error('nobody took the event')
  }

  return {
    url,
    secrets,
    botId,
    chat: (id) => [...messages.values()].filter(({ chat }) => chat === id),
    duplicates() {
      const seen = new Set<string>()
      return [...messages.values()].filter(({ chat, content, type }) => {
        const same = JSON.stringify([chat, type, content])
        return seen.has(same) || !seen.add(same)
      })
    },
    calls,
    uploads,
    failNext: (...next) => void faults.push(...next),
    expireTokens() {
      tokens = new Set()
    },
    resource: (messageId, key, file) => {
      for (const type of ['image', 'file']) {
        if (type === 'image' ? /^img_/.test(key) : !/^img_/.test(key))
          resources.set(`${messageId}/${key}/${type}`, file)
      }
    },
    hookTo(target) {
      hook = target
    },
    async say(said, delivery) {
      const event = messageEvent(secrets, said)
      chatOf.set((event.event.message as { message_id: string }).message_id, said.chat)
      await deliver(event, delivery)
      return event
    },
    deliver,
    connections: () => sockets.size,
    refuseConnections(next) {
      refusals = next
    },
    drop() {
      for (const socket of sockets) socket.terminate()
    },
    async close() {
      for (const socket of sockets) socket.terminate()
      socketServer.close()
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/** Seconds. The platform asks for 120 between pings. */
const clientConfig = { ReconnectCount: -1, ReconnectInterval: 120, ReconnectNonce: 30, PingInterval: 1 }

async function bodyOf(request: IncomingMessage): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return new Uint8Array(Buffer.concat(chunks))
}
