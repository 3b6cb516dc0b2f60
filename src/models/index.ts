/** Models: which language models a turn may ask, in which order, and what their failures mean. */
export { type Cooldown, modelMigrations } from './cooldown.ts'
export { classify } from './failure.ts'
export { createOfflineModel, type OfflineOptions } from './offline.ts'
export { redact } from './redact.ts'
export type { ModelSource } from './route.ts'
export { createModelService, type ModelDeps, type ModelDescription, type Models } from './service.ts'
export type { Env, ModelSettings, ProviderSettings } from './settings.ts'
export type { Candidate, FailureKind, ModelFailure, ModelService } from './types.ts'
