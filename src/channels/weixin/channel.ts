/** Weixin through iLink bots: a long poll for each paired account, answers over HTTP (channels.md section 7). */
import { messageOf } from '../../errors.ts'
import { pause } from '../backoff.ts'
import {
  type Attachment,
  type Channel,
  type ChannelDeps,
  type ChannelHealth,
  DeliveryError,
  type DownloadedFile,
  LoginNeeded,
  type OutgoingMessage,
  type OutgoingPart,
  type Poll,
  type SendContext,
  type Sent,
} from '../channel.ts'
import { ActivityLog } from './activity.ts'
import { type WeixinClient, weixinClient } from './client.ts'
import { download, type FileRef, type FileStore, upload } from './files.ts'
import { type Heard, heard } from './inbound.ts'
import { Memory } from './memory.ts'
import { ApiFailure, STALE_TOKEN } from './request.ts'
import {
  beforeSending,
  deliveryError,
  mayHaveArrived,
  partsOf,
  refuseTooMany,
  type Target,
  targetOf,
} from './sending.ts'
import {
  accountsOf,
  baseUrlOf,
  cdnUrlOf,
  channelVersionOf,
  defaultBotOf,
  type WeixinAccount,
  type WeixinSettings,
} from './settings.ts'
import { Typing } from './typing.ts'

/** How long the platform holds a poll, until it says so itself. */
const HOLD_MS = 35_000
/** The platform ends a poll itself after `longpolling_timeout_ms`; ours waits for that. */
const HOLD_MARGIN_MS = 5_000
const SAME_NEWS_MS = 2_000
const ANNOUNCE_MS = 3600_000

const LOG_IN_AGAIN = 'the login of this account is over: log in again'

export class WeixinChannel implements Channel {
  /** Faster sends than this stop all sends of a bot for some time. */
  readonly pauseMs = 1000
  readonly typingMs = 5000

  readonly #deps: ChannelDeps<WeixinSettings>
  readonly #accounts: readonly WeixinAccount[]
  readonly #clients = new Map<string, WeixinClient>()
  readonly #memory: Memory
  readonly #activity: ActivityLog
  readonly #typing: Typing
  readonly #store: FileStore
  readonly #holds = new Map<string, number>()

  constructor(deps: ChannelDeps<WeixinSettings>) {
    const { settings, platform, state } = deps
    const now = () => platform.now()
    this.#deps = deps
    this.#accounts = accountsOf(settings)
    this.#memory = new Memory(state, now)
    this.#activity = new ActivityLog(state, now)
    this.#typing = new Typing(this.#memory, now)
    const version = channelVersionOf(settings)
    for (const { botId, token, baseUrl } of this.#accounts) {
      this.#clients.set(botId, weixinClient({ fetch: platform.fetch, baseUrl, token, version }))
    }
    const cdnUrl = cdnUrlOf(settings)
    this.#store = { fetch: platform.fetch, cdnUrl, trusted: [baseUrlOf(settings), cdnUrl] }
    for (const account of this.#accounts) this.#memory.takeOver(account)
    this.#memory.forgetOld()
  }

  sources(): readonly string[] {
    return this.#accounts.map(({ botId }) => botId)
  }

  /** Tells the platform that the accounts listen; it need not know, so a failure is none. */
  async start(signal: AbortSignal): Promise<void> {
    await Promise.all(
      this.#accounts.map(async (account) => {
        const { botId } = account
        const told = this.#memory.announcedAt(botId)
        // On the edge a channel opens at every wake-up.
        if (told !== null && told > this.#deps.platform.now() - ANNOUNCE_MS) return
        if (this.#isStale(account)) return
        try {
          await this.#client(botId).notify('start', signal)
          this.#memory.announced(botId, true)
          if (this.#activity.reached(botId)) this.#deps.changed()
        } catch (error) {
          this.#deps.platform.log.debug('weixin was not told that the bot listens', { error: messageOf(error) })
        }
      }),
    )
  }

  async poll(source: string, { waitMs, signal }: { waitMs: number; signal: AbortSignal }): Promise<Poll> {
    const account = this.#accounts.find(({ botId }) => botId === source)
    if (!account) return {}
    if (this.#isStale(account)) throw new LoginNeeded(LOG_IN_AGAIN)
    const before = this.#memory.cursor(source)
    const timeoutMs = Math.min(waitMs, this.#holds.get(source) ?? HOLD_MS)
    try {
      const { messages, cursor, holdMs } = await this.#client(source).updates(before, { timeoutMs, signal })
      if (holdMs > 0) this.#holds.set(source, holdMs + HOLD_MARGIN_MS)
      const place = (index: number) => `${before}#${index}`
      const news = await Promise.all(messages.map((message, index) => heard(message, source, place(index))))
      this.#take(
        source,
        cursor,
        news.filter((each) => each !== null),
      )
      // A send may have learned in the meantime what this poll, begun before, did not.
      if (this.#isStale(account)) throw new LoginNeeded(LOG_IN_AGAIN)
      if (this.#activity.polled(source)) this.#deps.changed()
      const moved = this.#memory.cursor(source) !== before
      // A platform that says the same again and again must not be asked in a hot loop.
      if (messages.length > 0 && !moved) await pause(SAME_NEWS_MS, signal)
      return { more: messages.length > 0 && moved }
    } catch (error) {
      if (signal.aborted) return {}
      throw this.#pollFailure(account, error)
    }
  }

  /** The messages, their conversations' tokens and the cursor become durable together. */
  #take(source: string, cursor: string, news: readonly Heard[]): void {
    const remember = () => {
      for (const { user, token, inbound } of news) {
        this.#memory.heard(source, user, token)
        this.#activity.received(source, inbound.chat, inbound.text)
      }
      this.#memory.setCursor(source, cursor)
    }
    const messages = news.map(({ inbound }) => inbound)
    if (messages.length > 0) this.#deps.receive(messages, remember)
    else remember()
  }

  #pollFailure(account: WeixinAccount, error: unknown): unknown {
    if (error instanceof LoginNeeded) return error
    if (this.#noteStale(account, error)) return new LoginNeeded(LOG_IN_AGAIN, { cause: error })
    if (this.#activity.failed(account.botId, messageOf(error), { poll: true })) this.#deps.changed()
    return error
  }

  parts(message: OutgoingMessage): readonly OutgoingPart[] {
    return partsOf(message)
  }

  async send(chat: string, part: OutgoingPart, context: SendContext): Promise<Sent> {
    if (part.action !== 'send') throw new DeliveryError('refused', `unsupported weixin action "${part.action}"`)
    const target = this.#target(chat)
    const { account, user } = target
    const { botId } = account
    if (this.#isStale(account)) throw new DeliveryError('login', LOG_IN_AGAIN)
    const talk = this.#memory.talk(botId, user)
    refuseTooMany(talk)
    try {
      const item = await this.#item(target, part, context)
      const clientId = `clawgo-weixin:${context.key}`
      const message = { to: user, clientId, contextToken: talk.token, item }
      const messageId = await this.#client(botId).send(message, context.signal)
      this.#memory.counted(botId, user)
      this.#activity.sent(botId)
      return messageId && messageId !== '0' ? { messageId } : {}
    } catch (error) {
      if (!context.signal.aborted) this.#sendFailed(account, error)
      if (mayHaveArrived(error)) this.#memory.counted(botId, user)
      throw deliveryError(error, talk, { now: this.#deps.platform.now(), attempt: context.attempt })
    }
  }

  /** What is sent: the text, or the file once it lies in the platform's store. */
  async #item(target: Target, part: OutgoingPart, context: SendContext): Promise<Record<string, unknown>> {
    if (!part.file) return { type: 1, text_item: { text: part.text ?? '' } }
    const { file, signal, attempt } = context
    if (!file) throw new DeliveryError('refused', 'there is no file to send')
    const { account, user } = target
    try {
      return await upload(this.#store, this.#client(account.botId), { file, to: user, signal })
    } catch (error) {
      if (!signal.aborted) this.#sendFailed(account, error)
      const talk = this.#memory.talk(account.botId, user)
      throw beforeSending(deliveryError(error, talk, { now: this.#deps.platform.now(), attempt }))
    }
  }

  #sendFailed(account: WeixinAccount, error: unknown): void {
    if (error instanceof DeliveryError || this.#noteStale(account, error)) return
    this.#activity.failed(account.botId, messageOf(error))
  }

  async typing(chat: string, signal: AbortSignal): Promise<void> {
    const target = this.#target(chat)
    if (this.#isStale(target.account)) return
    try {
      await this.#typing.show(target, this.#client(target.account.botId), signal)
    } catch (error) {
      this.#noteStale(target.account, error)
    }
  }

  download(attachment: Attachment, signal: AbortSignal): Promise<DownloadedFile> {
    return download(this.#store, attachment.ref as FileRef, signal)
  }

  owners(): readonly string[] {
    return this.#accounts.map(({ owner }) => owner).filter(Boolean)
  }

  health(): readonly ChannelHealth[] {
    return this.#accounts.map((account) => {
      const { botId: source } = account
      const { connected, error } = this.#activity.of(source)
      if (this.#isStale(account)) return { source, state: 'login_needed', detail: LOG_IN_AGAIN }
      if (connected) return { source, state: 'connected' }
      return error ? { source, state: 'failing', detail: error } : { source, state: 'connecting' }
    })
  }

  async test(signal: AbortSignal): Promise<string> {
    if (this.#accounts.length === 0) return 'no account is paired yet: clawgo channel login weixin'
    const lines = this.#accounts.map(async (account) => {
      const { botId, owner } = account
      try {
        await this.#client(botId).typingTicket(owner, this.#memory.talk(botId, owner).token, signal)
        return `${botId}: the platform knows it`
      } catch (error) {
        return `${botId}: ${this.#noteStale(account, error) ? LOG_IN_AGAIN : messageOf(error)}`
      }
    })
    return (await Promise.all(lines)).join('\n')
  }

  /** Tells the platform that the accounts no longer listen, as far as that is quick. */
  async close(): Promise<void> {
    const listening = this.#accounts.filter(({ botId }) => this.#memory.announcedAt(botId) !== null)
    for (const { botId } of listening) this.#memory.announced(botId, false)
    await Promise.allSettled(listening.map(({ botId }) => this.#client(botId).notify('stop')))
  }

  #target(chat: string): Target {
    const accounts = this.#accounts
    return targetOf(chat, { accounts, defaultBot: defaultBotOf(this.#deps.settings, accounts), memory: this.#memory })
  }

  #client(bot: string): WeixinClient {
    return this.#clients.get(bot)!
  }

  #isStale({ botId, token }: WeixinAccount): boolean {
    return this.#activity.isStale(botId, token)
  }

  /** True when the failure ends the account's login; everybody who asks then hears so until a new one. */
  #noteStale({ botId, token }: WeixinAccount, error: unknown): boolean {
    if (!(error instanceof ApiFailure) || error.code !== STALE_TOKEN) return false
    if (this.#activity.stale(botId, token, error.message)) this.#deps.changed()
    return true
  }
}
