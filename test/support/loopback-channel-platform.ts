/** The chat platform of `loopback-channel.ts`: a real server on loopback that a test writes as people and watches. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

/** A request to send, as the platform got it; the same `key` twice is the same message sent again. */
export interface SentMessage {
  chat: string
  text: string
  key: string
  action: string
  draft?: string
  replyTo?: string
  messageId?: string
  file?: { name: string; mime: string; size: number }
}

export interface PersonSays {
  chat?: string
  from?: string
  name?: string
  group?: boolean
  addressed?: boolean
  files?: string[]
  id?: string
  account?: string
}

/** What becomes of requests to send: an HTTP status, or `lost` (taken, but the answer never arrives). */
type Fate = number | 'lost' | 'hang'

export interface LoopbackPlatform {
  readonly url: string
  /** A person writes; the update's id. */
  says(text: string, options?: PersonSays): string
  /** What was taken, in order, once for each request. */
  readonly sent: SentMessage[]
  /** The texts of `sent` in one chat, each key once. */
  texts(chat?: string): string[]
  readonly drafts: Array<{ chat: string; text: string; draft?: string }>
  /** How often somebody was shown typing. */
  typings: number
  /** Polls that are open or were made, by account. */
  readonly polls: Array<{ account: string; wait: number; at: number }>
  /** Files that people sent. */
  readonly files: Map<string, string>
  /** The fate of the next sends, in order; after them all goes well. */
  readonly fates: Fate[]
  /** All polls answer with this instead. */
  pollStatus: number | undefined
  close(): Promise<void>
}

/** Starts it for the running test, or with `keep` until it is closed. */
export async function loopbackPlatform({ keep = false } = {}): Promise<LoopbackPlatform> {
  const updates: Array<{ account: string; update: Record<string, unknown> }> = []
  const sent: SentMessage[] = []
  const waiting = new Set<() => void>()
  let ids = 0

  async function updatesAfter(query: URLSearchParams, left: AbortSignal) {
    const after = Number(query.get('after'))
    const account = query.get('account') ?? ''
    platform.polls.push({ account, wait: Number(query.get('wait')), at: Date.now() })
    const news = () => updates.slice(after).filter((each) => each.account === account)
    const until = Date.now() + Number(query.get('wait'))
    while (news().length === 0 && Date.now() < until && !left.aborted && platform.pollStatus === undefined) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, until - Date.now())
        waiting.add(() => {
          clearTimeout(timer)
          resolve()
        })
        left.addEventListener('abort', () => resolve(), { once: true })
      })
    }
    return { cursor: updates.length, updates: news().map(({ update }) => update) }
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://platform')
    const left = new AbortController()
    response.on('close', () => left.abort())
    const say = (status: number, body: unknown = {}) => {
      response.writeHead(status, { 'content-type': 'application/json', ...(status === 429 && { 'retry-after': '1' }) })
      response.end(typeof body === 'string' ? body : JSON.stringify(body))
    }
    if (pathname === '/updates') {
      if (platform.pollStatus !== undefined) return say(platform.pollStatus)
      const found = await updatesAfter(searchParams, left.signal)
      return say(platform.pollStatus ?? 200, found)
    }
    if (pathname.startsWith('/files/')) {
      const file = platform.files.get(decodeURIComponent(pathname.slice('/files/'.length)))
      return file === undefined ? say(404) : say(200, file)
    }
    let text = ''
    for await (const chunk of request.setEncoding('utf8')) text += chunk
    const body = JSON.parse(text) as SentMessage
    if (pathname === '/typing') {
      platform.typings++
      return say(200)
    }
    if (pathname === '/draft') {
      platform.drafts.push(body)
      return say(200, { id: body.draft ?? `d${++ids}` })
    }
    const fate = platform.fates.shift()
    if (typeof fate === 'number') return say(fate)
    sent.push(body)
    if (fate === 'hang') return
    if (fate === 'lost') {
      request.socket.destroy()
      return
    }
    say(200, { id: `m${++ids}` })
  }

  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const platform: LoopbackPlatform = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    says(text, { chat = 'c1', from = 'ann', account = '', id = `u${updates.length + 1}`, ...rest } = {}) {
      updates.push({ account, update: { id, chat, from, text, ...rest } })
      for (const wake of waiting) wake()
      waiting.clear()
      return id
    },
    sent,
    texts(chat = 'c1') {
      const keys = new Set<string>()
      const first = sent.filter((each) => each.chat === chat && !keys.has(each.key) && keys.add(each.key))
      return first.map((each) => each.text)
    },
    drafts: [],
    typings: 0,
    polls: [],
    files: new Map(),
    fates: [],
    pollStatus: undefined,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
  if (!keep) onTestFinished(() => platform.close())
  return platform
}
