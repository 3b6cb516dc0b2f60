/** Moving a whole gateway between homes: the portable form, reading it, writing it, and the API for it. */
export type { TransferHome } from './contents.ts'
export { type ChunkRef, Exporter } from './exporter.ts'
export { chunksOf, countsOf, type Manifest, manifestSchema, sha256Of } from './format.ts'
export { type Imported, Importer, type Loading } from './importer.ts'
export { lastImport, openJournal, transferMigrations } from './journal.ts'
export { logFolderIn, openTransfer, resumeTransfer, type TransferRoom, withWorkspace } from './room.ts'
export { transferRoutes } from './routes.ts'
