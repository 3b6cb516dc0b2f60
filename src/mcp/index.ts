/** MCP: the servers of the config as tools of the agent, and the installing of servers. */
export { findCommand } from './commands.ts'
export { Installer } from './installer.ts'
export { mcpRoutes } from './routes.ts'
export { McpServers, type McpServersDeps } from './servers.ts'
export type { McpServerSettings, McpSettings } from './settings.ts'
export { mcpMigrations } from './tool-cache.ts'
