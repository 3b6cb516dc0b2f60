/** What the owner sees of the channel: whether its account can act, and whether events come. */
import { messageOf } from '../../errors.ts'
import { type ChannelHealth, DeliveryError } from '../channel.ts'
import { ConnectionRefused } from './connection.ts'

type State = Pick<ChannelHealth, 'state' | 'detail'>

/** Whether the platform refuses the app itself: its owner must act. */
export const isRefusal = (error: unknown): boolean =>
  error instanceof ConnectionRefused || (error instanceof DeliveryError && error.failure === 'login')

export class FeishuHealth {
  readonly #changed: () => void
  #account: State = { state: 'connecting' }
  #line: State
  #shown: State

  constructor(line: State, changed: () => void) {
    this.#line = line
    this.#changed = changed
    this.#shown = this.#whole()
  }

  /** The worse of the two. */
  get state(): State {
    return this.#shown
  }

  /** The platform answers to our credentials, or why it does not. */
  account(failure: unknown = null): void {
    this.#account = failure === null ? { state: 'connected' } : failureState(failure)
    this.#show()
  }

  /** Events come in the way `detail` says. */
  lineOpen(detail: string): void {
    this.#line = { state: 'connected', detail }
    this.#show()
  }

  lineFailed(failure: unknown): void {
    this.#line = failureState(failure)
    this.#show()
  }

  #whole(): State {
    const order = ['login_needed', 'failing', 'connecting'] as const
    const worst = order.find((state) => this.#account.state === state || this.#line.state === state)
    if (worst === undefined) return this.#line
    return this.#account.state === worst ? this.#account : this.#line
  }

  #show(): void {
    const next = this.#whole()
    const { state, detail } = this.#shown
    if (next.state === state && next.detail === detail) return
    this.#shown = next
    this.#changed()
  }
}

const failureState = (error: unknown): State => ({
  state: isRefusal(error) ? 'login_needed' : 'failing',
  detail: messageOf(error),
})
