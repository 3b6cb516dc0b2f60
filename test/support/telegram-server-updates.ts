/** The updates of the Telegram stand-in: kept until they are confirmed, given to whoever polls or pushed to a webhook. */
import { Refusal } from './telegram-server-chats.ts'

export type Update = { update_id: number } & Record<string, unknown>

export interface Webhook {
  url: string
  secret: string
  allowed: readonly string[]
}

/** Telegram waits longer before it tries a webhook again. */
const RETRY_MS = 50

export class Updates {
  #pending: Update[] = []
  #given: Update[] = []
  #nextId = 500
  #wake: () => void = () => undefined
  #poller: ((refusal: Refusal) => void) | undefined
  #webhook: Webhook | undefined
  #pushing = false
  #closed = false
  /** The status of every delivery to the webhook, oldest first; 0 for one that did not get through. */
  readonly pushed: number[] = []
  /** The next deliveries by webhook: each twice, or the two oldest in the wrong order. */
  pushTwice = 0
  pushReversed = false

  get webhook(): Webhook | undefined {
    return this.#webhook
  }

  /** Updates that nobody has confirmed. */
  get pending(): readonly Update[] {
    return this.#pending
  }

  /** Queues an update. */
  add(content: Record<string, unknown>): number {
    const update = { update_id: this.#nextId, ...content }
    this.#nextId += 1
    this.#pending.push(update)
    this.#wake()
    void this.#push()
    return update.update_id
  }

  setWebhook(webhook: Webhook | undefined): void {
    this.#webhook = webhook
    if (webhook) this.#poller?.(new Refusal(409, 'Conflict: terminated by setWebhook request'))
    void this.#push()
  }

  /**
   * Gives what is pending from `offset` on, after at most `seconds`, and forgets what is before it. `repeat` gives the last
   * batch once more; a second poller ends the first.
   */
  async poll(
    { offset, limit, seconds, allowed }: { offset: number; limit: number; seconds: number; allowed: readonly string[] },
    gone: AbortSignal,
    repeat: boolean,
  ): Promise<Update[]> {
    if (this.#webhook) {
      const why = "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
      throw new Refusal(409, `Conflict: ${why}`)
    }
    this.#poller?.(new Refusal(409, 'Conflict: terminated by other getUpdates request'))
    if (repeat) return this.#given
    if (offset > 0) this.#pending = this.#pending.filter(({ update_id }) => update_id >= offset)
    const wanted = () =>
      this.#pending.filter((update) => Object.keys(update).some((key) => allowed.includes(key))).slice(0, limit)
    if (wanted().length === 0 && seconds > 0) {
      await new Promise<void>((resolve, reject) => {
        const timer = setTimeout(resolve, seconds * 1000)
        this.#poller = reject
        this.#wake = resolve
        gone.addEventListener('abort', () => resolve())
        // Nobody has to wait for the timer once something else has ended the wait.
        timer.unref()
      })
    }
    this.#poller = undefined
    this.#given = wanted()
    return this.#given
  }

  /** Pushes what is pending, one after the other, until it was taken. */
  async #push(): Promise<void> {
    if (this.#pushing) return
    this.#pushing = true
    while (this.#webhook && this.#pending.length > 0 && !this.#closed) {
      const { url, secret, allowed } = this.#webhook
      if (this.pushReversed && this.#pending.length > 1) {
        this.pushReversed = false
        const [first, second] = this.#pending
        this.#pending.splice(0, 2, second!, first!)
      }
      const update = this.#pending[0]!
      const wanted = Object.keys(update).some((key) => allowed.includes(key))
      const status = wanted ? await this.#deliver(url, secret, update) : 200
      if (status !== 200) await new Promise((resolve) => setTimeout(resolve, RETRY_MS))
      else if (this.pushTwice > 0) this.pushTwice -= 1
      else this.#pending = this.#pending.filter((each) => each !== update)
    }
    this.#pushing = false
  }

  async #deliver(url: string, secret: string, update: Update): Promise<number> {
    const headers = { 'content-type': 'application/json', 'x-telegram-bot-api-secret-token': secret }
    const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(update) }).catch(() => null)
    await answer?.body?.cancel()
    this.pushed.push(answer?.status ?? 0)
    return answer?.status ?? 0
  }

  close(): void {
    this.#closed = true
    this.#wake()
  }
}
