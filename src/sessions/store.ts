/**
 * The session store. A message's row id is `session * 1e9 + seq`: one B-tree holds every session in order, so a window of
 * a history costs what it shows, not what the session holds.
 */
import type { Migrations } from '../db/index.ts'
import type { Database } from '../platform.ts'
import { kindOf } from './key.ts'
import { type ListOptions, sessionPage } from './list.ts'
import { clearSession, cutSession, removalMigration } from './removal.ts'
import { SPAN } from './row-id.ts'
import { type SearchResult, searchSessions } from './search.ts'
import { indexBacklog, indexMessage, searchMigration } from './search-index.ts'
import type { SearchOptions } from './search-match.ts'
import { titlesOf } from './title.ts'
import type { HistoryMessage, HistoryWindow, SessionInfo, SessionPage, SessionStore, ToolCallRecord } from './types.ts'

export const sessionMigrations: Migrations = {
  room: 'sessions',
  steps: [
    `CREATE TABLE session (
       id INTEGER PRIMARY KEY,
       key TEXT NOT NULL UNIQUE,
       kind TEXT NOT NULL,
       last_seq INTEGER NOT NULL DEFAULT 0,
       summary TEXT,
       compacted_to INTEGER NOT NULL DEFAULT 0,
       compactions INTEGER NOT NULL DEFAULT 0,
       context_tokens INTEGER NOT NULL DEFAULT 0,
       model TEXT,
       created_at INTEGER NOT NULL,
       updated_at INTEGER NOT NULL);
     CREATE INDEX session_recent ON session(updated_at);
     CREATE TABLE message (
       id INTEGER PRIMARY KEY,
       role TEXT NOT NULL,
       content TEXT NOT NULL,
       call_id TEXT,
       calls TEXT,
       parts TEXT,
       turn INTEGER,
       step INTEGER,
       pos INTEGER,
       name TEXT,
       failed INTEGER NOT NULL DEFAULT 0,
       at INTEGER NOT NULL);
     CREATE INDEX message_result ON message(turn, pos) WHERE role = 'tool';`,
    searchMigration,
    removalMigration,
  ],
}

const DEFAULT_LIMIT = 200

/** What a turn appends. */
export interface NewMessage {
  role: HistoryMessage['role']
  content: string
  /** Tool results: the call they answer, the tool's name, whether it failed, and their place in the turn's stream. */
  callId?: string
  name?: string
  /** A user message that "failed" was withdrawn before anybody read it: the history shows it, no model sees it. */
  failed?: boolean
  pos?: number
  calls?: ToolCallRecord[]
  /** The model's own content parts as JSON, so that signatures and metadata stay whole. */
  parts?: unknown
  turn?: number
  step?: number
}

/** A message of an earlier home. */
export interface PastMessage extends NewMessage {
  /** When it was said, ms since the epoch. */
  at: number
}

/** What an imported session was besides its messages. */
export interface PastState {
  kind?: SessionInfo['kind']
  summary: string | null
  compactions: number
  /** Newest messages that stay in the model's context; the rest is what the summary stands for. */
  keep: number
}

/** A row as the agent reads it back. */
export interface StoredMessage extends HistoryMessage {
  turn: number | null
  step: number | null
  name: string | null
  failed: boolean
  parts: unknown
}

interface MessageRow {
  id: number
  role: HistoryMessage['role']
  content: string
  call_id: string | null
  calls: string | null
  parts: string | null
  turn: number | null
  step: number | null
  name: string | null
  failed: number
  at: number
}

/** What the agent needs to know of a session besides its messages. */
export interface SessionState {
  id: number
  key: string
  lastSeq: number
  summary: string | null
  compactedTo: number
  compactions: number
  /** Tokens of the context at the last model call, as the provider counted them; 0 when unknown. */
  contextTokens: number
  /** The model chosen for this session (`/model`), or null for the configured one. */
  model: string | null
  /** Grows whenever messages are taken back. */
  generation: number
}

export class Sessions implements SessionStore {
  readonly #db: Database
  readonly #now: () => number

  constructor(deps: { db: Database; now: () => number }) {
    this.#db = deps.db
    this.#now = deps.now
  }

  /** The session's row id; made when missing, as if at `at`. Call inside the transaction that gives it content. */
  open(key: string, at = this.#now()): number {
    const found = this.#id(key)
    if (found !== null) return found
    return this.#db.query<{ id: number }>(
      'INSERT INTO session (key, kind, created_at, updated_at) VALUES (?, ?, ?, ?) RETURNING id',
      key,
      kindOf(key),
      at,
      at,
    )[0]!.id
  }

  /** The session's state; null for a session that was never used. */
  state(key: string): SessionState | null {
    const row = this.#db.query<{
      id: number
      last_seq: number
      summary: string | null
      compacted_to: number
      compactions: number
      context_tokens: number
      model: string | null
      generation: number
    }>(
      `SELECT id, last_seq, summary, compacted_to, compactions, context_tokens, model, generation
       FROM session WHERE key = ?`,
      key,
    )[0]
    if (!row) return null
    return {
      id: row.id,
      key,
      lastSeq: row.last_seq,
      summary: row.summary,
      compactedTo: row.compacted_to,
      compactions: row.compactions,
      contextTokens: row.context_tokens,
      model: row.model,
      generation: row.generation,
    }
  }

  /** Appends one message and returns its sequence number. Call inside a transaction together with what it belongs to. */
  append(session: number, message: NewMessage): number {
    const at = this.#now()
    const seq = this.#db.query<{ last_seq: number }>(
      'UPDATE session SET last_seq = last_seq + 1, updated_at = ? WHERE id = ? RETURNING last_seq',
      at,
      session,
    )[0]!.last_seq
    this.#insert(session, seq, message, at)
    return seq
  }

  /** Appends messages with the times they bring along. Call inside a transaction. */
  appendPast(session: number, messages: readonly PastMessage[]): void {
    const latest = messages.reduce((last, { at }) => Math.max(last, at), 0)
    const { last_seq } = this.#db.query<{ last_seq: number }>(
      `UPDATE session SET last_seq = last_seq + ?, updated_at = max(updated_at, ?) WHERE id = ? RETURNING last_seq`,
      messages.length,
      latest,
      session,
    )[0]!
    const before = last_seq - messages.length
    for (const [i, message] of messages.entries()) this.#insert(session, before + i + 1, message, message.at)
  }

  /**
   * Ends the import of a session: its summary, and the times of its first and last message as its own. The context begins
   * at a user message where it can, so that no tool result is cut from its call. A session that was compacted here keeps
   * its own. Call inside a transaction.
   */
  adoptPast(session: number, { kind, summary, compactions, keep }: PastState): void {
    const [from, to] = [session * SPAN, session * SPAN + SPAN - 1]
    const { last_seq } = this.#db.query<{ last_seq: number }>('SELECT last_seq FROM session WHERE id = ?', session)[0]!
    const cut = Math.max(0, last_seq - keep)
    const user = this.#db.query<{ id: number }>(
      "SELECT id FROM message WHERE id BETWEEN ? AND ? AND role = 'user' ORDER BY id LIMIT 1",
      from + cut + 1,
      to,
    )[0]
    this.#db.query(
      `UPDATE session SET kind = coalesce(?1, kind), summary = ?2, compactions = ?3, compacted_to = ?4,
         created_at = coalesce((SELECT at FROM message WHERE id BETWEEN ?5 AND ?6 ORDER BY id LIMIT 1), created_at),
         updated_at = coalesce((SELECT at FROM message WHERE id BETWEEN ?5 AND ?6 ORDER BY id DESC LIMIT 1), updated_at)
       WHERE id = ?7 AND summary IS NULL AND compactions = 0`,
      kind ?? null,
      summary,
      compactions,
      cut === 0 || !user ? cut : user.id - from - 1,
      from,
      to,
      session,
    )
  }

  /** The sessions that say most of `query`, best first; blank: none. */
  search(query: string, options: SearchOptions = {}): SearchResult[] {
    return searchSessions(this.#db, query, options)
  }

  /** Indexes a batch of the messages from before the search index; true while there are more. */
  indexBacklog(): boolean {
    return indexBacklog(this.#db)
  }

  list(options: { includeInternal?: boolean } = {}): SessionInfo[] {
    return this.page(options).sessions
  }

  /** Sessions a page at a time; 400 for a `before` that is no `next`. */
  page(options: ListOptions = {}): SessionPage {
    return sessionPage(this.#db, options)
  }

  history(key: string, window: HistoryWindow = {}): HistoryMessage[] {
    return this.#window(key, window).map(toHistory)
  }

  /** The same messages with what the history does not show: their turn, step, tool and failure. */
  details(key: string, window: HistoryWindow = {}): StoredMessage[] {
    return this.#window(key, window).map(toStored)
  }

  #window(key: string, window: HistoryWindow): MessageRow[] {
    const session = this.#db.query<{ id: number; last_seq: number }>(
      'SELECT id, last_seq FROM session WHERE key = ?',
      key,
    )[0]
    if (!session) return []
    const limit = window.limit && window.limit > 0 ? window.limit : DEFAULT_LIMIT
    const [from, to] = range(window, limit, session.last_seq)
    if (from > to) return []
    return this.#rows(session.id, Math.max(from, to - limit + 1), to)
  }

  /** Everything the model has not had compacted away, oldest first; not what was withdrawn. */
  working(state: SessionState): StoredMessage[] {
    return this.#rows(state.id, state.compactedTo + 1, SPAN - 1)
      .filter(({ role, failed }) => role !== 'user' || !failed)
      .map(toStored)
  }

  /** Replaces what came before `to` by a summary, unless another compaction came first or messages were taken back. True when it took effect. */
  compact(state: SessionState, to: number, summary: string | null): boolean {
    return (
      this.#db.query(
        `UPDATE session SET summary = ?, compacted_to = ?, compactions = compactions + 1, context_tokens = 0
         WHERE id = ? AND compacted_to = ? AND generation = ? RETURNING id`,
        summary,
        to,
        state.id,
        state.compactedTo,
        state.generation,
      ).length > 0
    )
  }

  setContextTokens(session: number, tokens: number): void {
    this.#db.query('UPDATE session SET context_tokens = ? WHERE id = ?', tokens, session)
  }

  /** Chooses the model of one session; null returns to the configured one. */
  setModel(session: number, ref: string | null): void {
    this.#db.query('UPDATE session SET model = ? WHERE id = ?', ref, session)
  }

  /** Names a session; null returns to how it began. */
  setTitle(session: number, title: string | null): void {
    this.#db.query('UPDATE session SET title = ? WHERE id = ?', title, session)
  }

  titleOf(key: string): string {
    const id = this.#id(key)
    return id === null ? '' : this.title(id)
  }

  /** What a session is called; empty before its first message. */
  title(session: number): string {
    return titlesOf(this.#db, [session]).get(session) ?? ''
  }

  /** Takes a user's message and all after it back; see `cutSession`. */
  cut(session: number, from: number): void {
    cutSession(this.#db, session, from)
  }

  /** Takes everything back; see `clearSession`. */
  clear(session: number): void {
    clearSession(this.#db, session)
  }

  #insert(session: number, seq: number, message: NewMessage, at: number): void {
    const id = session * SPAN + seq
    this.#db.query(
      `INSERT INTO message (id, role, content, call_id, calls, parts, turn, step, pos, name, failed, at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      id,
      message.role,
      message.content,
      message.callId ?? null,
      message.calls?.length ? JSON.stringify(message.calls) : null,
      message.parts === undefined ? null : JSON.stringify(message.parts),
      message.turn ?? null,
      message.step ?? null,
      message.pos ?? null,
      message.name ?? null,
      message.failed ? 1 : 0,
      at,
    )
    indexMessage(this.#db, id, message.content)
  }

  #id(key: string): number | null {
    return this.#db.query<{ id: number }>('SELECT id FROM session WHERE key = ?', key)[0]?.id ?? null
  }

  #rows(session: number, from: number, to: number): MessageRow[] {
    return this.#db.query<MessageRow>(
      `SELECT id, role, content, call_id, calls, parts, turn, step, name, failed, at
       FROM message WHERE id BETWEEN ? AND ? ORDER BY id`,
      session * SPAN + from,
      session * SPAN + to,
    )
  }
}

/** The contract's window rules over 1..total (api-behaviour.md section 5.3). */
function range(window: HistoryWindow, limit: number, total: number): [number, number] {
  if (window.around) {
    const half = Math.max(1, Math.floor(limit / 2))
    return [Math.max(1, window.around - half), Math.min(total, window.around + half)]
  }
  return [window.after ? window.after + 1 : 1, Math.min(total, window.before ? window.before - 1 : total)]
}

function toStored(row: MessageRow): StoredMessage {
  return {
    ...toHistory(row),
    turn: row.turn,
    step: row.step,
    name: row.name,
    failed: row.failed === 1,
    parts: row.parts === null ? undefined : JSON.parse(row.parts),
  }
}

function toHistory(row: MessageRow): HistoryMessage {
  return {
    seq: row.id % SPAN,
    at: row.at,
    role: row.role,
    content: row.content,
    ...(row.call_id === null ? {} : { tool_call_id: row.call_id }),
    ...(row.calls === null ? {} : { tool_calls: JSON.parse(row.calls) as ToolCallRecord[] }),
  }
}
