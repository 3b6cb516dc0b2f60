/** Gateways whose stores hold something from the beginning. */
import { readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { AUTHORIZATION, newHome, untilHealthy } from './gateways.ts'
import { freePort, type Server, type Stage } from './stage.ts'

/** Starts the Node gateway on a new home that `fill` has filled; its config is overlaid with `settings`. */
export async function startFilledNode(
  stage: Stage,
  fill: (home: string) => void | Promise<void>,
  settings: Record<string, unknown> = {},
): Promise<Server> {
  const port = await freePort()
  const program = await newHome(stage, port)
  const file = program.args[program.args.indexOf('--config') + 1]!
  await writeFile(file, JSON.stringify({ ...JSON.parse(await readFile(file, 'utf8')), ...settings }))
  await fill(dirname(file))
  const running = stage.start(program)
  const url = `http://127.0.0.1:${port}`
  await Promise.race([untilHealthy(url), running.failed])
  return { ...running, url }
}

/** Where the Node gateway keeps its database. */
export const databaseOf = (home: string): string => join(home, 'gateway.db')

/** Starts the Worker on an object whose store holds `count` of what it keeps. */
export function startFilledWorker(stage: Stage, store: 'sessions' | 'logs', count: number): Promise<Server> {
  const token = AUTHORIZATION.authorization?.replace('Bearer ', '')
  const what = {
    entry: 'bench/servers/filled-worker.js',
    objects: { GATEWAY: 'FilledGateway', DIRECTORY: 'TenantDirectory' },
    vars: {
      GATEWAY_CONFIG: JSON.stringify({ gateway: { host: '127.0.0.1', token } }),
      GATEWAY_LOG_LEVEL: 'error',
    },
    filled: { [store]: count },
  }
  return stage.server({ args: ['bench/servers/workerd.ts', JSON.stringify(what)] })
}
