/** What a gateway finds in its home before any room opens: the tables of all rooms, and the workspace without the home. */
import { accountMigrations } from './accounts/index.ts'
import { channelMigrations } from './channels/index.ts'
import { weixinMigrations } from './channels/weixin/index.ts'
import { chatMigrations } from './chat/index.ts'
import { configMigrations } from './config/index.ts'
import { type CronService, cronMigrations, jobFromOldHome } from './cron/index.ts'
import { migrate } from './db/index.ts'
import { GatewayError, messageOf } from './errors.ts'
import { type Files, hiding } from './files/index.ts'
import { httpMigrations } from './http/index.ts'
import { limitMigrations } from './limits/index.ts'
import { mcpMigrations } from './mcp/index.ts'
import { importedCronJobs, importMigrations } from './migrate/index.ts'
import { modelMigrations } from './models/index.ts'
import { outboxMigrations } from './outbox/index.ts'
import type { Platform } from './platform.ts'
import { relayMigrations } from './relay/index.ts'
import { scheduleMigrations } from './schedule/index.ts'
import { sessionMigrations } from './sessions/index.ts'
import { transferMigrations } from './transfer/index.ts'
import { usageMigrations } from './usage/index.ts'

const MIGRATIONS = [
  configMigrations,
  httpMigrations,
  scheduleMigrations,
  sessionMigrations,
  chatMigrations,
  modelMigrations,
  accountMigrations,
  outboxMigrations,
  channelMigrations,
  weixinMigrations,
  cronMigrations,
  importMigrations,
  mcpMigrations,
  relayMigrations,
  usageMigrations,
  limitMigrations,
  transferMigrations,
]

/** Brings the tables of every room up to date, for a home that is not opened as a gateway. */
export function migrateTables(db: Platform['db']): void {
  migrate(db, MIGRATIONS)
}

/** All tables up to date, or none changed and a `GatewayError` `migration_failed` (503) that says so. */
export function migrateHome({ db, log }: Pick<Platform, 'db' | 'log'>): void {
  try {
    migrateTables(db)
  } catch (cause) {
    log.error('the database could not be brought up to date and was left as it was', { error: messageOf(cause) })
    const text = `The database could not be brought up to date and was left as it was: ${messageOf(cause)}`
    throw new GatewayError(503, 'migration_failed', text, { cause })
  }
}

/** The schedule of an earlier home runs here from now on. */
export function takeOldJobs({ db, now, log }: Pick<Platform, 'db' | 'now' | 'log'>, cron: CronService): void {
  const old = importedCronJobs(db)
  const jobs = old.map(({ raw }) => jobFromOldHome(raw, now())).filter((job) => job !== null)
  const taken = cron.import(jobs)
  if (taken > 0) log.info('took over the schedule of the earlier program', { jobs: taken, of: old.length })
}

/** A workspace that contains the gateway's home (somebody's whole home folder, say) does not show it. */
export function withoutHome(workspace: Files, home: string | undefined): Files {
  const { root } = workspace
  if (root === undefined || home === undefined || !home.startsWith(`${root}/`)) return workspace
  return hiding(workspace, home.slice(root.length + 1))
}
