/**
 * What the channel remembers in `ChannelState`: where each account's news go on, and of each conversation its token and how
 * much was sent since its person last wrote (channels.md sections 7.6, 7.13).
 */
import type { ChannelState } from '../channel.ts'
import type { WeixinAccount } from './settings.ts'

/** One conversation, of an account with a user. */
export interface Talk {
  /** What the platform gave with the user's last message; empty when it gave none. Never used for anybody else. */
  readonly token: string
  /** When the user last wrote, ms since the epoch; 0 when never. */
  readonly heardAt: number
  /** Messages sent since then. */
  readonly sent: number
  /** Shows the user that we write, until `ticketUntil`. */
  readonly ticket?: string
  readonly ticketUntil?: number
}

const SILENT: Talk = { token: '', heardAt: 0, sent: 0 }
const KEPT_MS = 90 * 24 * 3600_000

export class Memory {
  readonly #state: ChannelState
  readonly #now: () => number

  constructor(state: ChannelState, now: () => number) {
    this.#state = state
    this.#now = now
  }

  cursor(bot: string): string {
    return this.#state.get<string>(`cursor:${bot}`) ?? ''
  }

  /** An empty cursor says nothing new and is not kept. */
  setCursor(bot: string, cursor: string): void {
    if (cursor && cursor !== this.cursor(bot)) this.#state.set(`cursor:${bot}`, cursor)
  }

  talk(bot: string, user: string): Talk {
    return this.#state.get<Talk>(talkKey(bot, user)) ?? SILENT
  }

  /** The user wrote: the platform takes messages for them again. A message without a token leaves the last one. */
  heard(bot: string, user: string, token: string): void {
    const talk = this.talk(bot, user)
    this.#set(bot, user, { ...talk, token: token || talk.token, heardAt: this.#now(), sent: 0 })
  }

  counted(bot: string, user: string): void {
    const talk = this.talk(bot, user)
    this.#set(bot, user, { ...talk, sent: talk.sent + 1 })
  }

  setTicket(bot: string, user: string, ticket: string, ticketUntil: number): void {
    this.#set(bot, user, { ...this.talk(bot, user), ticket, ticketUntil })
  }

  /** The account that a user last wrote to; null when they never did. */
  botOf(user: string): string | null {
    const talks = this.#state.list<Talk>('talk:').filter(({ key }) => key.endsWith(`|${user}`))
    const last = talks.sort((a, b) => b.value.heardAt - a.value.heardAt)[0]
    return last ? last.key.slice('talk:'.length, -(user.length + 1)) : null
  }

  /** When the platform was last told that the account listens; null when it was told that it stopped. */
  announcedAt(bot: string): number | null {
    return this.#state.get<number>(`announced:${bot}`)
  }

  announced(bot: string, listening: boolean): void {
    this.#state.set(`announced:${bot}`, listening ? this.#now() : null)
  }

  /**
   * Takes over, once for each account, what older versions kept in the config. Its token is of whoever wrote last, and
   * counts for the owner alone.
   */
  takeOver(account: WeixinAccount): void {
    const { botId, owner, oldCursor, oldToken } = account
    if (this.#state.get(`taken:${botId}`) !== null) return
    this.#state.set(`taken:${botId}`, true)
    if (!this.cursor(botId)) this.setCursor(botId, oldCursor)
    const talk = this.talk(botId, owner)
    if (owner && oldToken && !talk.token) this.#set(botId, owner, { ...talk, token: oldToken })
  }

  /** Forgets conversations that rested for 90 days. */
  forgetOld(): void {
    for (const { key, value } of this.#state.list<Talk>('talk:')) {
      if (value.heardAt > 0 && value.heardAt < this.#now() - KEPT_MS) this.#state.set(key, null)
    }
  }

  #set(bot: string, user: string, talk: Talk): void {
    this.#state.set(talkKey(bot, user), talk)
  }
}

/** Forgets an account that was removed, its conversations included. */
export function forgetAccount(state: ChannelState, bot: string): void {
  for (const { key } of state.list(`talk:${bot}|`)) state.set(key, null)
  for (const name of ['cursor', 'taken', 'announced', 'seen']) state.set(`${name}:${bot}`, null)
}

const talkKey = (bot: string, user: string) => `talk:${bot}|${user}`
