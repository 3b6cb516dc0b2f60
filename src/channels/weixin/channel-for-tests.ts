/** For this room's tests: the channel on the test's database, and what it hands over to the inbox. */
import { configSchema } from '../../config/index.ts'
import { migrate } from '../../db/index.ts'
import type { Database } from '../../platform.ts'
import type { InboundMessage, OutgoingMessage, OutgoingPart, Sent } from '../channel.ts'
import { Inbox } from '../inbox.ts'
import { channelState } from '../state.ts'
import { channelMigrations } from '../tables.ts'
import { WeixinChannel } from './channel.ts'
import type { WeixinSettings } from './settings.ts'

export interface OpenForTests {
  readonly channel: WeixinChannel
  readonly db: Database
  /** What this channel handed over and the inbox did not know. */
  readonly inbound: InboundMessage[]
  /** Moves the clock. */
  passes(ms: number): void
  /** Polls once. */
  poll(bot: string, waitMs?: number): Promise<unknown>
  /** Sends all parts of a message, as the outbox does; gives what the platform answered. */
  send(chat: string, message: Partial<OutgoingMessage>, key?: string): Promise<Sent[]>
  sendPart(chat: string, part: OutgoingPart, key: string, attempt?: number): Promise<Sent>
}

/** The section of the config, with defaults. */
export const settingsOf = (section: Record<string, unknown>): WeixinSettings =>
  configSchema.parse({ channels: { weixin: section } }).channels.weixin

/** Opens the channel; on the `db` of an earlier one it remembers what that did. */
export function openForTests(section: Record<string, unknown>, db: Database): OpenForTests {
  migrate(db, [channelMigrations])
  let offset = 0
  const now = () => Date.now() + offset
  const inbox = new Inbox({ db, now })
  const inbound: InboundMessage[] = []
  const channel = new WeixinChannel({
    settings: settingsOf(section),
    platform: {
      runtime: 'node',
      fetch,
      now,
      log: { debug() {}, info() {}, warn() {}, error() {} },
      background() {},
    },
    state: channelState(db, 'weixin'),
    receive(messages, also) {
      db.transaction(() => {
        for (const message of messages) if (inbox.add('weixin', [message])) inbound.push(message)
        also?.()
      })
    },
    hookUrl: null,
    changed() {},
  })
  const signal = new AbortController().signal
  const sendPart: OpenForTests['sendPart'] = (chat, part, key, attempt = 1) =>
    channel.send(chat, part, { signal, key, attempt })
  return {
    channel,
    db,
    inbound,
    passes(ms) {
      offset += ms
    },
    poll: (bot, waitMs = 1000) => channel.poll(bot, { waitMs, signal }),
    sendPart,
    async send(chat, message, key = 'k') {
      const sent: Sent[] = []
      for (const [index, part] of channel.parts({ action: 'send', ...message }).entries()) {
        sent.push(await sendPart(chat, part, `${key}:${index}`))
      }
      return sent
    },
  }
}
