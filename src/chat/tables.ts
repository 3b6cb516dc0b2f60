/**
 * The tables of a turn (durable-turns.md section 3). There is no event table: a finished step is one immutable row that
 * holds its events, and a tool's result is a message row with its place in the stream.
 */
import type { Migrations } from '../db/index.ts'
import type { TurnState } from './events.ts'

export const chatMigrations: Migrations = {
  room: 'chat',
  steps: [
    `CREATE TABLE turn (
       n INTEGER PRIMARY KEY,
       session INTEGER NOT NULL,
       key TEXT,
       state TEXT NOT NULL,
       attempt INTEGER NOT NULL DEFAULT 0,
       stop INTEGER NOT NULL DEFAULT 0,
       input TEXT NOT NULL,
       seq INTEGER NOT NULL DEFAULT 0,
       error TEXT,
       usage TEXT,
       accepted_at INTEGER NOT NULL,
       ended_at INTEGER);
     CREATE UNIQUE INDEX turn_key ON turn(session, key) WHERE key IS NOT NULL;
     CREATE INDEX turn_live ON turn(session, n) WHERE ended_at IS NULL;
     CREATE TABLE step (
       turn INTEGER NOT NULL,
       i INTEGER NOT NULL,
       lo INTEGER NOT NULL,
       hi INTEGER NOT NULL,
       done INTEGER NOT NULL,
       events TEXT NOT NULL,
       PRIMARY KEY (turn, i)) WITHOUT ROWID;`,
  ],
}

/** What a turn was asked. Stored whole, so that a later life runs it with the same rights. */
export interface TurnInput {
  text: string
  /** Paths of uploads, whose content goes with the text; any other path is only text. */
  media?: string[]
  /** `cli` and `direct` for the API, else the channel and its chat. */
  channel: string
  chat: string
  /** True when the gateway's owner speaks. */
  owner: boolean
  /** What the agent says as it is, without asking a model (a reminder that is due). */
  say?: string
  /** A model reference for this turn only. */
  model?: string
  /** The message (`seq`) that is taken back for this one, with all after it. */
  replaces?: number
}

export interface TurnRow {
  n: number
  session: number
  /** The session's key. */
  session_key: string
  key: string | null
  state: TurnState
  attempt: number
  stop: number
  input: string
  seq: number
  error: string | null
  usage: string | null
  accepted_at: number
  ended_at: number | null
}

export const TURN_COLUMNS = `turn.n, turn.session, session.key AS session_key, turn.key, turn.state, turn.attempt, turn.stop,
  turn.input, turn.seq, turn.error, turn.usage, turn.accepted_at, turn.ended_at`
