/** Buttons under a message. */
import type { OutgoingPart } from '../channel.ts'

/** What the data of a button takes, bytes. */
const MAX_DATA = 64
/** Telegram takes no more under one message. */
const MAX_BUTTONS = 100
const MAX_ROW = 8

export interface Keyboard {
  inline_keyboard: Array<Array<{ text: string; callback_data: string }>>
}

/** Null without a button that says something. Data beyond 64 bytes is cut between characters. */
export function keyboard(buttons: OutgoingPart['buttons']): Keyboard | null {
  let left = MAX_BUTTONS
  const rows = (buttons ?? [])
    .map((row) => row.filter(({ text, data }) => text.trim() !== '' && data !== '').slice(0, MAX_ROW))
    .map((row) => {
      const taken = row.slice(0, left)
      left -= taken.length
      return taken.map(({ text, data }) => ({ text, callback_data: firstBytes(data, MAX_DATA) }))
    })
    .filter((row) => row.length > 0)
  return rows.length > 0 ? { inline_keyboard: rows } : null
}

function firstBytes(text: string, limit: number): string {
  const { read } = new TextEncoder().encodeInto(text, new Uint8Array(limit))
  return text.slice(0, read)
}
