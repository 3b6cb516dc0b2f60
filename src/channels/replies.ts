/**
 * What a turn of a channel ends with: exactly one message in the outbox, or none when there is nothing to say. The entry
 * and the end of the received message are one commit; what a crash left out is made up for at the next start.
 */
import type { Outcome, TurnEngine } from '../chat/index.ts'
import { messageOf } from '../errors.ts'
import type { Outbox } from '../outbox/index.ts'
import type { Platform } from '../platform.ts'
import type { Agenda } from '../schedule/index.ts'
import type { InboundMessage } from './channel.ts'
import type { Inbox } from './inbox.ts'
import { replyMessage } from './reply-text.ts'
import type { InboundRow } from './tables.ts'

export interface RepliesDeps {
  platform: Pick<Platform, 'db' | 'now' | 'log' | 'background' | 'fault'>
  agenda: Agenda
  inbox: Inbox
  outbox: Outbox
  engine: TurnEngine
  outcome(turn: number): Outcome
  /** Resolves when nothing more is shown of a growing answer. */
  shown(turn: number): Promise<void>
  /** A turn of this chat has ended. */
  ended(row: InboundRow): void
}

const CLOCK = 'channel-replies'
/** An answer that could not be put into the outbox is tried again after this long. */
const RETRY_MS = 30_000

export class Replies {
  readonly #deps: RepliesDeps
  /** Turns that have ended and whose last draft is waited for. */
  readonly #ending = new Set<number>()

  constructor(deps: RepliesDeps) {
    this.#deps = deps
    deps.engine.onEnd((turn) => this.#turnEnded(turn))
    deps.agenda.on(CLOCK, () => void this.recover())
  }

  /**
   * Answers the turns whose end nobody saw through, in this life or an earlier one; gives the rows whose turns still run.
   * One that cannot be answered now keeps nobody else waiting.
   */
  recover(): InboundRow[] {
    const running: InboundRow[] = []
    for (const row of this.#deps.inbox.inState('turn')) {
      if (!this.#hasEnded(row.turn!)) running.push(row)
      else if (!this.#ending.has(row.turn!)) this.#tryReply(row.turn!)
    }
    return running
  }

  /** Called at every end of a turn, and when one is given back at a shutdown. */
  #turnEnded(turn: number): void {
    const { platform, inbox, shown } = this.#deps
    const row = inbox.ofTurn(turn)
    if (row?.state !== 'turn' || !this.#hasEnded(turn)) return
    this.#ending.add(turn)
    // The final answer must not be overtaken by a draft that is on its way.
    platform.background(
      shown(turn)
        .catch(() => {})
        .then(() => {
          this.#ending.delete(turn)
          this.#tryReply(turn)
        }),
    )
  }

  #tryReply(turn: number): void {
    const { platform, agenda } = this.#deps
    try {
      this.#reply(turn)
    } catch (error) {
      platform.log.error('a turn was not answered yet', { turn, error: messageOf(error) })
      agenda.at(CLOCK, '', platform.now() + RETRY_MS)
    }
  }

  #hasEnded(turn: number): boolean {
    const row = this.#deps.engine.turn(turn)
    return row === null || row.ended_at !== null
  }

  #reply(turn: number): void {
    const { platform, inbox, outbox, outcome } = this.#deps
    platform.fault?.('turn-ended')
    const row = platform.db.transaction(() => {
      const current = inbox.ofTurn(turn)
      if (current?.state !== 'turn') return null
      const { messageId } = JSON.parse(current.message) as InboundMessage
      const body = this.#deps.engine.turn(turn) && replyMessage(outcome(turn), { messageId, draft: current.draft })
      if (body) outbox.put({ channel: current.channel, chat: current.chat, body: { ...body }, key: `turn:${turn}` })
      inbox.done(current.n)
      platform.fault?.('reply')
      return current
    })
    platform.fault?.('reply-stored')
    if (row) this.#deps.ended(row)
  }
}
