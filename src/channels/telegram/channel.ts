/** The open channel: polling or webhook in, messages out, and what its owner sees of both. */
import {
  type Attachment,
  type Channel,
  type ChannelDeps,
  type ChannelHealth,
  DeliveryError,
  type DownloadedFile,
  LoginNeeded,
  type OutgoingMessage,
  type Poll,
  type SendContext,
  type Sent,
} from '../channel.ts'
import { CALL_TIMEOUT_MS, type TelegramApi, telegramApi, within } from './api.ts'
import { type ChatTarget, chatTarget } from './chat-name.ts'
import { readCursor, writeCursor } from './cursor.ts'
import { download } from './download.ts'
import { deliveryError, failureOf, isLoginOver, TelegramFailure } from './failure.ts'
import { ALLOWED_UPDATES } from './inbound.ts'
import { partsOf, richTextOf, type TelegramPart } from './parts.ts'
import { hookSecret, type RegistrationDeps, register, whoAmI } from './registration.ts'
import { MAX_TEXT, split } from './rich-text.ts'
import { sameSecret } from './secret-check.ts'
import { sendPart } from './send.ts'
import { takeUpdates } from './updates.ts'

export interface TelegramSettings {
  readonly token: string
  readonly streaming: boolean
  readonly api_root: string
}

/** Telegram gives at most so many updates at once. */
const BATCH = 100

/** Beyond the wait it was asked for, an answer of getUpdates may take so long, ms. */
const POLL_GRACE_MS = 15_000

type State = ChannelHealth['state']

export class TelegramChannel implements Channel {
  /** Telegram asks for no more than about one message a second in a chat. */
  readonly pauseMs = 1000
  readonly #deps: ChannelDeps<TelegramSettings>
  readonly #api: TelegramApi
  readonly #registration: RegistrationDeps
  readonly #token: string
  readonly #botId: number
  #health: { state: State; detail?: string } = { state: 'connecting' }
  #startFailed = false

  constructor(deps: ChannelDeps<TelegramSettings>) {
    const { settings, platform, state, hookUrl } = deps
    this.#deps = deps
    this.#token = settings.token.trim()
    this.#botId = Number(this.#token.split(':')[0])
    this.#api = telegramApi({ token: this.#token, root: settings.api_root, fetch: platform.fetch })
    this.#registration = { api: this.#api, state, hookUrl, botId: this.#botId, now: () => platform.now() }
  }

  sources(): readonly string[] {
    return this.#deps.hookUrl === null ? [''] : []
  }

  async start(signal: AbortSignal): Promise<void> {
    try {
      const bot = await register(this.#registration, signal, this.#startFailed)
      this.#startFailed = false
      this.#became('connected', `@${bot.username}`)
    } catch (error) {
      this.#startFailed = true
      throw this.#failed(error, signal)
    }
  }

  async poll(_source: string, { waitMs, signal }: { waitMs: number; signal: AbortSignal }): Promise<Poll> {
    const { state, platform } = this.#deps
    try {
      const bot = await whoAmI(this.#registration, signal)
      const limit = within(signal, waitMs + POLL_GRACE_MS)
      const updates = await this.#api.call((raw) =>
        raw.getUpdates(
          {
            offset: readCursor(state, this.#botId, platform.now()),
            limit: BATCH,
            timeout: Math.floor(waitMs / 1000),
            allowed_updates: [...ALLOWED_UPDATES],
          },
          limit,
        ),
      )
      const { callbacks } = takeUpdates(updates, bot, this.#deps, (next) =>
        writeCursor(state, this.#botId, next, platform.now()),
      )
      this.#answer(callbacks)
      this.#became('connected', `@${bot.username}`)
      return { more: updates.length === BATCH }
    } catch (error) {
      if (signal.aborted) return {}
      throw this.#failed(error, signal)
    }
  }

  /** Anything but 200 makes Telegram send the update again. */
  async hook(request: Request): Promise<Response> {
    const presented = request.headers.get('x-telegram-bot-api-secret-token') ?? ''
    if (!(await sameSecret(presented, hookSecret(this.#deps.state))))
      return new Response('unauthorized', { status: 401 })
    if (request.method !== 'POST')
      return new Response('method not allowed', { status: 405, headers: { allow: 'POST' } })
    const update: unknown = await request.json().catch(() => null)
    if (update === null) return new Response('not JSON', { status: 400 })
    let bot: Awaited<ReturnType<typeof whoAmI>>
    try {
      bot = await whoAmI(this.#registration, null)
    } catch (error) {
      this.#failed(error, null)
      return new Response('not ready', { status: 503, headers: { 'retry-after': '5' } })
    }
    this.#answer(takeUpdates([update], bot, this.#deps).callbacks)
    this.#became('connected', `@${bot.username}`)
    return new Response(null, { status: 200 })
  }

  parts(message: OutgoingMessage): Promise<readonly TelegramPart[]> {
    return partsOf(message)
  }

  async send(chat: string, part: TelegramPart, context: SendContext): Promise<Sent> {
    return this.#toChat(chat, (target) => sendPart(this.#api, target, part, context))
  }

  async typing(chat: string, signal: AbortSignal): Promise<void> {
    const target = this.#target(chat)
    if (!target) return
    const limit = within(signal, CALL_TIMEOUT_MS)
    await this.#api.call((raw) => raw.sendChatAction({ ...target, action: 'typing' }, limit))
  }

  /**
   * A message that is edited while it grows, not `sendMessageDraft`: that one knows private chats only, fades after half a
   * minute and leaves nothing to edit, so that a repeated last step would send the answer twice.
   */
  async draft(
    chat: string,
    text: string,
    options: { draft?: string; replyTo?: string; signal: AbortSignal },
  ): Promise<string | null> {
    if (!this.#deps.settings.streaming) return null
    const { draft, replyTo, signal } = options
    const [piece] = split(await richTextOf(text), MAX_TEXT)
    if (!piece) return draft ?? null
    const part: TelegramPart = draft
      ? { action: 'edit', messageId: draft, ...piece }
      : { action: 'send', ...piece, ...(replyTo ? { replyTo } : {}) }
    const sent = await this.#toChat(chat, (target) => sendPart(this.#api, target, part, { signal }))
    return sent.messageId ?? null
  }

  download(attachment: Attachment, signal: AbortSignal): Promise<DownloadedFile> {
    return download(this.#api, attachment, signal)
  }

  health(): readonly ChannelHealth[] {
    return [{ source: '', ...this.#health }]
  }

  async test(signal: AbortSignal): Promise<string> {
    try {
      const limit = within(signal, CALL_TIMEOUT_MS)
      const me = await this.#api.call((raw) => raw.getMe(limit))
      const hook = await this.#api.call((raw) => raw.getWebhookInfo(limit))
      const way = hook.url ? 'webhook' : 'polling'
      const trouble = hook.last_error_message ? `, last delivery failed: ${hook.last_error_message}` : ''
      return `@${me.username} (${me.first_name}), ${way}, ${hook.pending_update_count} waiting${trouble}`
    } catch (error) {
      throw this.#failed(error, signal)
    }
  }

  /** Polls and sends end by their signals. */
  close(): void {}

  /** Runs `work`; when Telegram says that the group lives on as a supergroup, again with its new id, which is kept. */
  async #toChat<T>(chat: string, work: (target: ChatTarget) => Promise<T>): Promise<T> {
    const target = this.#target(chat)
    if (!target) throw new DeliveryError('refused', 'This is no chat of Telegram: expected its numeric id or @name.')
    try {
      return await work(target).catch((error) => {
        if (!(error instanceof TelegramFailure) || error.movedTo === undefined) throw error
        this.#deps.state.set(`moved/${target.chat_id}`, error.movedTo)
        return work({ ...target, chat_id: error.movedTo })
      })
    } catch (error) {
      if (error instanceof DeliveryError) throw error
      const failure = failureOf(error, this.#token)
      if (isLoginOver(failure)) this.#became('login_needed', WRONG_TOKEN)
      throw deliveryError(failure)
    }
  }

  #target(chat: string): ChatTarget | null {
    const target = chatTarget(chat)
    const moved = target && this.#deps.state.get<number>(`moved/${target.chat_id}`)
    return target && moved ? { ...target, chat_id: moved } : target
  }

  /** Ends the spinner on pressed buttons. Telegram forgets it by itself too. */
  #answer(callbacks: readonly string[]): void {
    for (const callback_query_id of callbacks) {
      const limit = within(null, CALL_TIMEOUT_MS)
      const answered = this.#api.call((raw) => raw.answerCallbackQuery({ callback_query_id }, limit))
      this.#deps.platform.background(answered.then(noted, noted))
    }
  }

  /** The error to throw for what failed; the owner sees it unless we were told to stop. */
  #failed(error: unknown, signal: AbortSignal | null): Error {
    const failure = failureOf(error, this.#token)
    if (isLoginOver(failure)) {
      this.#became('login_needed', WRONG_TOKEN)
      return new LoginNeeded(WRONG_TOKEN)
    }
    if (!signal?.aborted) this.#became('failing', failure.code === 409 ? conflict(failure) : failure.message)
    return failure
  }

  #became(state: State, detail: string): void {
    if (this.#health.state === state && this.#health.detail === detail) return
    this.#health = { state, detail }
    this.#deps.changed()
  }
}

const WRONG_TOKEN = 'Telegram does not know this token: set channels.telegram.token to the one @BotFather gave you.'

function conflict({ message }: TelegramFailure): string {
  return /webhook/i.test(message)
    ? 'Another program has set a webhook for this bot, so it cannot be polled: one of the two must stop.'
    : 'Another program polls this bot: one of the two must stop.'
}

/** A button that stays lit is no matter. */
function noted(): void {}
