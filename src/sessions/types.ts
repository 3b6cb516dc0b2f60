/** What other rooms may ask of the session store. */
import type { ListOptions } from './list.ts'
import type { SearchResult } from './search.ts'
import type { SearchOptions } from './search-match.ts'

export interface SessionInfo {
  key: string
  /** Text before the first `:` of the key, when there is one. */
  channel?: string
  kind: 'cron' | 'subagent' | 'hook' | 'main' | 'other'
  /** ms since the epoch of the last message. */
  updatedAt: number
  messages: number
  compactions: number
  /** What it is called, where that was asked for. */
  title?: string
}

export interface SessionPage {
  sessions: SessionInfo[]
  /** `before` of the page that follows; absent on the last. */
  next?: string
}

/** Sequence numbers are 1-based per session; `around` wins over `before` and `after` (both exclusive). */
export interface HistoryWindow {
  limit?: number
  around?: number
  before?: number
  after?: number
}

/** A tool call as the contract shows it; `arguments` is JSON text. */
export interface ToolCallRecord {
  id: string
  type: 'function'
  function: { name: string; arguments: string }
}

/** A message as the contract shows it. */
export interface HistoryMessage {
  seq: number
  at: number
  role: 'user' | 'assistant' | 'tool' | 'system'
  content: string
  tool_call_id?: string
  tool_calls?: ToolCallRecord[]
}

export interface SessionStore {
  /** Newest first. Internal ones (cron, subagent, heartbeat, hook, internal) only when asked. */
  list(options?: { includeInternal?: boolean }): SessionInfo[]
  /** The same a page at a time. */
  page(options?: ListOptions): SessionPage
  /** Oldest first; of a range larger than `limit` (default 200) the newest are kept. Unknown session: `[]`. */
  history(key: string, window?: HistoryWindow): HistoryMessage[]
  /** What a session is called; empty for one that says nothing of itself. */
  titleOf(key: string): string
  /** The sessions that say most of `query`, best first; blank: none. */
  search(query: string, options?: SearchOptions): SearchResult[]
}
