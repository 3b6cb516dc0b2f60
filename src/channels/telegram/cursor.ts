/** How far polling has come: the number of the update that is wanted next, in the channel's state. */
import type { ChannelState } from '../channel.ts'

interface Cursor {
  readonly bot: number
  readonly next: number
  readonly at: number
}

const KEY = 'cursor'

/** After a week without updates Telegram numbers on from anywhere; a bit earlier the old number no longer counts. */
const VALID_MS = 6 * 24 * 60 * 60 * 1000

/** The `offset` of the next getUpdates; 0 for whatever Telegram has. What comes twice so is known by its id. */
export function readCursor(state: ChannelState, bot: number, now: number): number {
  const cursor = state.get<Cursor>(KEY)
  return cursor && cursor.bot === bot && now - cursor.at < VALID_MS ? cursor.next : 0
}

export function writeCursor(state: ChannelState, bot: number, next: number, now: number): void {
  state.set(KEY, { bot, next, at: now } satisfies Cursor)
}
