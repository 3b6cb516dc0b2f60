/** How Telegram is told where its updates go: to a webhook, or to whoever polls. One excludes the other. */
import type { ChannelState } from '../channel.ts'
import { CALL_TIMEOUT_MS, type TelegramApi, within } from './api.ts'
import { ALLOWED_UPDATES } from './inbound.ts'
import type { BotInfo } from './wire.ts'

/** What Telegram offers when somebody types a `/`. */
const COMMANDS = [
  { command: 'new', description: 'Start a new conversation' },
  { command: 'stop', description: 'Stop the running answer' },
  { command: 'status', description: 'Show the session and its model' },
  { command: 'model', description: 'Show or change the model' },
  { command: 'help', description: 'Show what I can do' },
]

/** A Durable Object opens its channel whenever it wakes: what was registered a while ago is not registered again. */
const KEEP_MS = 60 * 60 * 1000

const BOT = 'bot'
const SECRET = 'webhook/secret'
const REGISTERED = 'registered'

interface Registered {
  readonly bot: number
  /** The webhook; null for polling. */
  readonly url: string | null
  readonly at: number
}

export interface RegistrationDeps {
  readonly api: TelegramApi
  readonly state: ChannelState
  /** The bot's id, which its token begins with: what was kept of another bot does not count. */
  readonly botId: number
  readonly hookUrl: string | null
  now(): number
}

/** Who we are, from the last time or from Telegram. */
export async function whoAmI({ api, state, botId }: RegistrationDeps, signal: AbortSignal | null): Promise<BotInfo> {
  const known = state.get<BotInfo>(BOT)
  return known?.id === botId ? known : askWhoAmI({ api, state }, signal)
}

async function askWhoAmI({ api, state }: Pick<RegistrationDeps, 'api' | 'state'>, signal: AbortSignal | null) {
  const me = await api.call((raw) => raw.getMe(within(signal, CALL_TIMEOUT_MS)))
  const bot: BotInfo = { id: me.id, username: me.username, name: me.first_name }
  state.set(BOT, bot)
  return bot
}

/**
 * Makes the platform's side fit ours: the webhook set with our secret, or removed before the first poll; nothing that
 * waits at Telegram is dropped. `afresh` does it also when it was done lately. Commands that cannot be set are no failure.
 */
export async function register(deps: RegistrationDeps, signal: AbortSignal, afresh: boolean): Promise<BotInfo> {
  const { api, state, hookUrl, botId, now } = deps
  const last = state.get<Registered>(REGISTERED)
  const recent = last !== null && last.bot === botId && last.url === hookUrl && now() - last.at < KEEP_MS
  if (recent && hookUrl !== null && !afresh) return whoAmI(deps, signal)

  const bot = await askWhoAmI(deps, signal)
  const limit = within(signal, CALL_TIMEOUT_MS)
  if (hookUrl === null) await api.call((raw) => raw.deleteWebhook({}, limit))
  else {
    await api.call((raw) =>
      raw.setWebhook(
        {
          url: hookUrl,
          secret_token: hookSecret(state),
          allowed_updates: [...ALLOWED_UPDATES],
          // One after the other: the messages of a chat keep their order.
          max_connections: 1,
        },
        limit,
      ),
    )
  }
  if (!recent) await api.call((raw) => raw.setMyCommands({ commands: COMMANDS }, limit)).catch(() => undefined)
  state.set(REGISTERED, { bot: botId, url: hookUrl, at: now() } satisfies Registered)
  return bot
}

/** What Telegram must show with every update; made once. */
export function hookSecret(state: ChannelState): string {
  const known = state.get<string>(SECRET)
  if (known) return known
  const secret = Array.from(crypto.getRandomValues(new Uint8Array(32)), (byte) => byte.toString(16).padStart(2, '0'))
  state.set(SECRET, secret.join(''))
  return secret.join('')
}
