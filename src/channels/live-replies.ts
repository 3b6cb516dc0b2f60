/**
 * What a chat sees while its answer is being written: that somebody types, and, where the channel shows drafts, the answer
 * as it grows. Never of consequence: whatever fails here, the final answer goes out.
 *
 * Drafts: one change a second at most, the whole text so far. The draft's name is stored as soon as it is known, so that
 * the final answer takes its place also after a restart (channels.md section 5.1). That one is asked for is stored before:
 * whose name was lost is not made a second time, so a death or a lost answer leaves one stray draft at most. Nothing better
 * is possible where the platform neither lets us name a message nor find it.
 */
import type { TurnEngine, TurnEvent } from '../chat/index.ts'
import { messageOf } from '../errors.ts'
import type { Outbox } from '../outbox/index.ts'
import type { Platform } from '../platform.ts'
import { pause } from './backoff.ts'
import { type Channel, DeliveryError, type InboundMessage } from './channel.ts'
import type { Inbox } from './inbox.ts'
import { growingReply } from './reply-text.ts'
import { type InboundRow, UNKNOWN_DRAFT } from './tables.ts'

export interface LiveRepliesDeps {
  platform: Pick<Platform, 'log' | 'background' | 'fault'>
  inbox: Inbox
  outbox: Pick<Outbox, 'isBusy'>
  engine: TurnEngine
  /** The open channel of this name. */
  channel(name: string): Channel | null
}

/** Before the first typing: a command is answered sooner than that. */
const TYPING_AFTER_MS = 250
const TYPING_MS = 4500
const DRAFT_MS = 1000
/** A request that only shows something takes no longer than this. */
const SHOW_MS = 10_000
/** The final answer waits this long for a draft that is on its way. */
const LAST_DRAFT_MS = 5000
/** After as many failures there are no more drafts for this turn. */
const DRAFT_FAILURES = 3

interface Following {
  /** The turn has ended: begin nothing more. */
  ended: AbortController
  /** Ends what is under way. */
  cut: AbortController
  drafting: Promise<void>
}

export class LiveReplies {
  readonly #deps: LiveRepliesDeps
  readonly #following = new Map<number, Following>()
  readonly #closing = new AbortController()

  constructor(deps: LiveRepliesDeps) {
    this.#deps = deps
  }

  /** Shows what becomes of the turn of this message, to its end. */
  follow(row: InboundRow): void {
    const turn = row.turn!
    if (this.#closing.signal.aborted || this.#following.has(turn)) return
    const ended = new AbortController()
    const cut = new AbortController()
    const stop = AbortSignal.any([ended.signal, this.#closing.signal])
    const hard = AbortSignal.any([cut.signal, this.#closing.signal])
    const drafting = this.#draft(row, stop, hard).catch((error: unknown) => this.#failed(row, error))
    const typing = this.#type(row, stop).catch((error: unknown) => this.#failed(row, error))
    this.#following.set(turn, { ended, cut, drafting })
    this.#deps.platform.background(Promise.all([drafting, typing]).then(() => void this.#following.delete(turn)))
    // A turn that ended before it was followed.
    const known = this.#deps.engine.turn(turn)
    if (!known || known.ended_at !== null) ended.abort()
  }

  /** Ends what is shown of a turn; resolves when no draft of it is on its way any more, after 5 s at the latest. */
  async settle(turn: number): Promise<void> {
    const following = this.#following.get(turn)
    if (!following) return
    following.ended.abort()
    const late = new AbortController()
    await Promise.race([following.drafting, pause(LAST_DRAFT_MS, AbortSignal.any([late.signal, this.#closing.signal]))])
    late.abort()
    following.cut.abort()
  }

  close(): void {
    this.#closing.abort()
  }

  async #type(row: InboundRow, stop: AbortSignal): Promise<void> {
    await pause(TYPING_AFTER_MS, stop)
    while (!stop.aborted) {
      const channel = this.#deps.channel(row.channel)
      const running = this.#deps.engine.turn(row.turn!)?.state === 'running'
      if (running && channel?.typing) {
        const signal = AbortSignal.any([stop, AbortSignal.timeout(SHOW_MS)])
        await channel.typing(row.chat, signal).catch((error: unknown) => this.#failed(row, error))
      }
      await pause(channel?.typingMs ?? TYPING_MS, stop)
    }
  }

  async #draft(row: InboundRow, stop: AbortSignal, hard: AbortSignal): Promise<void> {
    const { messageId } = JSON.parse(row.message) as InboundMessage
    if (!this.#deps.channel(row.channel)?.draft || row.draft === UNKNOWN_DRAFT) return
    const growing = this.#read(row.turn!, stop)
    let draft = row.draft
    let shown = ''
    for (let failures = 0; failures < DRAFT_FAILURES && draft !== UNKNOWN_DRAFT && !stop.aborted; ) {
      const { text, replyTo } = growingReply(growing.text(), messageId)
      let wait = DRAFT_MS
      if (text !== '' && text !== shown && (draft !== null || this.#isNext(row))) {
        const signal = AbortSignal.any([hard, AbortSignal.timeout(SHOW_MS)])
        const options = { ...(draft !== null && { draft }), ...(replyTo && { replyTo }), signal }
        const channel = this.#deps.channel(row.channel)
        if (!channel?.draft) return
        if (draft === null) this.#deps.inbox.setDraft(row.n, UNKNOWN_DRAFT)
        try {
          const name = await channel.draft(row.chat, text, options)
          this.#deps.platform.fault?.('drafted')
          if (name === null) {
            if (draft === null) this.#deps.inbox.setDraft(row.n, null)
            return
          }
          if (name !== draft) this.#deps.inbox.setDraft(row.n, name)
          draft = name
          shown = text
        } catch (error) {
          failures++
          this.#failed(row, error)
          // One that is known not to be there can be asked for again.
          if (draft === null && wasNotMade(error)) this.#deps.inbox.setDraft(row.n, null)
          else draft ??= UNKNOWN_DRAFT
          wait = Math.max(DRAFT_MS * 3, error instanceof DeliveryError ? (error.retryAfterMs ?? 0) : 0)
        }
      }
      await pause(wait, stop)
    }
  }

  /** Everything before it has reached the chat: a draft stands where it was made, and its answer with it. */
  #isNext(row: InboundRow): boolean {
    return !this.#deps.inbox.isBehind(row) && !this.#deps.outbox.isBusy(row.channel, row.chat)
  }

  /** Follows the text of the step that is being written. */
  #read(turn: number, stop: AbortSignal): { text(): string } {
    let events: Array<Extract<TurnEvent, { type: 'text' | 'step' }>> = []
    const read = async () => {
      for await (const batch of this.#deps.engine.read(turn, 0, stop)) {
        for (const event of batch) {
          if (event.type === 'rewind') events = events.filter(({ seq }) => seq <= event.to)
          else if (event.type === 'text' || event.type === 'step') events.push(event)
        }
      }
    }
    this.#deps.platform.background(read())
    return {
      text() {
        const step = events.findLastIndex(({ type }) => type === 'step')
        return events
          .slice(step + 1)
          .map((event) => (event.type === 'text' ? event.text : ''))
          .join('')
      },
    }
  }

  #failed(row: InboundRow, error: unknown): void {
    this.#deps.platform.log.debug('a chat was not shown what is being written', {
      channel: row.channel,
      error: messageOf(error),
    })
  }
}

/** The platform says that nothing came of it. */
const wasNotMade = (error: unknown) => error instanceof DeliveryError && error.failure !== 'ambiguous'
