/** Turns: durable from the moment a message is accepted, readable from any sequence number, one outcome each. */

export { Draining, Stopped } from './abort.ts'
export { announceTurns } from './announce.ts'
export { Chat, failureOf, type Outcome, type Submission } from './chat.ts'
export { type EngineOptions, type QueueState, type Runner, TurnEngine } from './engine.ts'
export type { TurnEvent, TurnState } from './events.ts'
export { closeOrphans, liveEndpoint } from './live.ts'
export { recentTurnsRoute } from './recent-turns.ts'
export { chatRoutes } from './routes.ts'
export { Fenced, type PendingCall, type StepResult, type TurnRun } from './run.ts'
export { sessionSteeringRoutes } from './session-routes.ts'
export { chatMigrations, type TurnInput, type TurnRow } from './tables.ts'
export { type ModelUsage, type Usage, type UsageLedger, usageOf } from './usage.ts'
