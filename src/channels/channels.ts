/**
 * The room of the chat channels: what comes from people becomes turns, what turns answer goes out, and the channels
 * themselves are kept open as the config says.
 */
import type { Chat } from '../chat/index.ts'
import { badRequest, GatewayError, messageOf, notFound } from '../errors.ts'
import type { EventHub } from '../events/index.ts'
import type { Files } from '../files/index.ts'
import { Delivery, type Outbox, type OutboxMessage, outgoingFile } from '../outbox/index.ts'
import type { Platform } from '../platform.ts'
import type { Agenda } from '../schedule/index.ts'
import type { Uploads } from '../uploads/index.ts'
import { carrierOf } from './carrier.ts'
import type { ChannelHealth, ChannelKind } from './channel.ts'
import { ChannelHost, type ChannelStatus } from './host.ts'
import { Inbox } from './inbox.ts'
import { Intake } from './intake.ts'
import { LiveReplies } from './live-replies.ts'
import { type PairingCode, People, type Person, type Role } from './people.ts'
import { Replies } from './replies.ts'

export interface ChannelsDeps {
  platform: Platform
  kinds: readonly ChannelKind[]
  agenda: Agenda
  outbox: Outbox
  chat: Chat
  uploads: Uploads
  events: EventHub
  workspace(): Files
  /** `tools.web.allow_private_hosts`. */
  allowPrivateHosts(): readonly string[]
  /** A channel's section of the config in force. */
  section(channel: string): unknown
  /** Where the gateway is reached from the internet, without a slash at the end; null when it is not. */
  publicUrl(): string | null
}

/** What people see of a channel. */
export interface ChannelView extends ChannelStatus {
  name: string
  accounts: readonly ChannelHealth[]
  /** Received messages that are not answered yet, and messages on their way out. */
  waiting: number
  held: number
  ambiguous: number
  failed: number
  people: Person[]
  codes: PairingCode[]
}

const PRUNE_CLOCK = 'inbox-prune'
const HOUR_MS = 3600_000
const DAY_MS = 24 * HOUR_MS
/** `clawgo channel test` waits this long for its message. */
const TEST_MS = 20_000

export class Channels {
  readonly #deps: ChannelsDeps
  readonly #inbox: Inbox
  readonly #people: People
  readonly #host: ChannelHost
  readonly #intake: Intake
  readonly #live: LiveReplies
  readonly #replies: Replies
  readonly #delivery: Delivery

  constructor(deps: ChannelsDeps) {
    const { platform, agenda, outbox, chat, events } = deps
    const { engine } = chat
    this.#deps = deps
    this.#inbox = new Inbox(platform)
    this.#people = new People(platform)
    this.#delivery = new Delivery({
      outbox,
      platform,
      agenda,
      carrier: (name) => {
        const open = this.#host.get(name)
        return open && carrierOf(open.channel)
      },
      file: (media, signal) =>
        outgoingFile(
          media,
          { workspace: deps.workspace, publicFetch: platform.publicFetch, allow: deps.allowPrivateHosts },
          signal,
        ),
    })
    this.#live = new LiveReplies({
      platform,
      engine,
      outbox,
      inbox: this.#inbox,
      channel: (name) => this.#host.get(name)?.channel ?? null,
    })
    this.#replies = new Replies({
      platform,
      agenda,
      outbox,
      engine,
      inbox: this.#inbox,
      outcome: (turn) => chat.outcome(turn),
      shown: (turn) => this.#live.settle(turn),
      ended: ({ channel, chat: name }) => this.#intake.hurry(channel, name),
    })
    this.#intake = new Intake({
      platform,
      outbox,
      engine,
      agenda,
      inbox: this.#inbox,
      people: this.#people,
      uploads: deps.uploads,
      open: (name) => this.#host.get(name),
      channels: () => this.#host.names(),
      accepted: (row) => {
        events.publish({
          type: 'channel_message',
          direction: 'in',
          channel: row.channel,
          chat: row.chat,
          state: 'accepted',
        })
        this.#live.follow(row)
      },
    })
    this.#host = new ChannelHost({
      platform,
      agenda,
      outbox,
      kinds: deps.kinds,
      section: deps.section,
      publicUrl: deps.publicUrl,
      receive: (name, messages, also) => {
        this.#intake.receive(name, messages, also)
        const [due, day] = [agenda.due(PRUNE_CLOCK, ''), platform.now() + DAY_MS]
        if (messages.length > 0 && (due === null || due > day)) agenda.at(PRUNE_CLOCK, '', day)
      },
      opened: () => this.#intake.pump(),
      healthChanged: (channel, { source, state, detail }) =>
        events.publish({ type: 'channel_health', channel, source, state, ...(detail ? { detail } : {}) }),
    })
    outbox.listen({
      changed: ({ channel, chat: name, state }) =>
        events.publish({ type: 'channel_message', direction: 'out', channel, chat: name, state }),
    })
    agenda.on(PRUNE_CLOCK, () => {
      const next = this.#inbox.prune()
      if (next !== null) agenda.at(PRUNE_CLOCK, '', Math.max(next, platform.now() + HOUR_MS))
    })
  }

  /** The names of the channels this build has, sorted. */
  get names(): string[] {
    return this.#deps.kinds.map(({ name }) => name).sort()
  }

  /** Opens what the config wants, and goes on where an earlier life stopped. After the turns were taken up. */
  async open(): Promise<void> {
    const running = this.#replies.recover()
    await this.#host.sync()
    for (const row of running) this.#live.follow(row)
    this.#delivery.recover()
  }

  /** Follows a changed config. Never fails: what cannot be opened is that channel's problem. */
  sync(): Promise<void> {
    return this.#host.sync()
  }

  /** Begins nothing more and ends what is under way; what was not done is taken up by the next life. */
  close(): Promise<void> {
    this.#intake.close()
    this.#live.close()
    this.#delivery.close()
    return this.#host.close()
  }

  /** What people see of every channel, in the order of their names. */
  list(): ChannelView[] {
    return this.names.map((name) => {
      const { waiting, ...out } = this.#deps.outbox.counts(name)
      return {
        name,
        ...this.#host.status(name),
        accounts: this.#host.health(name),
        waiting: waiting + this.#inbox.waiting(name),
        ...out,
        people: this.#people.list(name),
        codes: this.#people.codes(name),
      }
    })
  }

  /** Whether a channel runs now. */
  isOpen(name: string): boolean {
    return this.#host.get(name) !== null
  }

  /** Answers a request of a platform; null when the channel is not open or takes none. */
  async hook(name: string, request: Request): Promise<Response | null> {
    const open = this.#host.get(name)
    return open?.channel.hook ? open.channel.hook(request) : null
  }

  /**
   * Lets the person with this code in. Without `role` the first one becomes the channel's owner, as long as nobody else
   * is, and everybody after that a guest. What they wrote is answered now.
   */
  approve(code: string, role?: Role): Person {
    const { platform } = this.#deps
    const sender = platform.db.transaction(() => {
      const found = this.#people.take(code)
      this.#let(found.channel, found.sender, role ?? (this.#hasOwner(found.channel) ? 'guest' : 'owner'), found.name)
      return found
    })
    this.#intake.pump()
    return this.#people.list(sender.channel).find((person) => person.sender === sender.sender)!
  }

  /** Changes what somebody may do, also of somebody who never asked; removing a person that is not there is 404. */
  setPerson(channel: string, sender: string, action: 'remove' | Role): void {
    this.#known(channel)
    if (sender.trim() === '') throw badRequest('sender required')
    if (action === 'remove') {
      if (!this.#people.remove(channel, sender)) throw notFound(`nobody called ${sender} was let in to ${channel}`)
      return
    }
    this.#deps.platform.db.transaction(() => this.#let(channel, sender, action, null))
    this.#intake.pump()
  }

  /** Asks the platform who we are; the answer is for people. 400 for a channel that does not run, 502 with the reason. */
  async test(name: string): Promise<string> {
    const { channel } = this.#opened(name)
    if (!channel.test) return `${name} is open`
    try {
      return await channel.test(AbortSignal.timeout(TEST_MS))
    } catch (error) {
      throw new GatewayError(502, 'channel_failed', `${name} does not answer: ${messageOf(error)}`)
    }
  }

  /** Sends a message through the outbox and waits for what becomes of it, 20 s at most. */
  async testSend(name: string, to: string, text: string): Promise<OutboxMessage> {
    this.#opened(name)
    const { id } = this.#deps.outbox.put({ channel: name, chat: to, body: { action: 'send', text } })
    await this.#delivery.settled(id, AbortSignal.timeout(TEST_MS))
    return this.#deps.outbox.get(id)!
  }

  #let(channel: string, sender: string, role: Role, name: string | null): void {
    this.#people.set({ channel, sender, role, name })
    this.#inbox.admit(channel, sender)
  }

  /** Somebody who approves strangers in the chat's place: by the config, by a paired account, or approved before. */
  #hasOwner(name: string): boolean {
    const open = this.#host.get(name)
    const listed = open?.admission.allowFrom.some((each) => each !== '*') ?? false
    return listed || (open?.channel.owners?.() ?? []).length > 0 || this.#people.hasOwner(name)
  }

  #opened(name: string) {
    this.#known(name)
    const open = this.#host.get(name)
    if (open) return open
    const { enabled, problem } = this.#host.status(name)
    throw badRequest(
      problem ?? (enabled ? `${name} is not open yet` : `${name} is not enabled: set channels.${name}.enabled`),
    )
  }

  #known(name: string): void {
    if (!this.names.includes(name)) throw badRequest('unsupported channel')
  }
}
