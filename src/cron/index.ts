/** The schedule: jobs that run the agent, their run ledger, reminders and the heartbeat. */
export { HEARTBEAT_SESSION, Heartbeat } from './heartbeat.ts'
export { DEFAULT_POLICY, type Job, jobReply, jobView } from './job.ts'
export { jobFromOldHome } from './old-job.ts'
export { cronRoutes, runView } from './routes.ts'
export { CronService, type CronSettings } from './service.ts'
export { cronMigrations, type RunRow } from './tables.ts'
export { cronTools } from './tools.ts'
export { instantOf, wallClock } from './zone.ts'
