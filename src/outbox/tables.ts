/**
 * The table of the outbox. A message is a row from before its first attempt until long after its last:
 *
 *     held ──channel, inbound message or login comes──> queued ──attempt──> sending ──> sent
 *      ^                                                 ^  ^                  │  ├───> failed
 *      └──────────── until_inbound, login, channel ──────┼──┼──────────────────┤  └───> held
 *                                                        │  └──── not now ─────┘
 *                                            ambiguous <─┴── crash or lost answer: sent again with the same key
 */
import type { Migrations } from '../db/index.ts'

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
    `ALTER TABLE outbox ADD COLUMN hold TEXT;
     ALTER TABLE outbox ADD COLUMN parts TEXT;
     ALTER TABLE outbox ADD COLUMN part INTEGER NOT NULL DEFAULT 0;
     ALTER TABLE outbox ADD COLUMN message_ids TEXT NOT NULL DEFAULT '[]';
     ALTER TABLE outbox ADD COLUMN send_key TEXT;
     ALTER TABLE outbox ADD COLUMN attempts INTEGER NOT NULL DEFAULT 0;
     ALTER TABLE outbox ADD COLUMN ambiguous_attempts INTEGER NOT NULL DEFAULT 0;
     ALTER TABLE outbox ADD COLUMN due_at INTEGER NOT NULL DEFAULT 0;
     ALTER TABLE outbox ADD COLUMN platform_wait INTEGER NOT NULL DEFAULT 0;
     ALTER TABLE outbox ADD COLUMN tried_at INTEGER;
     ALTER TABLE outbox ADD COLUMN ended_at INTEGER;
     UPDATE outbox SET hold = 'channel' WHERE state = 'held';
     UPDATE outbox SET ended_at = created_at WHERE state IN ('sent', 'failed');
     CREATE INDEX outbox_live ON outbox(channel, chat, id) WHERE ended_at IS NULL;
     CREATE INDEX outbox_ended ON outbox(ended_at) WHERE ended_at IS NOT NULL;`,
  ],
}

export type OutboxState = 'held' | 'queued' | 'sending' | 'ambiguous' | 'sent' | 'failed'

export const OUTBOX_STATES = ['held', 'queued', 'sending', 'ambiguous', 'sent', 'failed'] as const

/** What a held message waits for: its channel, a message of its chat, or a login of the account. */
export type Hold = 'channel' | 'inbound' | 'login'

/** A message as those who put it in, and the API, see it. */
export interface OutboxMessage {
  id: number
  channel: string
  chat: string
  body: Record<string, unknown>
  state: OutboxState
  /** Why it is held or failed, or what the last attempt met. */
  reason: string | null
  /** Parts that are out, of as many as the message has; null before the first attempt. */
  sentParts: number
  parts: number | null
  /** The platform's ids of what was sent. */
  messageIds: string[]
  /** Attempts at the part that is next. */
  attempts: number
  /** Attempts, over all parts, whose outcome nobody knows: each may have arrived. */
  ambiguousAttempts: number
  /** ms since the epoch. */
  createdAt: number
  endedAt: number | null
}

export interface OutboxRow {
  id: number
  channel: string
  chat: string
  key: string | null
  body: string
  state: OutboxState
  reason: string | null
  created_at: number
  hold: Hold | null
  parts: string | null
  part: number
  message_ids: string
  send_key: string | null
  attempts: number
  ambiguous_attempts: number
  due_at: number
  platform_wait: number
  tried_at: number | null
  ended_at: number | null
}

export const messageOfRow = (row: OutboxRow): OutboxMessage => ({
  id: row.id,
  channel: row.channel,
  chat: row.chat,
  body: JSON.parse(row.body) as Record<string, unknown>,
  state: row.state,
  reason: row.reason,
  sentParts: row.part,
  parts: row.parts === null ? null : (JSON.parse(row.parts) as unknown[]).length,
  messageIds: JSON.parse(row.message_ids) as string[],
  attempts: row.attempts,
  ambiguousAttempts: row.ambiguous_attempts,
  createdAt: row.created_at,
  endedAt: row.ended_at,
})
