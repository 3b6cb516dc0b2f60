/**
 * From a received message to a turn: one message of a chat after the other, chats side by side. Every step starts from the
 * message's row and ends in one commit, so a crash anywhere leads to the same turn, once.
 */
import type { TurnEngine } from '../chat/index.ts'
import { GatewayError, messageOf } from '../errors.ts'
import type { Outbox } from '../outbox/index.ts'
import type { Platform } from '../platform.ts'
import type { Agenda } from '../schedule/index.ts'
import type { Uploads } from '../uploads/index.ts'
import { type Admission, type AdmissionSettings, admit } from './admission.ts'
import { takeIn } from './attachments.ts'
import type { Channel, InboundMessage } from './channel.ts'
import type { Inbox } from './inbox.ts'
import { type People, shownCode } from './people.ts'
import { NOTHING_RUNS, STOPPED } from './reply-text.ts'
import type { InboundRow } from './tables.ts'

/** The part of an open channel that receiving needs. */
export interface Receiver {
  readonly channel: Channel
  readonly admission: AdmissionSettings
}

export interface IntakeDeps {
  platform: Pick<Platform, 'db' | 'now' | 'log' | 'background' | 'fault'>
  inbox: Inbox
  people: People
  outbox: Outbox
  engine: TurnEngine
  agenda: Agenda
  uploads: Pick<Uploads, 'save'>
  open(channel: string): Receiver | null
  /** The names of the open channels. */
  channels(): string[]
  /** A message has become a turn. */
  accepted(row: InboundRow, turn: number): void
}

const CHATS_AT_ONCE = 8
const CLOCK = 'inbox'
/** While messages are worked on the alarm is this near, in case this life does not see their end. */
const KEEP_ALIVE_MS = 60_000
/** A full queue, a gateway that shuts down: 5 s, doubling to 5 minutes. The end of a turn in the chat hurries it. */
const RETRY_MS = 5000
const RETRY_MAX_MS = 5 * 60_000
/** A fault of ours that one message meets as often ends it: what stands behind it in its chat must not wait for ever. */
const MAX_TRIES = 20
const STOP = '/stop'

export class Intake {
  readonly #deps: IntakeDeps
  readonly #busy = new Set<string>()
  readonly #closing = new AbortController()

  constructor(deps: IntakeDeps) {
    this.#deps = deps
    deps.agenda.on(CLOCK, () => this.pump())
  }

  /** Takes messages over: when this returns they are durable, together with what `also` writes. */
  receive(channel: string, messages: readonly InboundMessage[], also?: () => void): void {
    const { platform, inbox, outbox, agenda } = this.#deps
    const added = platform.db.transaction(() => {
      const fresh = inbox.add(channel, messages)
      for (const chat of new Set(messages.map((message) => message.chat))) outbox.release(channel, 'inbound', chat)
      if (fresh) agenda.at(CLOCK, '', Math.min(agenda.due(CLOCK, '') ?? Infinity, platform.now() + KEEP_ALIVE_MS))
      also?.()
      platform.fault?.('inbound')
      return fresh
    })
    platform.fault?.('inbound-stored')
    // Afterwards: `receive` may be called inside of a transaction of the channel.
    if (added) queueMicrotask(() => this.pump())
  }

  /** Starts on every chat that has a message due. Never waits. */
  pump(): void {
    if (this.#closing.signal.aborted) return
    const { inbox, platform, channels } = this.#deps
    const open = channels()
    for (const row of inbox.waitingFor(open, STOP)) this.#stop(row)
    for (const { channel, chat } of inbox.ready(open)) {
      if (this.#busy.size >= CHATS_AT_ONCE) break
      const key = `${channel}\n${chat}`
      if (this.#busy.has(key)) continue
      this.#busy.add(key)
      platform.background(
        this.#chat(channel, chat)
          .catch((error: unknown) => platform.log.error('the inbox failed', { channel, error: messageOf(error) }))
          .finally(() => {
            this.#busy.delete(key)
            this.pump()
          }),
      )
    }
    this.#arm(open)
  }

  /** What waits in a chat may go on: a turn of it has ended. */
  hurry(channel: string, chat: string): void {
    if (this.#deps.inbox.hurry(channel, chat)) this.pump()
  }

  close(): void {
    this.#closing.abort(new Error('the gateway is shutting down'))
  }

  /** One chat, until nothing of it is due. */
  async #chat(channel: string, chat: string): Promise<void> {
    const { inbox, platform } = this.#deps
    for (let row = inbox.next(channel, chat); row; row = inbox.next(channel, chat)) {
      const receiver = this.#deps.open(channel)
      if (!receiver || this.#closing.signal.aborted) return
      try {
        await this.#take(row, receiver)
      } catch (error) {
        if (this.#closing.signal.aborted) return
        if (this.#refuse(row, receiver, error)) continue
        inbox.later(row.n, platform.now() + Math.min(RETRY_MS * 2 ** row.tries, RETRY_MAX_MS))
      }
    }
  }

  /**
   * What will not become a turn later either (the budget is spent, the home is full) is told to whoever asked. False for
   * a full queue and a gateway that shuts down, and for faults of ours: those are tried again, the faults for an hour.
   */
  #refuse(row: InboundRow, receiver: Receiver, error: unknown): boolean {
    const { platform, inbox, outbox } = this.#deps
    const known = error instanceof GatewayError && error.status !== 500 ? error : null
    if (!known) {
      platform.log.error('a received message could not be taken', { channel: row.channel, error: messageOf(error) })
      if (row.tries < MAX_TRIES) return false
    } else if (known.status === 429 || known.status > 500) return false
    const isOwner = this.#admission(row, JSON.parse(row.message) as InboundMessage, receiver).as === 'owner'
    const text = isOwner && known ? `I cannot answer: ${known.message}` : 'I cannot answer at the moment.'
    platform.db.transaction(() => {
      outbox.put({ channel: row.channel, chat: row.chat, body: { action: 'send', text }, key: answerKey(row) })
      inbox.done(row.n, known?.code ?? 'failed')
    })
    return true
  }

  /** One message: nobody's business, a stranger's, or a turn. */
  async #take(row: InboundRow, receiver: Receiver): Promise<void> {
    const { platform, inbox, engine } = this.#deps
    const { db, fault } = platform
    const message = JSON.parse(row.message) as InboundMessage
    const admission = this.#admission(row, message, receiver)
    if (admission.as === 'ignored') return inbox.done(row.n, admission.why)
    if (admission.as === 'stranger') return this.#greet(row, message)
    const taken = await takeIn(message.attachments ?? [], {
      channel: receiver.channel,
      uploads: this.#deps.uploads,
      log: platform.log,
      signal: this.#closing.signal,
    })
    // Cut off by the end of this life: the next one fetches what this one could not.
    this.#closing.signal.throwIfAborted()
    const text = [said(message), ...taken.lines].filter((line) => line !== '').join('\n')
    if (text === '') return inbox.done(row.n, 'empty')
    fault?.('downloaded')
    const accepted = db.transaction(() => {
      // Stopped while its files were fetched.
      if (!inbox.isWaiting(row.n)) return null
      const input = {
        text,
        ...(taken.media.length > 0 ? { media: taken.media } : {}),
        channel: row.channel,
        chat: row.chat,
        owner: admission.as === 'owner',
      }
      const { n } = engine.enqueue(`${row.channel}:${row.chat}`, input, `${row.channel}:${row.source}:${row.id}`)
      inbox.becameTurn(row.n, n)
      fault?.('turn')
      return n
    })
    if (accepted === null) return
    fault?.('turn-stored')
    engine.start()
    this.#deps.accepted({ ...row, state: 'turn', turn: accepted }, accepted)
  }

  #admission(row: InboundRow, message: InboundMessage, { channel, admission }: Receiver): Admission {
    return admit(message, {
      settings: admission,
      owners: channel.owners?.() ?? [],
      approved: this.#deps.people.role(row.channel, row.sender),
    })
  }

  /** A stranger: what they wrote is kept, and they are told, once an hour, how to be let in. */
  #greet(row: InboundRow, message: InboundMessage): void {
    const { platform, inbox, people, outbox } = this.#deps
    const { channel, sender, chat } = row
    platform.db.transaction(() => {
      inbox.keepForApproval(row)
      const code = people.code({ channel, sender, chat, name: message.senderName?.slice(0, 100) ?? null })
      if (code === null) return
      const text =
        `This is somebody's personal assistant, and we have not met. To be let in, tell its owner this code: ` +
        `${shownCode(code)}\nIt is good for one hour. The owner types: clawgo channel approve ${shownCode(code)}`
      outbox.put({ channel, chat, body: { action: 'send', text }, key: answerKey(row) })
    })
  }

  /**
   * `/stop` acts at once, past what waits in its chat. A guest stops no turn of the owner. Where nothing runs yet it is
   * about what its sender wrote before, which came together with it or is still being taken in.
   */
  #stop(row: InboundRow): void {
    const { platform, inbox, engine, outbox } = this.#deps
    const receiver = this.#deps.open(row.channel)
    if (!receiver) return
    const admission = this.#admission(row, JSON.parse(row.message) as InboundMessage, receiver)
    // Strangers are greeted in their order like for any other word.
    if (admission.as === 'stranger' || admission.as === 'ignored') return
    const turn = engine.current(`${row.channel}:${row.chat}`)
    const may = turn !== null && (admission.as === 'owner' || !(JSON.parse(turn.input) as { owner: boolean }).owner)
    const ours = may && inbox.ofTurn(turn.n) !== null
    // Stopped before the message is done with: a crash in between stops again.
    if (may) engine.stop(turn.n)
    platform.db.transaction(() => {
      const unheard = turn === null ? inbox.waitingBefore(row) : []
      for (const { n } of [...unheard, row]) inbox.done(n, 'stop')
      // A turn of this channel says "Stopped." as it ends; it has the draft that must go.
      if (ours) return
      outbox.put({
        channel: row.channel,
        chat: row.chat,
        body: { action: 'send', text: may || unheard.length > 0 ? STOPPED : NOTHING_RUNS },
        key: answerKey(row),
      })
    })
  }

  #arm(open: readonly string[]): void {
    const { inbox, agenda, platform } = this.#deps
    const due = inbox.nextDue(open)
    const set = agenda.due(CLOCK, '')
    if (due === null) {
      if (set !== null) agenda.cancel(CLOCK, '')
      return
    }
    const at = Math.max(due, platform.now() + (this.#busy.size > 0 ? KEEP_ALIVE_MS : 1000))
    if (set === null || set > at || set <= platform.now()) agenda.at(CLOCK, '', at)
  }
}

const answerKey = (row: InboundRow) => `inbound:${row.channel}:${row.source}:${row.id}`

/** The words of a message; in a group with who said them, unless they are a command. */
function said(message: InboundMessage): string {
  const text = message.text.trim()
  const name = message.senderName
    ?.replace(/[\s:[\]]+/g, ' ')
    .trim()
    .slice(0, 64)
  return message.group && name && text !== '' && !text.startsWith('/') ? `${name}: ${text}` : text
}
