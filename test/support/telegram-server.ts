/**
 * A Bot API on loopback: a real HTTP server with the semantics the channel counts on (offsets and long polls, webhooks with
 * their secret, limits and entities, uploads and downloads). It loses, delays, repeats and refuses on command, and tells
 * what people see in every chat.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Chats, type Parameters, Refusal, type SeenMessage, Uploaded } from './telegram-server-chats.ts'
import { Updates } from './telegram-server-updates.ts'

/** What happens to a call instead of its answer. */
export type Fault =
  /** The connection breaks: before anything happened, or after it has. */
  | { method: string; do: 'lose' | 'cut' }
  | { method: string; do: 'delay'; ms: number }
  | { method: string; do: 'refuse'; code: number; description?: string; retryAfter?: number }
  /** A page instead of JSON, as a proxy answers. */
  | { method: string; do: 'page'; code: number }
  /** getUpdates: the last batch once more, or the new one backwards. */
  | { method: 'getUpdates'; do: 'repeat' | 'reverse' }

export interface TelegramServer {
  /** For `channels.telegram.api_root`. */
  readonly url: string
  readonly token: string
  readonly bot: { id: number; username: string; first_name: string }
  readonly chats: Chats
  readonly updates: Updates
  /** Every call, oldest first. */
  readonly calls: ReadonlyArray<{ method: string; given: Parameters }>
  /** What `setMyCommands` said last. */
  readonly commands: ReadonlyArray<{ command: string; description: string }>
  /** Queries that were answered. */
  readonly answered: readonly string[]
  /** A person writes. `message` adds to or replaces fields of the message. Returns its id. */
  say(text: string, options?: SayOptions): number
  /** A person presses a button. */
  press(chat: number, messageId: number, data: string, message?: Record<string, unknown>): string
  /** A file that people can send: its `file_id`. */
  file(bytes: Uint8Array, options?: { path?: string; size?: number }): string
  /** The next calls of this method go wrong, one fault each. */
  fail(...faults: Fault[]): void
  /** Messages of the bot in a chat that are there more than once, with how often. */
  duplicates(chat: number): Array<{ text: string; times: number }>
  /** Resolves with the bot's messages in a chat, deleted ones left out, once there are `count`. */
  waitFor(chat: number, count: number, ms?: number): Promise<SeenMessage[]>
  /** From now on another token is the right one. */
  revoke(): void
  close(): Promise<void>
}

export interface SayOptions {
  /** Default 7, the person's private chat. Groups are negative. */
  chat?: number
  from?: { id: number; is_bot?: boolean; first_name?: string; username?: string }
  topic?: number
  message?: Record<string, unknown>
}

const OWNER = { id: 7, is_bot: false, first_name: 'Ann', username: 'ann' }
/** What the Bot API lets a bot fetch. */
const MAX_DOWNLOAD = 20_000_000

/** Starts a Bot API with one bot on a free port of 127.0.0.1. */
export async function startTelegramServer(): Promise<TelegramServer> {
  let token: string = '4242:AAtesttokenAAtesttokenAAtesttoken-_'
  const bot = { id: 4242, is_bot: true, first_name: 'Claw', username: 'ClawTestBot' }
  const chats = new Chats()
  const updates = new Updates()
  const calls: Array<{ method: string; given: Parameters }> = []
  const answered: string[] = []
  let commands: Array<{ command: string; description: string }> = []
  const faults: Fault[] = []
  const files = new Map<string, { path: string; bytes: Uint8Array; size: number }>()

  async function perform(method: string, given: Parameters, gone: AbortSignal, repeat: boolean): Promise<unknown> {
    const list = (value: unknown) => (value ?? []) as string[]
    switch (method) {
      case 'getMe':
        return bot
      case 'getUpdates': {
        const { offset = 0, limit = 100, timeout = 0, allowed_updates } = given
        const asked = { offset: Number(offset), limit: Number(limit), seconds: Number(timeout) }
        return updates.poll({ ...asked, allowed: list(allowed_updates) }, gone, repeat)
      }
      case 'setWebhook':
        updates.setWebhook({
          url: String(given.url),
          secret: String(given.secret_token ?? ''),
          allowed: list(given.allowed_updates),
        })
        return true
      case 'deleteWebhook':
        updates.setWebhook(undefined)
        return true
      case 'getWebhookInfo':
        return { url: updates.webhook?.url ?? '', pending_update_count: updates.pending.length }
      case 'setMyCommands':
        commands = given.commands as typeof commands
        return true
      case 'answerCallbackQuery':
        answered.push(String(given.callback_query_id))
        return true
      case 'getFile': {
        const file = files.get(String(given.file_id))
        if (!file) throw new Refusal(400, 'Bad Request: invalid file_id')
        if (file.size > MAX_DOWNLOAD) throw new Refusal(400, 'Bad Request: file is too big')
        return { file_id: given.file_id, file_unique_id: 'u', file_size: file.size, file_path: file.path }
      }
      default: {
        const result = chats.call(method, given)
        if (result === undefined) throw new Refusal(404, 'Not Found: method not found')
        return result
      }
    }
  }

  async function answerCall(method: string, req: IncomingMessage, res: ServerResponse): Promise<void> {
    const given = await parametersOf(req)
    calls.push({ method, given })
    const at = faults.findIndex((fault) => fault.method === method)
    const [fault] = at < 0 ? [] : faults.splice(at, 1)
    if (fault?.do === 'lose') return void req.socket.destroy()
    if (fault?.do === 'delay') await new Promise((resolve) => setTimeout(resolve, fault.ms))
    if (fault?.do === 'page') return void res.writeHead(fault.code, { 'content-type': 'text/html' }).end('<h1>no</h1>')
    const gone = new AbortController()
    res.on('close', () => gone.abort())
    try {
      if (fault?.do === 'refuse') {
        const parameters = fault.retryAfter === undefined ? undefined : { retry_after: fault.retryAfter }
        throw new Refusal(fault.code, fault.description ?? `Error ${fault.code}`, parameters)
      }
      const result = await perform(method, given, gone.signal, fault?.do === 'repeat')
      if (fault?.do === 'cut') return void req.socket.destroy()
      json(res, 200, { ok: true, result: fault?.do === 'reverse' ? (result as unknown[]).toReversed() : result })
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      const { code, message, parameters } = error
      json(res, code, { ok: false, error_code: code, description: message, ...(parameters && { parameters }) })
    }
  }

  async function serve(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const [, download, given, rest = ''] = /^(\/file)?\/bot([^/]+)\/(.*)$/.exec(decodeURIComponent(req.url ?? '')) ?? []
    if (given !== token) return json(res, 401, { ok: false, error_code: 401, description: 'Unauthorized' })
    if (!download) return answerCall(rest, req, res)
    const file = [...files.values()].find(({ path }) => path === rest)
    if (!file) return json(res, 404, { ok: false, error_code: 404, description: 'Not Found' })
    res.writeHead(200, { 'content-type': 'application/octet-stream' }).end(file.bytes)
  }

  const server = createServer((req, res) => {
    serve(req, res).catch((error) => json(res, 500, { ok: false, error_code: 500, description: String(error) }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get token() {
      return token
    },
    bot,
    chats,
    updates,
    calls,
    answered,
    get commands() {
      return commands
    },
    say(text, { chat = 7, from = OWNER, topic, message } = {}) {
      const message_id = chats.said(chat, text, topic)
      const type = chat < 0 ? 'supergroup' : 'private'
      updates.add({
        message: {
          message_id,
          date: 0,
          from: { is_bot: false, first_name: 'Somebody', ...from },
          chat: { id: chat, type, ...(topic === undefined ? {} : { is_forum: true }) },
          ...(topic === undefined ? {} : { message_thread_id: topic, is_topic_message: true }),
          ...(text === '' ? {} : { text }),
          ...message,
        },
      })
      return message_id
    },
    press(chat, messageId, data, message = {}) {
      const id = `q${updates.pending.length}-${messageId}`
      const where = { message_id: messageId, date: 0, chat: { id: chat, type: chat < 0 ? 'supergroup' : 'private' } }
      updates.add({ callback_query: { id, from: OWNER, chat_instance: '1', data, message: { ...where, ...message } } })
      return id
    },
    file(bytes, { path = `documents/file_${files.size}.bin`, size = bytes.length } = {}) {
      const id = `file-${files.size}`
      files.set(id, { path, bytes, size })
      return id
    },
    fail: (...more) => void faults.push(...more),
    duplicates(chat) {
      const times = new Map<string, number>()
      for (const { by, text, file } of chats.seen(chat)) {
        const what = file ? `${file.kind} ${file.name} ${text}` : text
        if (by === 'bot') times.set(what, (times.get(what) ?? 0) + 1)
      }
      return [...times].filter(([, count]) => count > 1).map(([text, count]) => ({ text, times: count }))
    },
    async waitFor(chat, count, ms = 10_000) {
      const deadline = Date.now() + ms
      for (;;) {
        const seen = chats.seen(chat).filter(({ by, deleted }) => by === 'bot' && !deleted)
        if (seen.length >= count) return seen
        if (Date.now() > deadline) throw new Error(`chat ${chat} shows ${seen.length} of ${count} messages`)
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
    },
    revoke() {
      token = `${token}-revoked`
    },
    async close() {
      updates.close()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function json(res: ServerResponse, status: number, body: unknown): void {
  if (res.headersSent || res.destroyed) return
  res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

/** JSON, or the fields of a form, where structures are JSON too. A file is named by `attach://<field>`. */
async function parametersOf(req: IncomingMessage): Promise<Parameters> {
  const chunks: Buffer[] = []
  for await (const chunk of req) chunks.push(chunk as Buffer)
  const body = Buffer.concat(chunks)
  const type = req.headers['content-type'] ?? ''
  if (type.startsWith('application/json')) return body.length === 0 ? {} : JSON.parse(body.toString())
  if (!type.startsWith('multipart/form-data')) return {}
  const form = await new Response(body, { headers: { 'content-type': type } }).formData()
  const files = new Map<string, Uploaded>()
  const given: Parameters = {}
  for (const [name, value] of form) {
    if (typeof value === 'string')
      given[name] = name !== 'caption' && /^[[{]|^(true|false)$/.test(value) ? JSON.parse(value) : value
    else files.set(name, new Uploaded(value.name, new Uint8Array(await value.arrayBuffer())))
  }
  for (const [name, value] of Object.entries(given)) {
    const file = typeof value === 'string' && value.startsWith('attach://') ? files.get(value.slice(9)) : undefined
    if (file) given[name] = file
  }
  return given
}
