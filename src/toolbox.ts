/** The gateway's own tools, and which of them the config offers at the moment. */
import type { Config } from './config/index.ts'
import type { Files } from './files/index.ts'
import type { Outbox } from './outbox/index.ts'
import type { Platform } from './platform.ts'
import type { SessionStore } from './sessions/index.ts'
import type { Skills } from './skills/index.ts'
import { coreTools, type Messenger, spillInto, ToolRegistry } from './tools/index.ts'
import { shellTools } from './tools/shell/index.ts'
import { webTools } from './tools/web/index.ts'

export interface ToolboxDeps {
  platform: Platform
  config: () => Config
  workspace: () => Files
  sessions: SessionStore
  skills: Skills
  outbox: Outbox
  /** Only this machine can reach the gateway. */
  loopback: boolean
}

export interface Toolbox {
  readonly registry: ToolRegistry
  /** After a config change: the shell tools there are now. */
  offer(): void
  /** Ends background commands. */
  close(): void
}

export function openToolbox(deps: ToolboxDeps): Toolbox {
  const { platform, config, workspace, sessions, skills, loopback } = deps
  const registry = new ToolRegistry({ spill: spillInto(workspace) })
  const shell = shellTools({
    workspace,
    ...(platform.processes ? { processes: platform.processes } : {}),
    settings: () => config().tools.shell,
    loopback: () => loopback,
    now: platform.now,
  })
  const own = [
    ...coreTools({
      workspace,
      sessions,
      messenger: messengerOf(deps.outbox),
      system: platform.system,
      now: platform.now,
    }),
    ...webTools({ publicFetch: platform.publicFetch, settings: () => config().tools.web }),
  ]
  for (const tool of own) registry.register(tool)

  /** None, the simulated shell, or the machine's own, as the config and the address say. */
  function offer(): void {
    for (const name of ['exec', 'process', 'skill_exec']) registry.unregister(name)
    for (const tool of shell.tools) registry.register(tool)
    // Whoever can write a skill's script can run anything with it: only where the owner has the machine's own shell.
    const realShell = shell.tools.some(({ name }) => name === 'process')
    if (skills.tool && realShell && !config().tools.shell.sandbox.enabled) registry.register(skills.tool)
  }

  offer()
  return { registry, offer, close: () => shell.close() }
}

function messengerOf(outbox: Outbox): Messenger {
  return {
    async send({ channel, chat, idempotencyKey, session: _session, ...body }) {
      const { state, reason } = outbox.put({ channel, chat, body: { ...body }, key: idempotencyKey })
      return { held: state === 'held' ? reason : null }
    },
  }
}
