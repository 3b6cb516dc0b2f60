/** Telegram: a bot of the Bot API, polled or pushed to (channels.md sections 8, 12 and 13). */
import type { ChannelKind } from '../channel.ts'
import { TelegramChannel, type TelegramSettings } from './channel.ts'

export type { TelegramSettings } from './channel.ts'

export const telegram: ChannelKind<TelegramSettings> = {
  name: 'telegram',
  problem({ token, api_root }) {
    if (!/^\d{1,16}:[\w-]{20,}$/.test(token.trim())) {
      return 'channels.telegram.token must look like 123456:ABC…, as @BotFather gives it.'
    }
    if (!/^https?:\/\//i.test(api_root.trim()) || !URL.canParse(api_root.trim())) {
      return 'channels.telegram.api_root must be an http(s) address.'
    }
    return null
  },
  open: (deps) => new TelegramChannel(deps),
}
