/**
 * What a chat platform is to the gateway. A channel knows its platform's wire and nothing else: who may write, what has
 * been seen before, what is asked of the agent and in which order answers go out is decided outside of it, once for all.
 *
 * A new channel is a folder with a `ChannelKind` and one line in `kinds.ts`.
 */
import type { Platform } from '../platform.ts'

/** A channel that this build has. `Settings` is its section of `channels.*` in the config. */
export interface ChannelKind<Settings = never> {
  /** As in the config, in session keys and in `/api/version`. */
  readonly name: string
  /** Why these settings cannot run, for their owner to act on; null when they can. Only asked when they are enabled. */
  problem(settings: Settings): string | null
  /** Opens the channel; nothing goes over the network yet. Opened anew whenever its settings change. */
  open(deps: ChannelDeps<Settings>): Channel
}

export interface ChannelDeps<Settings> {
  readonly settings: Settings
  readonly platform: Pick<Platform, 'runtime' | 'fetch' | 'now' | 'log' | 'background' | 'feishuConnection'>
  /** What the channel remembers between its lives: cursors, tokens of conversations, the webhook's secret. */
  readonly state: ChannelState
  /**
   * Takes messages over. When it returns they are durable, together with what `also` writes (the cursor), and only then
   * may the platform be told. A message whose `(source, id)` came before is dropped, whenever that was.
   */
  receive(messages: readonly InboundMessage[], also?: () => void): void
  /** Where the platform reaches `Channel.hook`, `https://…/hooks/<name>`; null when the gateway has no public address. */
  readonly hookUrl: string | null
  /** The channel's sources or what `health` says of them changed: whoever polls and watches should look again. */
  changed(): void
}

/** Small JSON values in the gateway's database, the channel's own. Writes join a transaction that is open. */
export interface ChannelState {
  get<T>(key: string): T | null
  /** Null removes. */
  set(key: string, value: unknown): void
  /** Entries whose key starts with `prefix`, in key order. */
  list<T>(prefix: string): Array<{ key: string; value: T }>
}

/** One message of a person, as its platform gave it. */
export interface InboundMessage {
  /** The platform's id of this update, which a repeat has too. Unique within its source. */
  readonly id: string
  /** The account it came to, for a platform with several; else empty. */
  readonly source: string
  /** Where an answer goes, as the platform (and `send`) names it. `<channel>:<chat>` is the session. */
  readonly chat: string
  readonly sender: string
  /** How people know the sender, for the owner who decides about a stranger. */
  readonly senderName?: string
  /** What was said; for attachments without words it is empty. Commands start with a `/`, without a bot's name. */
  readonly text: string
  readonly group: boolean
  /** In a group: it speaks to this bot (a mention, an answer to it, a command). Not looked at in private chats. */
  readonly addressed: boolean
  /** What an answer to exactly this message refers to. */
  readonly messageId?: string
  readonly attachments?: readonly Attachment[]
}

export type AttachmentKind = 'image' | 'voice' | 'audio' | 'video' | 'file'

export interface Attachment {
  readonly kind: AttachmentKind
  /** What `Channel.download` needs to fetch it, JSON. Kept in the database until then. */
  readonly ref: unknown
  readonly name?: string
  readonly mime?: string
  /** Bytes, where the platform says. */
  readonly size?: number
  /** What the platform heard in a voice message. */
  readonly transcript?: string
}

/** A file that came with a message. */
export interface DownloadedFile {
  readonly name: string
  readonly body: ReadableStream<Uint8Array>
}

/** What goes to a chat, as tools, turns and cron jobs put it into the outbox. */
export interface OutgoingMessage {
  readonly action: 'send' | 'edit' | 'delete' | 'react'
  readonly text?: string
  /** send: an http(s) URL or a path in the workspace. */
  readonly media?: string
  /** edit, delete, react. */
  readonly messageId?: string
  readonly emoji?: string
  /** send: the message this one answers. */
  readonly replyTo?: string
  readonly buttons?: ReadonlyArray<ReadonlyArray<{ text: string; data: string }>>
  /** send: a draft that `Channel.draft` made of this text while it grew; it becomes the message instead of a new one. */
  readonly draft?: string
}

/** One request to the platform. `parts` makes them of a message; each goes out, and is recorded, by itself. */
export interface OutgoingPart {
  readonly action: OutgoingMessage['action']
  readonly text?: string
  readonly messageId?: string
  readonly emoji?: string
  readonly replyTo?: string
  readonly buttons?: OutgoingMessage['buttons']
  /** True for the part that carries the message's file; `SendContext.file` has it. */
  readonly file?: boolean
  readonly draft?: string
}

/** A file of the workspace or the web on its way out, within `MAX_OUTGOING_BYTES`. */
export interface OutgoingFile {
  readonly name: string
  readonly mime: string
  readonly bytes: Uint8Array
}

export interface SendContext {
  readonly signal: AbortSignal
  /** The same for every attempt at this part, and for no other: where the platform knows such keys it sends once. */
  readonly key: string
  readonly file?: OutgoingFile
  /** 1 for the first attempt at this part. */
  readonly attempt: number
}

export interface Sent {
  /** The platform's id of the new message, where it tells. */
  readonly messageId?: string
}

/** How an attempt to send failed. What is none of these counts as `ambiguous`. */
export type DeliveryFailure =
  /** It did not arrive; try again, not before `retryAfterMs` if given. */
  | 'later'
  /** It may have arrived. It is sent again, with the same key. */
  | 'ambiguous'
  /** It never will arrive: the platform refuses this message or this chat. */
  | 'refused'
  /** The platform takes nothing for this chat until its person writes again. */
  | 'until_inbound'
  /** The account's login is over: nothing of it can go out until its owner logs in again. */
  | 'login'

export class DeliveryError extends Error {
  readonly failure: DeliveryFailure
  readonly retryAfterMs: number | undefined

  constructor(failure: DeliveryFailure, message: string, retryAfterMs?: number, options?: { cause?: unknown }) {
    super(message, options)
    this.name = 'DeliveryError'
    this.failure = failure
    this.retryAfterMs = retryAfterMs
  }
}

/** A poll that the owner must end: bad token, expired login. The source rests until its settings or login change. */
export class LoginNeeded extends Error {
  override readonly name = 'LoginNeeded'
}

export interface Poll {
  /** The platform has more now: poll again without pause. */
  readonly more?: boolean
}

/** What the owner sees of a channel or of one of its accounts. */
export interface ChannelHealth {
  readonly source: string
  readonly state: 'connecting' | 'connected' | 'failing' | 'login_needed'
  /** For people, no secret. */
  readonly detail?: string
}

/** An open channel. All that can wait takes a signal and ends soon after it. */
export interface Channel {
  /** The accounts to poll now (`['']` where there is just one); none for a channel that is pushed to. */
  sources?(): readonly string[]
  /**
   * Asks the platform for news of a source once, for at most `waitMs`, and hands them to `receive`. A quiet platform is no
   * failure. Throws `LoginNeeded`, or anything else for a failure after which it is called again, later and later.
   */
  poll?(source: string, options: { waitMs: number; signal: AbortSignal }): Promise<Poll>
  /** Called once after opening and again after a failure: registers webhooks, commands. */
  start?(signal: AbortSignal): Promise<void>
  /** A request of the platform to `hookUrl`, not authenticated yet. Hands the news to `receive` before it answers. */
  hook?(request: Request): Promise<Response>
  /** Holds a connection open (Node only) until it breaks or the signal comes; whoever calls connects again. */
  connect?(signal: AbortSignal): Promise<void>

  /** Cuts a message to what the platform takes at once. The same parts for the same message, in every life. */
  parts(message: OutgoingMessage): readonly OutgoingPart[] | Promise<readonly OutgoingPart[]>
  /** Sends one part; throws `DeliveryError`. */
  send(chat: string, part: OutgoingPart, context: SendContext): Promise<Sent>
  /** At least this long between two sends to one chat, ms. Default 0. */
  readonly pauseMs?: number
  /** Shows in the chat that an answer is being written; lapses by itself. Failing is of no consequence. */
  typing?(chat: string, signal: AbortSignal): Promise<void>
  /** How often `typing` must be repeated while it lasts, ms. Default 4500. */
  readonly typingMs?: number
  /**
   * Shows an answer while it grows: makes a draft of `text`, or changes the one named, and gives its name; null when this
   * channel's settings want none. The finished answer comes through `send` with that `draft`.
   */
  draft?(
    chat: string,
    text: string,
    options: { draft?: string; replyTo?: string; signal: AbortSignal },
  ): Promise<string | null>
  /** Fetches an attachment; called after its sender was admitted. */
  download?(attachment: Attachment, signal: AbortSignal): Promise<DownloadedFile>

  /** People who need no approval beside the config's lists: who paired an account owns it. */
  owners?(): readonly string[]
  health(): readonly ChannelHealth[]
  /** Asks the platform who we are, for `clawgo channel test`; the answer is for people. */
  test?(signal: AbortSignal): Promise<string>
  /** Stops what it does by itself. Polls, connections and sends were told by their signals. */
  close(): void | Promise<void>
}
