/** What happened on an account lately, for its owner to see (channels.md section 7.11). Kept, as the edge forgets objects. */
import type { ChannelState } from '../channel.ts'

export interface Activity {
  readonly event: '' | 'poll_ok' | 'inbound_message' | 'outbound_sent' | 'error'
  /** Why the last request failed; empty when it did not. */
  readonly error: string
  /** ms since the epoch; 0: never. */
  readonly updatedAt: number
  readonly connected: boolean
  readonly inboundAt: number
  readonly inboundChat: string
  readonly inboundText: string
  /** A mark of the token that the platform called stale, and when: it is not used before its owner logged in again. */
  readonly staleToken: string
  readonly staleAt: number
}

const NOTHING: Activity = {
  event: '',
  error: '',
  updatedAt: 0,
  connected: false,
  inboundAt: 0,
  inboundChat: '',
  inboundText: '',
  staleToken: '',
  staleAt: 0,
}
/** Polls succeed every few seconds: only the first and then one a minute is written down. */
const QUIET_MS = 60_000
/** Some platforms change their mind: a channel that is opened anew after so long tries the token once more. */
const STALE_MS = 3600_000
const MAX_TEXT_BYTES = 120

export const activityOf = (state: ChannelState, bot: string): Activity => ({
  ...NOTHING,
  ...state.get<Partial<Activity>>(`seen:${bot}`),
})

/** Writes the activity of accounts down; each call says whether what an owner sees as its health has changed. */
export class ActivityLog {
  readonly #state: ChannelState
  readonly #now: () => number

  constructor(state: ChannelState, now: () => number) {
    this.#state = state
    this.#now = now
  }

  of(bot: string): Activity {
    return activityOf(this.#state, bot)
  }

  /** The platform knows the account: it need not wait for the end of its first poll. */
  reached(bot: string): boolean {
    return this.#note(bot, { error: '', connected: true, staleToken: '' })
  }

  polled(bot: string): boolean {
    const last = this.of(bot)
    const same = last.connected && last.error === '' && last.staleToken === ''
    if (same && last.updatedAt > this.#now() - QUIET_MS) return false
    return this.#note(bot, { event: 'poll_ok', error: '', connected: true, staleToken: '' })
  }

  /** A message came in; to be called in the transaction that takes it over. */
  received(bot: string, chat: string, text: string): void {
    const inbound = { inboundAt: this.#now(), inboundChat: chat, inboundText: shortened(text) }
    this.#note(bot, { event: 'inbound_message', ...inbound })
  }

  sent(bot: string): boolean {
    return this.#note(bot, { event: 'outbound_sent', error: '' })
  }

  /** A send that failed says nothing about the poll: only with `poll` the account counts as disconnected. */
  failed(bot: string, error: string, { poll = false } = {}): boolean {
    return this.#note(bot, { event: 'error', error, ...(poll ? { connected: false } : {}) })
  }

  /** The platform takes this token no more. */
  stale(bot: string, token: string, error: string): boolean {
    return this.#note(bot, { event: 'error', error, connected: false, staleToken: markOf(token), staleAt: this.#now() })
  }

  isStale(bot: string, token: string): boolean {
    return this.wasStale(bot, token) && this.of(bot).staleAt > this.#now() - STALE_MS
  }

  /** Whether the platform refused this token and has not taken it since. */
  wasStale(bot: string, token: string): boolean {
    return this.of(bot).staleToken === markOf(token)
  }

  #note(bot: string, change: Partial<Activity>): boolean {
    const last = this.of(bot)
    this.#state.set(`seen:${bot}`, { ...last, ...change, updatedAt: this.#now() })
    const next = { ...last, ...change }
    return next.connected !== last.connected || next.error !== last.error || next.staleToken !== last.staleToken
  }
}

/** Tells one token from another without keeping it (FNV-1a, 32 bits). */
function markOf(token: string): string {
  let hash = 0x811c9dc5
  for (const byte of new TextEncoder().encode(token)) hash = Math.imul(hash ^ byte, 0x01000193)
  return (hash >>> 0).toString(16)
}

/** At most 120 bytes of UTF-8, never half a character. */
function shortened(text: string): string {
  const bytes = new TextEncoder().encode(text)
  if (bytes.length <= MAX_TEXT_BYTES) return text
  return new TextDecoder().decode(bytes.subarray(0, MAX_TEXT_BYTES)).replace(/\ufffd+$/, '')
}
