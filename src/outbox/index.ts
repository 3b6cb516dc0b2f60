/** The outbox: every message that leaves the gateway is a row first. */
export { Outbox, type OutboxMessage, type OutboxState, outboxMigrations } from './outbox.ts'
