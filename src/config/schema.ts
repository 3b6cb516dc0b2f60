/** The one schema of config.json: types, defaults, JSON Schema and documentation come from it (config.md section 3). */
import * as z from 'zod'
import { agentsSchema } from './schema-agents.ts'
import { channelsSchema } from './schema-channels.ts'
import { cronSchema, gatewaySchema, loggingSchema, memorySchema, sentinelSchema } from './schema-gateway.ts'
import { limitsSchema } from './schema-limits.ts'
import { modelsSchema } from './schema-models.ts'
import { toolsSchema } from './schema-tools.ts'

/** Every known key, in the order a saved file has. Unknown keys are no error: they live in the document (document.ts). */
export const configSchema = z.object({
  agents: agentsSchema.prefault({}),
  channels: channelsSchema.prefault({}),
  models: modelsSchema.prefault({}),
  gateway: gatewaySchema.prefault({}),
  cron: cronSchema.prefault({}),
  tools: toolsSchema.prefault({}),
  logging: loggingSchema.prefault({}),
  sentinel: sentinelSchema.prefault({}),
  memory: memorySchema.prefault({}),
  limits: limitsSchema.prefault({}),
})

/** The config in force: every key present, names as in the file. */
export type Config = z.output<typeof configSchema>
export type ProviderConfig = Config['models']['providers'][string]
export type SubagentConfig = Config['agents']['subagents'][string]
export type McpServerConfig = Config['tools']['mcp']['servers'][string]

/** Two defaults depend on where the home is. */
export function homeDefaults(home: string): { workspace: string; logs: string } {
  const root = home.replace(/\/+$/, '')
  return { workspace: `${root}/workspace`, logs: `${root}/logs` }
}

/** What an empty config file means for this home; the token is empty here (`ConfigService.open` makes one). */
export function defaults(home: string): Config {
  const config = configSchema.parse({})
  const { workspace, logs } = homeDefaults(home)
  config.agents.defaults.workspace = workspace
  config.logging.dir = logs
  return config
}

/** JSON Schema (2020-12) of config.json, for editors and the console. Unknown keys are allowed. */
export function configJsonSchema(): Record<string, unknown> {
  return { ...z.toJSONSchema(configSchema, { io: 'input' }), title: 'ClawGo gateway configuration' }
}
