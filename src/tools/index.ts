/** What the agent can do: the registry with its guard, the core tools, allowlist groups and their routes. */
export { type Allowlist, allows } from './allowlist.ts'
export { type CoreToolDeps, coreTools } from './core.ts'
export { type ToolGroup, toolGroups } from './groups.ts'
export type { JsonSchema } from './json-schema.ts'
export { checkMcpServers, type McpServerCheck, type McpServerEntry, type McpServerState } from './mcp-server-checks.ts'
export type { MessageButton, Messenger, OutgoingMessage } from './message.ts'
export {
  type CatalogTool,
  type RegisteredTool,
  type RemoteTool,
  type ToolCall,
  ToolRegistry,
  type ToolResult,
} from './registry.ts'
export { type McpConfig, type ToolRouteDeps, toolRoutes } from './routes.ts'
export { SPILL_FOLDER, type Spill, spillInto } from './spill.ts'
export { type AnyTool, defineTool, type Tool, type ToolContext } from './tool.ts'
export { cutMiddle, oneLine } from './truncate.ts'
export { isVisible, readablePath, relativePath, type ToolWorkspace, writablePath } from './workspace-path.ts'
