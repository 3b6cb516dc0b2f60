/**
 * The received messages of all channels, as rows. A row is there before the platform is told that its message was taken,
 * and stays for 30 days after it was answered, so that a repeat is known for what it is. Of what became no turn only that
 * is kept, not what was said.
 */
import type { Database } from '../platform.ts'
import type { InboundMessage } from './channel.ts'
import type { InboundRow, InboundState } from './tables.ts'

/** Answered messages are kept this long. */
export const KEEP_MS = 30 * 24 * 3600_000
/** What strangers wrote is kept this long. */
const STRANGER_MS = 24 * 3600_000
/** Messages that are kept of one stranger. */
const OF_A_STRANGER = 5
/** Characters of a message's text; platforms send less. A row must stay under 2 MB. */
const MAX_TEXT = 200_000

export class Inbox {
  readonly #db: Database
  readonly #now: () => number

  constructor(deps: { db: Database; now: () => number }) {
    this.#db = deps.db
    this.#now = deps.now
  }

  /** Stores what is new of `messages`, in their order; true when there was something. */
  add(channel: string, messages: readonly InboundMessage[]): boolean {
    let added = false
    for (const message of messages) {
      const kept = message.text.length > MAX_TEXT ? { ...message, text: message.text.slice(0, MAX_TEXT) } : message
      const rows = this.#db.query<{ n: number }>(
        `INSERT INTO inbound (channel, source, id, chat, sender, message, state, received_at)
         VALUES (?, ?, ?, ?, ?, ?, 'waiting', ?) ON CONFLICT (channel, source, id) DO NOTHING RETURNING n`,
        channel,
        message.source,
        message.id,
        message.chat,
        message.sender,
        JSON.stringify(kept),
        this.#now(),
      )
      added ||= rows.length > 0
    }
    return added
  }

  /** Chats of these channels whose first waiting message is due. */
  ready(channels: readonly string[]): Array<{ channel: string; chat: string }> {
    return this.#db.query<{ channel: string; chat: string }>(
      `SELECT channel, chat FROM inbound WHERE n IN (
         SELECT min(n) FROM inbound INDEXED BY inbound_live
         WHERE ended_at IS NULL AND state = 'waiting' AND channel IN (SELECT value FROM json_each(?)) GROUP BY channel, chat)
       AND due_at <= ? ORDER BY n`,
      JSON.stringify(channels),
      this.#now(),
    )
  }

  /** The first waiting message of a chat, if it is due. */
  next(channel: string, chat: string): InboundRow | undefined {
    const row = this.#db.query<InboundRow>(
      "SELECT * FROM inbound WHERE channel = ? AND chat = ? AND ended_at IS NULL AND state = 'waiting' ORDER BY n LIMIT 1",
      channel,
      chat,
    )[0]
    return row && row.due_at <= this.#now() ? row : undefined
  }

  /** Waiting messages of exactly this text, whatever is before them: what acts past the queue. */
  waitingFor(channels: readonly string[], text: string): InboundRow[] {
    return this.#db.query<InboundRow>(
      `SELECT * FROM inbound INDEXED BY inbound_live WHERE ended_at IS NULL AND state = 'waiting'
       AND channel IN (SELECT value FROM json_each(?)) AND lower(trim(json_extract(message, '$.text'))) = ? ORDER BY n`,
      JSON.stringify(channels),
      text,
    )
  }

  /** What its sender wrote in the chat before this message and is still waiting. */
  waitingBefore({ n, channel, chat, sender }: InboundRow): InboundRow[] {
    return this.#db.query<InboundRow>(
      `SELECT * FROM inbound INDEXED BY inbound_live WHERE ended_at IS NULL AND state = 'waiting'
       AND channel = ? AND chat = ? AND sender = ? AND n < ? ORDER BY n`,
      channel,
      chat,
      sender,
      n,
    )
  }

  isWaiting(n: number): boolean {
    return this.#db.query("SELECT n FROM inbound WHERE n = ? AND ended_at IS NULL AND state = 'waiting'", n).length > 0
  }

  /** When the first waiting message of a chat is due; null when none waits. */
  nextDue(channels: readonly string[]): number | null {
    return (
      this.#db.query<{ at: number | null }>(
        `SELECT min(due_at) AS at FROM inbound WHERE n IN (
           SELECT min(n) FROM inbound INDEXED BY inbound_live
           WHERE ended_at IS NULL AND state = 'waiting' AND channel IN (SELECT value FROM json_each(?)) GROUP BY channel, chat)`,
        JSON.stringify(channels),
      )[0]?.at ?? null
    )
  }

  /** Puts a message off until `dueAt`, and the rest of its chat with it. */
  later(n: number, dueAt: number): void {
    this.#db.query('UPDATE inbound SET due_at = ?, tries = tries + 1 WHERE n = ?', Math.ceil(dueAt), n)
  }

  /** What was put off in a chat is due now; true when there was something. */
  hurry(channel: string, chat: string): boolean {
    const hurried = this.#db.query<{ n: number }>(
      "UPDATE inbound SET due_at = 0 WHERE channel = ? AND chat = ? AND ended_at IS NULL AND state = 'waiting' AND due_at > 0 RETURNING n",
      channel,
      chat,
    )
    return hurried.length > 0
  }

  /** The message has become a turn. */
  becameTurn(n: number, turn: number): void {
    this.#db.query("UPDATE inbound SET state = 'turn', turn = ? WHERE n = ?", turn, n)
  }

  /** The message needs nothing more. */
  done(n: number, note: string | null = null): void {
    this.#db.query(
      `UPDATE inbound SET state = 'done', note = ?, ended_at = ?, message = CASE WHEN turn IS NULL THEN '{}' ELSE message END
       WHERE n = ? AND ended_at IS NULL`,
      note,
      this.#now(),
      n,
    )
  }

  /** The message of a turn; null for a turn that no channel asked for. */
  ofTurn(turn: number): InboundRow | null {
    return this.#db.query<InboundRow>('SELECT * FROM inbound WHERE turn = ?', turn)[0] ?? null
  }

  /** Whether an earlier message of its chat is a turn whose answer is not in the outbox yet. */
  isBehind({ n, channel, chat }: InboundRow): boolean {
    const sql = `SELECT 1 FROM inbound WHERE channel = ? AND chat = ? AND ended_at IS NULL AND state = 'turn' AND n < ? LIMIT 1`
    return this.#db.query(sql, channel, chat, n).length > 0
  }

  /** Messages in a state, oldest first. */
  inState(state: InboundState): InboundRow[] {
    return this.#db.query<InboundRow>(
      'SELECT * FROM inbound INDEXED BY inbound_live WHERE ended_at IS NULL AND state = ? ORDER BY n',
      state,
    )
  }

  setDraft(n: number, draft: string | null): void {
    this.#db.query('UPDATE inbound SET draft = ? WHERE n = ?', draft, n)
  }

  /** Keeps a stranger's message until somebody approves them; what is too much is dropped. */
  keepForApproval(row: InboundRow): void {
    const { kept } = this.#db.query<{ kept: number }>(
      "SELECT count(*) AS kept FROM inbound WHERE channel = ? AND sender = ? AND ended_at IS NULL AND state = 'stranger'",
      row.channel,
      row.sender,
    )[0]!
    if (kept >= OF_A_STRANGER) this.done(row.n, 'stranger')
    else this.#db.query("UPDATE inbound SET state = 'stranger' WHERE n = ?", row.n)
  }

  /** The sender was approved: what they wrote waits for its turn. */
  admit(channel: string, sender: string): void {
    this.#db.query(
      "UPDATE inbound SET state = 'waiting', due_at = 0 WHERE channel = ? AND sender = ? AND ended_at IS NULL AND state = 'stranger'",
      channel,
      sender,
    )
  }

  /** Messages of a channel that are not answered yet. */
  waiting(channel: string): number {
    return this.#db.query<{ count: number }>(
      "SELECT count(*) AS count FROM inbound WHERE channel = ? AND ended_at IS NULL AND state <> 'stranger'",
      channel,
    )[0]!.count
  }

  /** Forgets what was answered long ago and what strangers wrote; returns when to look again, null when nothing is kept. */
  prune(): number | null {
    const now = this.#now()
    this.#db.query(
      `UPDATE inbound SET state = 'done', note = 'stranger', ended_at = ?, message = '{}'
       WHERE ended_at IS NULL AND state = 'stranger' AND received_at <= ?`,
      now,
      now - STRANGER_MS,
    )
    this.#db.query('DELETE FROM inbound WHERE ended_at IS NOT NULL AND ended_at <= ?', now - KEEP_MS)
    return this.nextPrune()
  }

  /** When there is something to forget: what strangers wrote, or what was answered; null when nothing is kept. */
  nextPrune(): number | null {
    const { stranger, ended, rows } = this.#db.query<{ stranger: number | null; ended: number | null; rows: number }>(
      `SELECT (SELECT min(received_at) FROM inbound INDEXED BY inbound_live WHERE ended_at IS NULL AND state = 'stranger') AS stranger,
         (SELECT min(ended_at) FROM inbound WHERE ended_at IS NOT NULL) AS ended, EXISTS (SELECT 1 FROM inbound) AS rows`,
    )[0]!
    if (rows === 0) return null
    return Math.min(
      stranger === null ? Infinity : stranger + STRANGER_MS,
      ended === null ? this.#now() + KEEP_MS : ended + KEEP_MS,
    )
  }
}
