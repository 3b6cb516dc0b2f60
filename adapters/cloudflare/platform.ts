/** The ports on a Durable Object, put together. */
import { type Files, folder } from '../../src/files/index.ts'
import type { Database, Platform, WorkersAi } from '../../src/platform.ts'
import type { ObjectAlarm } from './alarm.ts'
import type { ObjectLog } from './log.ts'
import { publicFetch } from './public-fetch.ts'
import type { ObjectSockets } from './sockets.ts'
import { systemFacts } from './system.ts'

export interface ObjectPlatformParts {
  ctx: DurableObjectState
  env: Env
  db: Database
  files: Files
  alarm: ObjectAlarm
  sockets: ObjectSockets
  log: ObjectLog
  fault?: (point: string) => void
}

/** The platform of one Gateway object. There is one workspace, whatever the config names. */
export function objectPlatform({ ctx, env, db, files, alarm, sockets, log, fault }: ObjectPlatformParts): Platform {
  const workspace = folder(files, 'workspace')
  return {
    runtime: 'workerd',
    files,
    workspace: () => workspace,
    db,
    alarm,
    sockets,
    system: systemFacts(),
    fetch: (input, init) => fetch(input, init),
    publicFetch,
    async asset(name) {
      if (!env.ASSETS || !/^(?:console\/)?[A-Za-z0-9][\w.-]*$/.test(name)) return null
      // The edge compresses what leaves it; pages under their own name are redirected to the folder's, and followed.
      const response = await env.ASSETS.fetch(`https://assets.local/${name}`)
      return response.ok ? response : null
    },
    background(work) {
      ctx.waitUntil(work.catch((error) => log.error('background work failed', { error })))
    },
    log,
    logs: log.lines,
    env: textVariables(env),
    ...(env.AI ? { ai: env.AI as unknown as WorkersAi } : {}),
    now: () => Date.now(),
    ...(fault ? { fault } : {}),
  }
}

/** The Worker's vars and secrets, as the environment of a process would show them. */
function textVariables(env: Env): Record<string, string> {
  const variables: Record<string, string> = {}
  for (const [name, value] of Object.entries(env)) if (typeof value === 'string') variables[name] = value
  // The deployment's token is in force over whatever the config says.
  if (env.GATEWAY_TOKEN) variables.CLAWGO_GATEWAY_TOKEN = env.GATEWAY_TOKEN
  return variables
}
