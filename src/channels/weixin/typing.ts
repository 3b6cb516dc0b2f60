/** "Is writing ..." in a chat: a ticket for each user, kept for up to a day (channels.md sections 7.8, 7.13). */
import type { WeixinClient } from './client.ts'
import type { Memory } from './memory.ts'
import { ApiFailure } from './request.ts'
import type { Target } from './sending.ts'

const TICKET_MS = 24 * 3600_000
const FIRST_REST_MS = 2_000
const MAX_REST_MS = 3600_000

export class Typing {
  readonly #memory: Memory
  readonly #now: () => number
  /** Users whose ticket could not be had: when to ask again, and how long to rest after that. */
  readonly #rests = new Map<string, { until: number; restMs: number }>()

  constructor(memory: Memory, now: () => number) {
    this.#memory = memory
    this.#now = now
  }

  /** Shows it once; does nothing when the platform gives no ticket. Throws what the platform's refusal of it is. */
  async show({ account, user }: Target, client: WeixinClient, signal: AbortSignal): Promise<void> {
    const { botId } = account
    const ticket = await this.#ticket(botId, user, client, signal)
    if (!ticket) return
    try {
      await client.typing(user, ticket, signal)
    } catch (error) {
      // A ticket that the platform takes no more is not kept for the day.
      if (error instanceof ApiFailure) this.#memory.setTicket(botId, user, '', 0)
      throw error
    }
  }

  async #ticket(bot: string, user: string, client: WeixinClient, signal: AbortSignal): Promise<string> {
    const { token, ticket = '', ticketUntil = 0 } = this.#memory.talk(bot, user)
    if (ticket && ticketUntil > this.#now()) return ticket
    const key = `${bot}|${user}`
    const rest = this.#rests.get(key)
    if (rest && rest.until > this.#now()) return ticket
    const fresh = await client.typingTicket(user, token, signal).catch((error: unknown) => {
      if (signal.aborted) throw error
      return ''
    })
    if (!fresh) {
      const restMs = Math.min(rest ? rest.restMs * 2 : FIRST_REST_MS, MAX_REST_MS)
      this.#rests.set(key, { until: this.#now() + restMs, restMs })
      // An old ticket may still do.
      return ticket
    }
    this.#rests.delete(key)
    // At different times, so that the tickets of many users are not asked for at once.
    this.#memory.setTicket(bot, user, fresh, this.#now() + TICKET_MS * (0.5 + Math.random() / 2))
    return fresh
  }
}
