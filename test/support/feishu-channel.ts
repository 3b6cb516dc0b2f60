/** A channel on the stand-in platform, with what the gateway would bring: state, an inbox that drops repeats. */
import { onTestFinished } from 'vitest'
import type { Channel, ChannelState, InboundMessage, OutgoingPart, Sent } from '../../src/channels/channel.ts'
import type { LongConnection } from '../../src/channels/feishu/index.ts'
import { type FeishuSettings, feishu } from '../../src/channels/feishu/index.ts'
import { type FeishuServer, type FeishuServerOptions, startFeishuServer } from './feishu-server.ts'

export interface TestChannel {
  readonly server: FeishuServer
  readonly channel: Channel
  /** What the gateway has taken, each once. */
  readonly received: InboundMessage[]
  readonly logged: string[]
  /** Sends a text as the outbox would: part by part, each until it is out. */
  send(chat: string, text: string, key?: string): Promise<Sent[]>
  attempt(chat: string, part: OutgoingPart, key?: string): Promise<Sent>
  /** The next `receive` fails. */
  full(): void
}

export interface TestChannelOptions extends FeishuServerOptions {
  hookUrl?: string | null
  connection?: LongConnection
  settings?: Partial<FeishuSettings>
  now?: () => number
}

/** Opens the channel for the running test. */
export async function openTestChannel(options: TestChannelOptions = {}): Promise<TestChannel> {
  const server = await startFeishuServer(options)
  onTestFinished(() => server.close())
  const received: InboundMessage[] = []
  const logged: string[] = []
  let full = false
  const line = (message: string, fields?: object) => void logged.push(`${message} ${JSON.stringify(fields ?? {})}`)
  const { appId, appSecret, encryptKey, verificationToken } = server.secrets
  const channel = feishu.open({
    settings: {
      domain: server.url,
      app_id: appId,
      app_secret: appSecret,
      encrypt_key: encryptKey,
      verification_token: verificationToken,
      ...options.settings,
    },
    platform: {
      runtime: 'node',
      fetch: globalThis.fetch,
      now: options.now ?? Date.now,
      log: { debug: line, info: line, warn: line, error: line },
      background: () => {},
      ...(options.connection && { feishuConnection: options.connection }),
    },
    state: memoryState(),
    receive(messages, also) {
      if (full) {
        full = false
        throw new Error('no room')
      }
      for (const message of messages) if (!received.some(({ id }) => id === message.id)) received.push(message)
      also?.()
    },
    hookUrl: options.hookUrl ?? null,
    changed() {},
  })
  const attempt = (chat: string, part: OutgoingPart, key = 'key') =>
    channel.send(chat, part, { signal: AbortSignal.timeout(5000), key, attempt: 1 })
  return {
    server,
    channel,
    received,
    logged,
    attempt,
    async send(chat, text, key = crypto.randomUUID()) {
      const sent: Sent[] = []
      for (const [at, part] of (await channel.parts({ action: 'send', text })).entries()) {
        sent.push(await attempt(chat, part, `${key}:${at}`))
      }
      return sent
    },
    full() {
      full = true
    },
  }
}

function memoryState(): ChannelState {
  const kept = new Map<string, string>()
  return {
    get: <T>(key: string) => (kept.has(key) ? (JSON.parse(kept.get(key)!) as T) : null),
    set: (key, value) => void (value === null ? kept.delete(key) : kept.set(key, JSON.stringify(value))),
    list: <T>(prefix: string) =>
      [...kept]
        .filter(([key]) => key.startsWith(prefix))
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, value]) => ({ key, value: JSON.parse(value) as T })),
  }
}
