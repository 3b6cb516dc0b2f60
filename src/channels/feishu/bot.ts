/** Who the bot is: learned from the platform, remembered between lives. */
import * as z from 'zod'
import type { ChannelState } from '../channel.ts'
import type { FeishuApi } from './api.ts'

const infoSchema = z.object({ bot: z.object({ open_id: z.string().min(1), app_name: z.string().default('') }) })

export interface Bot {
  readonly openId: string
  readonly name: string
}

export interface BotIdentity {
  /** As the platform says now; throws `DeliveryError`. */
  ask(signal: AbortSignal): Promise<Bot>
  /** As it is remembered, else as the platform says. */
  get(signal: AbortSignal): Promise<Bot>
}

/** The identity of one app's bot; another `app_id` is another bot. */
export function botIdentity(deps: { api: FeishuApi; state: ChannelState; appId: string }): BotIdentity {
  const { api, state, appId } = deps
  const ask = async (signal: AbortSignal): Promise<Bot> => {
    const { bot } = infoSchema.parse(await api.call('GET', '/open-apis/bot/v3/info', { signal }))
    const known: Bot = { openId: bot.open_id, name: bot.app_name }
    state.set('bot', { appId, ...known })
    return known
  }
  return {
    ask,
    async get(signal) {
      const kept = state.get<Bot & { appId: string }>('bot')
      return kept?.appId === appId ? kept : ask(signal)
    },
  }
}
