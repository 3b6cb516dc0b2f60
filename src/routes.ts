/** Every route of every room of a gateway; `createApp` mounts them beside the shell's own. */
import { chatRoutes } from './chat/index.ts'
import { configRoutes } from './config/index.ts'
import { cronRoutes } from './cron/index.ts'
import type { Gateway } from './gateway.ts'
import type { Route } from './http/index.ts'
import { logRoutes } from './logs/index.ts'
import { findCommand, Installer, mcpRoutes } from './mcp/index.ts'
import { memoryRoutes } from './memory/index.ts'
import { relayRoutes } from './relay/index.ts'
import { sessionRoutes } from './sessions/index.ts'
import { skillRoutes } from './skills/index.ts'
import { statusRoute } from './status.ts'
import { toolRoutes } from './tools/index.ts'
import { uploadRoutes } from './uploads/index.ts'
import { workspaceRoutes } from './workspace/index.ts'

export function gatewayRoutes(gateway: Gateway): Route[] {
  const { sockets, processes } = gateway.platform
  return [
    statusRoute(gateway),
    ...configRoutes(gateway.config),
    ...chatRoutes({ chat: gateway.chat, sockets }),
    ...sessionRoutes(gateway.sessions),
    ...logRoutes({
      logs: gateway.platform.logs,
      sockets,
      enabled: () => gateway.config.current.logging.enabled,
      now: gateway.platform.now,
    }),
    ...uploadRoutes(gateway.uploads),
    ...memoryRoutes(() => gateway.workspace()),
    ...workspaceRoutes(() => gateway.workspace()),
    ...skillRoutes(gateway.skills),
    ...cronRoutes(gateway.cron),
    ...gateway.accounts.routes(),
    ...toolRoutes({
      registry: gateway.tools,
      config: () => gateway.config.current,
      ...(processes ? { processes: { which: (command: string) => findCommand(processes, command) } } : {}),
      mcpStates: () => gateway.mcp.states(),
    }),
    ...relayRoutes({
      hub: gateway.relay,
      sockets,
      relayToken: () => gateway.config.current.gateway.relay_token,
      now: gateway.platform.now,
    }),
    ...mcpRoutes(new Installer({ platform: gateway.platform, installed: () => gateway.mcp.retry() })),
  ]
}
