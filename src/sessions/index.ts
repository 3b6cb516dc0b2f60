/** Sessions: append-only messages with a sequence number per session, history windows, compaction marks. */
export { indexOverTime } from './backlog.ts'
export { isInternal, kindOf } from './key.ts'
export { messageShape } from './message-shape.ts'
export { sessionRoutes } from './routes.ts'
export type { SearchResult, SearchSnippet } from './search.ts'
export type { SearchOptions } from './search-match.ts'
export {
  type NewMessage,
  type PastMessage,
  type PastState,
  Sessions,
  type StoredMessage,
  sessionMigrations,
} from './store.ts'
export type { HistoryMessage, HistoryWindow, SessionInfo, SessionStore, ToolCallRecord } from './types.ts'
