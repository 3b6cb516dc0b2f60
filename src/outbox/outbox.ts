/**
 * Messages on their way to a chat, in the order of their chat. A message whose channel is not connected is held, and says
 * so; it is not lost, and it goes out when the channel comes. Sending is `delivery.ts`.
 */
import { badRequest, notFound } from '../errors.ts'
import type { Database } from '../platform.ts'
import { type Hold, messageOfRow, type OutboxMessage, type OutboxRow, type OutboxState } from './tables.ts'

export interface OutboxDeps {
  db: Database
  now: () => number
}

/** Who hears of changes: the delivery, and whoever shows them. */
export interface OutboxListener {
  /** There may be something to send; called when the running code is through. */
  ready?(): void
  /** A message came into a state. */
  changed?(message: { id: number; channel: string; chat: string; state: OutboxState }): void
  /** What messages were held for came: of a chat, or of the whole channel. */
  released?(channel: string, hold: Hold, chat: string | undefined): void
}

/** Messages that ended are kept this long. A held one is given up after as long. */
export const KEEP_MS = 30 * 24 * 3600_000

export class Outbox {
  readonly #db: Database
  readonly #now: () => number
  readonly #connected = new Set<string>()
  readonly #listeners: OutboxListener[] = []
  #announced = false

  constructor(deps: OutboxDeps) {
    this.#db = deps.db
    this.#now = deps.now
  }

  listen(listener: OutboxListener): void {
    this.#listeners.push(listener)
  }

  /**
   * Puts a message in, once per key. A `<channel>:` before the chat is dropped. Until a channel of that name is connected
   * the message is held; behind a message that waits for its person or a login it is held as well.
   */
  put(message: { channel: string; chat: string; body: Record<string, unknown>; key?: string }): OutboxMessage {
    const channel = message.channel.trim().toLowerCase()
    const prefix = `${channel}:`
    const chat = message.chat.toLowerCase().startsWith(prefix) ? message.chat.slice(prefix.length) : message.chat
    const { hold, reason } = this.#holdOf(channel, chat)
    const row = this.#db.query<{ id: number; created: number }>(
      `INSERT INTO outbox (channel, chat, key, body, state, hold, reason, created_at, send_key)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (key) WHERE key IS NOT NULL DO UPDATE SET key = excluded.key
       RETURNING id, send_key = ?9 AS created`,
      channel,
      chat,
      message.key ?? null,
      JSON.stringify(message.body),
      hold === null ? 'queued' : 'held',
      hold,
      reason,
      this.#now(),
      crypto.randomUUID(),
    )[0]!
    if (row.created) this.announce({ id: row.id, channel, chat, state: hold === null ? 'queued' : 'held' })
    this.announceReady()
    return this.get(row.id)!
  }

  /** Why a message to this chat cannot go out now. */
  #holdOf(channel: string, chat: string): { hold: Hold | null; reason: string | null } {
    if (!this.#connected.has(channel)) return { hold: 'channel', reason: notConnected(channel) }
    const ahead = this.#db.query<{ hold: Hold; reason: string | null }>(
      `SELECT hold, reason FROM outbox WHERE channel = ? AND chat = ? AND ended_at IS NULL AND state = 'held' LIMIT 1`,
      channel,
      chat,
    )[0]
    return ahead ?? { hold: null, reason: null }
  }

  get(id: number): OutboxMessage | null {
    const row = this.#db.query<OutboxRow>('SELECT * FROM outbox WHERE id = ?', id)[0]
    return row ? messageOfRow(row) : null
  }

  /** Newest first. */
  list(filter: { channel?: string; state?: OutboxState | undefined; limit: number }): OutboxMessage[] {
    return this.#db
      .query<OutboxRow>(
        `SELECT * FROM outbox WHERE (?1 = '' OR channel = ?1) AND (?2 = '' OR state = ?2) ORDER BY id DESC LIMIT ?3`,
        filter.channel ?? '',
        filter.state ?? '',
        filter.limit,
      )
      .map(messageOfRow)
  }

  /** How many messages of a channel have not ended, by state, and how many failed. */
  counts(channel: string): Record<'waiting' | 'ambiguous' | 'held' | 'failed', number> {
    const counts = { waiting: 0, ambiguous: 0, held: 0, failed: 0 }
    const rows = this.#db.query<{ state: OutboxState; count: number }>(
      `SELECT state, count(*) AS count FROM outbox INDEXED BY outbox_live WHERE channel = ?1 AND ended_at IS NULL GROUP BY state
       UNION ALL SELECT state, count(*) FROM outbox WHERE channel = ?1 AND state = 'failed'`,
      channel,
    )
    for (const { state, count } of rows) {
      if (state === 'ambiguous' || state === 'failed' || state === 'held') counts[state] += count
      else if (state !== null) counts.waiting += count
    }
    return counts
  }

  /** From now on messages of this channel go out. What waited for it is released, and what backs off tries at once. */
  connect(channel: string): void {
    this.#connected.add(channel)
    this.release(channel, 'channel')
    this.hurry(channel)
  }

  /** From now on messages of this channel are held. What is being sent ends by itself. */
  disconnect(channel: string, reason = notConnected(channel)): void {
    this.#connected.delete(channel)
    this.#db.query(
      "UPDATE outbox SET state = 'held', hold = 'channel', reason = ? WHERE channel = ? AND ended_at IS NULL AND state = 'queued'",
      reason,
      channel,
    )
  }

  /** Whether something is still on its way to a chat, or held back from it. */
  isBusy(channel: string, chat: string): boolean {
    const sql = 'SELECT 1 FROM outbox WHERE channel = ? AND chat = ? AND ended_at IS NULL LIMIT 1'
    return this.#db.query(sql, channel, chat).length > 0
  }

  isConnected(channel: string): boolean {
    return this.#connected.has(channel)
  }

  /** What was held for this comes back into the queue; with `chat` only that chat's. May stand in a transaction. */
  release(channel: string, hold: Hold, chat?: string): void {
    const next = this.#connected.has(channel) ? { state: 'queued', hold: null } : { state: 'held', hold: 'channel' }
    if (next.hold === hold) return
    const released = this.#db.query<{ id: number; chat: string }>(
      `UPDATE outbox SET state = ?, hold = ?, reason = NULL, due_at = 0, attempts = 0, tried_at = NULL
       WHERE channel = ? AND ended_at IS NULL AND state = 'held' AND hold = ? AND (? IS NULL OR chat = ?) RETURNING id, chat`,
      next.state,
      next.hold,
      channel,
      hold,
      chat ?? null,
      chat ?? null,
    )
    if (released.length > 0) this.announceReady()
    for (const listener of this.#listeners) listener.released?.(channel, hold, chat)
  }

  /** The channel answers again: what backs off, but not at the platform's own wish, is tried now. */
  hurry(channel: string): void {
    const hurried = this.#db.query<{ id: number }>(
      "UPDATE outbox SET due_at = 0 WHERE channel = ? AND ended_at IS NULL AND state IN ('queued', 'ambiguous') AND platform_wait = 0 AND due_at > 0 RETURNING id",
      channel,
    )
    if (hurried.length > 0) this.announceReady()
  }

  /** Tries a failed message again, from the part that failed. 404 for an unknown one, 400 for one that has not failed. */
  retry(id: number): OutboxMessage {
    const message = this.#failed(id)
    const { hold, reason } = this.#holdOf(message.channel, message.chat)
    this.#db.query(
      `UPDATE outbox SET state = ?, hold = ?, reason = ?, attempts = 0, due_at = 0, tried_at = NULL, ended_at = NULL WHERE id = ?`,
      hold === null ? 'queued' : 'held',
      hold,
      reason,
      id,
    )
    this.announce({ ...message, state: hold === null ? 'queued' : 'held' })
    this.announceReady()
    return this.get(id)!
  }

  /** Forgets a failed or held message. 404 for an unknown one, 400 for one that is on its way or out. */
  drop(id: number): void {
    this.#failed(id, true)
    this.#db.query('DELETE FROM outbox WHERE id = ?', id)
    this.announceReady()
  }

  #failed(id: number, orHeld = false): OutboxMessage {
    const message = this.get(id)
    if (!message) throw notFound(`no message ${id} in the outbox`)
    if (message.state === 'failed' || (orHeld && message.state === 'held')) return message
    throw badRequest(`message ${id} is ${message.state}, not failed`)
  }

  /** Forgets what ended long ago, and gives up what was held as long. Returns when there is something to forget again. */
  prune(): number | null {
    const before = this.#now() - KEEP_MS
    this.#db.query('DELETE FROM outbox WHERE ended_at IS NOT NULL AND ended_at < ?', before)
    this.#db.query(
      `UPDATE outbox SET state = 'failed', reason = 'waited for 30 days: ' || coalesce(reason, 'no reason'), ended_at = ?
       WHERE ended_at IS NULL AND state = 'held' AND created_at < ?`,
      this.#now(),
      before,
    )
    const first = this.#db.query<{ at: number | null }>('SELECT min(created_at) AS at FROM outbox')[0]?.at ?? null
    return first === null ? null : first + KEEP_MS
  }

  /** Tells the listeners of a new state. */
  announce(message: { id: number; channel: string; chat: string; state: OutboxState }): void {
    for (const listener of this.#listeners) listener.changed?.(message)
  }

  /** Wakes the delivery once the code that runs now is through: it may stand in a transaction that is still rolled back. */
  announceReady(): void {
    if (this.#announced) return
    this.#announced = true
    queueMicrotask(() => {
      this.#announced = false
      for (const listener of this.#listeners) listener.ready?.()
    })
  }
}

const notConnected = (channel: string) => `no channel named '${channel}' is connected`
