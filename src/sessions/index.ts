/** Sessions: append-only messages with a sequence number per session, history windows, compaction marks. */
export { isInternal, kindOf } from './key.ts'
export { sessionRoutes } from './routes.ts'
export { type NewMessage, Sessions, type StoredMessage, sessionMigrations } from './store.ts'
export type { HistoryMessage, HistoryWindow, SessionInfo, SessionStore, ToolCallRecord } from './types.ts'
