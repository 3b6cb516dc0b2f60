/** The outbox: every message that leaves the gateway is a row first, and goes out in the order of its chat. */
export type { Attempt, Carrier } from './carrier.ts'
export { Delivery, type DeliveryDeps } from './delivery.ts'
export { MAX_OUTGOING_BYTES, outgoingFile } from './media.ts'
export { Outbox, type OutboxListener } from './outbox.ts'
export { OUTBOX_STATES, type OutboxMessage, type OutboxState, outboxMigrations } from './tables.ts'
