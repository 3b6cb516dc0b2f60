/** An open Telegram channel against the Bot API of the tests, on the gateway's own tables. */
import { nodeDatabase } from '../../adapters/node/database.ts'
import type { Channel, ChannelHealth, InboundMessage } from '../../src/channels/channel.ts'
import { channelState } from '../../src/channels/state.ts'
import { channelMigrations } from '../../src/channels/tables.ts'
import { type TelegramSettings, telegram } from '../../src/channels/telegram/index.ts'
import { migrate } from '../../src/db/index.ts'
import type { Database, Log } from '../../src/platform.ts'
import { startTelegramServer, type TelegramServer } from './telegram-server.ts'

export interface TelegramChannelOptions {
  server?: TelegramServer
  /** What an earlier channel left. */
  db?: Database
  settings?: Partial<TelegramSettings>
  hookUrl?: string | null
  now?: () => number
}

export interface OpenTelegramChannel {
  readonly server: TelegramServer
  readonly channel: Required<Omit<Channel, 'connect' | 'owners' | 'typingMs'>>
  readonly db: Database
  /** What `receive` was given, repeats left out. */
  readonly received: InboundMessage[]
  /** Every word that was logged, and every error that the channel showed. */
  readonly said: string[]
  /** How often the channel said that it changed. */
  changes(): number
  health(): ChannelHealth
  /** One poll that does not wait. */
  poll(waitMs?: number): Promise<{ more?: boolean }>
  /** What background work there is has ended. */
  idle(): Promise<void>
}

/** Opens the channel of `server`, or of a new one that the caller closes. */
export async function openTelegramChannel({
  server: given,
  db = nodeDatabase(':memory:'),
  settings = {},
  hookUrl = null,
  now = Date.now,
}: TelegramChannelOptions = {}): Promise<OpenTelegramChannel> {
  const server = given ?? (await startTelegramServer())
  migrate(db, [channelMigrations])
  const received: InboundMessage[] = []
  const known = new Set<string>()
  const said: string[] = []
  const work: Array<Promise<unknown>> = []
  let changes = 0
  const line = (message: string, fields?: unknown) => void said.push(`${message} ${JSON.stringify(fields)}`)
  const log: Log = { debug: line, info: line, warn: line, error: line }
  const channel = telegram.open({
    settings: { token: server.token, streaming: true, api_root: server.url, ...settings },
    platform: { runtime: 'node', fetch, now, log, background: (task) => void work.push(task) },
    state: channelState(db, 'telegram'),
    hookUrl,
    receive: (messages, also) =>
      db.transaction(() => {
        for (const message of messages) {
          if (known.has(message.id)) continue
          known.add(message.id)
          received.push(message)
        }
        also?.()
      }),
    changed: () => {
      changes += 1
    },
  }) as OpenTelegramChannel['channel']
  return {
    server,
    channel,
    db,
    received,
    said,
    changes: () => changes,
    health: () => channel.health()[0]!,
    poll: (waitMs = 0) => channel.poll('', { waitMs, signal: AbortSignal.timeout(20_000) }),
    idle: async () => void (await Promise.all(work)),
  }
}
