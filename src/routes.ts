/** Every route of every room of a gateway; `createApp` mounts them beside the shell's own. */

import { commandRoute } from './agent/index.ts'
import { channelRoutes } from './channels/index.ts'
import { weixinRoutes } from './channels/weixin/index.ts'
import { chatRoutes, recentTurnsRoute, sessionSteeringRoutes } from './chat/index.ts'
import { configRoutes } from './config/index.ts'
import { cronRoutes } from './cron/index.ts'
import type { Gateway } from './gateway.ts'
import type { Route } from './http/index.ts'
import { usageRoutes } from './limits/index.ts'
import { logRoutes } from './logs/index.ts'
import { findCommand, Installer, mcpRoutes } from './mcp/index.ts'
import { memoryRoutes } from './memory/index.ts'
import { modelChoicesRoute } from './model-choices.ts'
import { relayRoutes } from './relay/index.ts'
import { sessionRoutes } from './sessions/index.ts'
import { skillRoutes } from './skills/index.ts'
import { statusRoute } from './status.ts'
import { toolRoutes } from './tools/index.ts'
import { transferRoutes } from './transfer/index.ts'
import { uploadRoutes } from './uploads/index.ts'
import { workspaceRoutes } from './workspace/index.ts'

export function gatewayRoutes(gateway: Gateway): Route[] {
  const { sockets, processes } = gateway.platform
  return [
    statusRoute(gateway),
    ...usageRoutes(gateway.limits),
    ...transferRoutes(gateway.transfer),
    ...configRoutes(gateway.config, gateway.channelDrafts),
    ...weixinRoutes(gateway.weixin),
    ...channelRoutes({
      channels: gateway.channels,
      drafts: gateway.channelDrafts,
      outbox: gateway.outbox,
      events: gateway.events,
      config: gateway.config,
    }),
    ...chatRoutes({ chat: gateway.chat, sockets }),
    recentTurnsRoute(gateway.platform.db),
    ...sessionSteeringRoutes({
      chat: gateway.chat,
      sessions: gateway.sessions,
      db: gateway.platform.db,
      changed: (session) => gateway.events.publish({ type: 'session_changed', session }),
    }),
    commandRoute(),
    modelChoicesRoute(gateway),
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
