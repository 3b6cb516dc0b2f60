/**
 * What the channels' room stores: received messages, people and codes, what channels remember, the pace of polls, and
 * settings that are not saved yet. The latter have secrets as they are, like `config.json` and its history beside them.
 */
import type { Migrations } from '../db/index.ts'

export const channelMigrations: Migrations = {
  room: 'channels',
  steps: [
    `CREATE TABLE inbound (
       n INTEGER PRIMARY KEY,
       channel TEXT NOT NULL,
       source TEXT NOT NULL,
       id TEXT NOT NULL,
       chat TEXT NOT NULL,
       sender TEXT NOT NULL,
       message TEXT NOT NULL,
       state TEXT NOT NULL,
       note TEXT,
       turn INTEGER,
       draft TEXT,
       tries INTEGER NOT NULL DEFAULT 0,
       due_at INTEGER NOT NULL DEFAULT 0,
       received_at INTEGER NOT NULL,
       ended_at INTEGER);
     CREATE UNIQUE INDEX inbound_key ON inbound(channel, source, id);
     CREATE INDEX inbound_live ON inbound(channel, chat, n) WHERE ended_at IS NULL;
     CREATE INDEX inbound_turn ON inbound(turn) WHERE turn IS NOT NULL;
     CREATE INDEX inbound_ended ON inbound(ended_at) WHERE ended_at IS NOT NULL;
     CREATE TABLE channel_person (
       channel TEXT NOT NULL,
       sender TEXT NOT NULL,
       role TEXT NOT NULL,
       name TEXT,
       approved_at INTEGER NOT NULL,
       PRIMARY KEY (channel, sender)) WITHOUT ROWID;
     CREATE TABLE channel_code (
       code TEXT PRIMARY KEY,
       channel TEXT NOT NULL,
       sender TEXT NOT NULL,
       chat TEXT NOT NULL,
       name TEXT,
       created_at INTEGER NOT NULL,
       expires_at INTEGER NOT NULL) WITHOUT ROWID;
     CREATE INDEX channel_code_sender ON channel_code(channel, sender);
     CREATE TABLE channel_state (
       channel TEXT NOT NULL,
       key TEXT NOT NULL,
       value TEXT NOT NULL,
       PRIMARY KEY (channel, key)) WITHOUT ROWID;
     CREATE TABLE channel_source (
       channel TEXT NOT NULL,
       source TEXT NOT NULL,
       traffic_at INTEGER NOT NULL,
       failures INTEGER NOT NULL,
       PRIMARY KEY (channel, source)) WITHOUT ROWID;`,
    `CREATE TABLE channel_draft (
       channel TEXT PRIMARY KEY,
       section TEXT NOT NULL,
       edited_at INTEGER NOT NULL) WITHOUT ROWID;`,
  ],
}

/**
 * Where a received message is:
 *
 *     waiting ──> turn ──> done        it became a turn, whose end was answered
 *        │  └────────────> done        a command past the queue, or nobody's business (`note` says which)
 *        └──> stranger ──> waiting     its sender was approved
 *                 └──────> done        nobody approved them in time
 */
export type InboundState = 'waiting' | 'stranger' | 'turn' | 'done'

/**
 * A draft that the platform may have made without our knowing its name: the gateway died, or the answer was lost. It can
 * be neither changed nor taken away, so there is none after it: the finished answer is a message of its own.
 */
export const UNKNOWN_DRAFT = ''

export interface InboundRow {
  n: number
  channel: string
  source: string
  id: string
  chat: string
  sender: string
  /** The `InboundMessage` as JSON. */
  message: string
  state: InboundState
  note: string | null
  turn: number | null
  /** The draft that shows the answer while it grows; `UNKNOWN_DRAFT` when one was asked for and its name never came. */
  draft: string | null
  tries: number
  due_at: number
  received_at: number
  ended_at: number | null
}
