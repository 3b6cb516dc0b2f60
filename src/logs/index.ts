/**
 * Logs: lines and what is taken out of them, the `log` port over a sink that an adapter opens, and what the API tells of
 * the lines that were kept.
 */
export { KeptLines, type KeptLinesSettings } from './kept-lines.ts'
export { type KnownSecrets, knownSecrets } from './known-secrets.ts'
export { humanLine, jsonLine } from './lines.ts'
export { LiveLog, LOGS_ENDPOINT } from './live.ts'
export { type LogLevel, logTo } from './log.ts'
export { type LogRouteDeps, logRoutes } from './routes.ts'
export type { LogStore } from './store.ts'
