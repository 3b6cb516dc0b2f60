/** What a paired bot may ask of the platform (channels.md sections 7.3, 7.7, 7.8, 7.13). */
import { baseInfo, type Caller, type CallOptions, postJson, TimedOut } from './request.ts'
import { sent, ticket, updates, uploadUrl } from './wire.ts'

/** Its answer to a poll; the messages are not looked at yet. */
export interface Updates {
  readonly messages: readonly unknown[]
  /** What the next poll begins with; empty: as before. */
  readonly cursor: string
  /** How long the platform holds a poll, ms; 0 when it does not say. */
  readonly holdMs: number
}

export interface UploadRequest {
  readonly filekey: string
  /** 1 image, 2 video, 3 file. */
  readonly media_type: number
  readonly to_user_id: string
  readonly rawsize: number
  /** MD5 in hex. */
  readonly rawfilemd5: string
  /** Bytes of the encrypted file. */
  readonly filesize: number
  /** Hex. */
  readonly aeskey: string
}

export interface OutgoingText {
  readonly to: string
  readonly clientId: string
  /** Left out when there is none: the platform takes messages without. */
  readonly contextToken: string
  readonly item: Record<string, unknown>
}

const SEND_MS = 15_000
const CONFIG_MS = 10_000
const NOTIFY_MS = 2_000

export type WeixinClient = ReturnType<typeof weixinClient>

/** The requests of one account. They throw HttpFailure, ApiFailure, or what `fetch` throws. */
export function weixinClient(caller: Caller) {
  const post = (operation: string, body: Record<string, unknown>, options: CallOptions) =>
    postJson(caller, `ilink/bot/${operation}`, { ...body, base_info: baseInfo(caller) }, options)

  return {
    /** Waits for news after `cursor`, at most `timeoutMs`: a time without news is an empty answer. */
    async updates(cursor: string, { timeoutMs, signal }: { timeoutMs: number; signal: AbortSignal }): Promise<Updates> {
      try {
        const answer = await post('getupdates', { get_updates_buf: cursor }, { timeoutMs, signal })
        const { msgs, get_updates_buf, longpolling_timeout_ms } = updates.parse(answer ?? {})
        return { messages: msgs, cursor: get_updates_buf, holdMs: longpolling_timeout_ms }
      } catch (error) {
        if (error instanceof TimedOut) return { messages: [], cursor: '', holdMs: 0 }
        throw error
      }
    },

    /** Sends one item to a user; resolves with the platform's id of the message, empty when it tells none. */
    async send({ to, clientId, contextToken, item }: OutgoingText, signal: AbortSignal): Promise<string> {
      const msg = {
        from_user_id: '',
        to_user_id: to,
        client_id: clientId,
        message_type: 2,
        message_state: 2,
        ...(contextToken ? { context_token: contextToken } : {}),
        item_list: [item],
      }
      return sent.parse(await post('sendmessage', { msg }, { timeoutMs: SEND_MS, signal })).message_id
    },

    /** Where an encrypted file may be put. */
    async uploadUrl(request: UploadRequest, signal: AbortSignal): Promise<{ param: string; url: string }> {
      const body = { ...request, no_need_thumb: true }
      const answer = uploadUrl.parse(await post('getuploadurl', body, { timeoutMs: SEND_MS, signal }))
      return { param: answer.upload_param, url: answer.upload_full_url }
    },

    /** The ticket that shows a user that we write; empty when the platform gives none. */
    async typingTicket(user: string, contextToken: string, signal: AbortSignal): Promise<string> {
      const body = { ilink_user_id: user, ...(contextToken ? { context_token: contextToken } : {}) }
      return ticket.parse(await post('getconfig', body, { timeoutMs: CONFIG_MS, signal })).typing_ticket
    },

    async typing(user: string, typingTicket: string, signal: AbortSignal): Promise<void> {
      const body = { ilink_user_id: user, typing_ticket: typingTicket, status: 1 }
      await post('sendtyping', body, { timeoutMs: CONFIG_MS, signal })
    },

    /** Tells the platform that the bot begins or ends to listen. */
    async notify(what: 'start' | 'stop', signal?: AbortSignal): Promise<void> {
      await post(`msg/notify${what}`, {}, { timeoutMs: NOTIFY_MS, signal })
    },
  }
}
