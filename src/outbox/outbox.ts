/**
 * Messages on their way to a chat, in the order of their chat. A message whose channel is not connected is held, and says
 * so; it is not lost, and it goes out when the channel comes.
 */
import type { Migrations } from '../db/index.ts'
import type { Database } from '../platform.ts'

export const outboxMigrations: Migrations = {
  room: 'outbox',
  steps: [
    `CREATE TABLE outbox (
       id INTEGER PRIMARY KEY,
       channel TEXT NOT NULL,
       chat TEXT NOT NULL,
       key TEXT,
       body TEXT NOT NULL,
       state TEXT NOT NULL,
       reason TEXT,
       created_at INTEGER NOT NULL);
     CREATE UNIQUE INDEX outbox_key ON outbox(key) WHERE key IS NOT NULL;
     CREATE INDEX outbox_chat ON outbox(channel, chat, id);`,
  ],
}

export type OutboxState = 'held' | 'queued' | 'sent' | 'failed'

export interface OutboxMessage {
  id: number
  channel: string
  chat: string
  body: Record<string, unknown>
  state: OutboxState
  /** Why it is held or failed. */
  reason: string | null
}

export class Outbox {
  readonly #db: Database
  readonly #now: () => number

  constructor(deps: { db: Database; now: () => number }) {
    this.#db = deps.db
    this.#now = deps.now
  }

  /**
   * Puts a message in, once per key. A `<channel>:` before the chat is dropped. Until a channel of that name is connected
   * the message is held.
   */
  put(message: { channel: string; chat: string; body: Record<string, unknown>; key?: string }): OutboxMessage {
    const channel = message.channel.trim().toLowerCase()
    const prefix = `${channel}:`
    const chat = message.chat.toLowerCase().startsWith(prefix) ? message.chat.slice(prefix.length) : message.chat
    const row = this.#db.query<{ id: number }>(
      `INSERT INTO outbox (channel, chat, key, body, state, reason, created_at) VALUES (?, ?, ?, ?, 'held', ?, ?)
       ON CONFLICT (key) WHERE key IS NOT NULL DO UPDATE SET key = excluded.key RETURNING id`,
      channel,
      chat,
      message.key ?? null,
      JSON.stringify(message.body),
      `no channel named '${channel}' is connected`,
      this.#now(),
    )[0]!
    return this.get(row.id)!
  }

  get(id: number): OutboxMessage | null {
    const row = this.#db.query<Omit<OutboxMessage, 'body'> & { body: string }>(
      'SELECT id, channel, chat, body, state, reason FROM outbox WHERE id = ?',
      id,
    )[0]
    return row ? { ...row, body: JSON.parse(row.body) as Record<string, unknown> } : null
  }
}
