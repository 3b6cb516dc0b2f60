/** The config of the gateway: schema, file, live changes, masks and history. */

export { checkConfigText } from './check-text.ts'
export { sameJson, setAt, valueAt } from './document.ts'
export { checkPath, parsePath, parseValue } from './key-path.ts'
export type { ConfigChange, ConfigListener } from './listeners.ts'
export { canonicalModelRef, canonicalProvider, findProvider, providerOf, splitModelRef } from './model-ref.ts'
export { configMigrations, type Revision } from './revisions.ts'
export { configRoutes } from './routes.ts'
export {
  type Config,
  configJsonSchema,
  configSchema,
  defaults,
  type McpServerConfig,
  type ProviderConfig,
  type SubagentConfig,
} from './schema.ts'
export { channelsSchema } from './schema-channels.ts'
export { type ConfigDeps, ConfigService } from './service.ts'
