/** Moving in from an earlier home: sessions, schedule, workspace, credentials, with a receipt. */
export { type ImportedCronJob, importedCronJobs } from './cron-jobs.ts'
export { type MovedIn, type MoveInDeps, moveIn } from './move-in.ts'
export { MovingIn, type MovingInDeps } from './moving-in.ts'
export { type OldHome, OWN_HOME, type Sha256 } from './old-home.ts'
export type { Receipt } from './receipt.ts'
export { type ImportItem, type ItemKind, type ItemStatus, importMigrations, putItem } from './tables.ts'
