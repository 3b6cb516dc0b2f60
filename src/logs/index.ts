/** Log lines: their shape, what is taken out of them, and the `log` port over a sink that an adapter opens. */
export { humanLine, jsonLine } from './lines.ts'
export { type LogLevel, logTo } from './log.ts'
