/** What the agent remembers between conversations. */
export { dayBefore, type LocalTime, localTime } from './local-time.ts'
export { dailyNotes, folderOf, isMemoryFile, LONG_TERM, namespaceOf } from './namespace.ts'
export { type MemoryPromptOptions, memoryForPrompt } from './prompt.ts'
export { memoryRoutes } from './routes.ts'
export { type MemoryHit, type MemoryLines, MemoryStore, type Remembered } from './store.ts'
export type { MemoryNote } from './write-rules.ts'
