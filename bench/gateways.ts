/** Gateways as their owners run them, each a process of its own with a new home. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { nodeDatabase } from '../adapters/node/database.ts'
import type { Runtime } from './figures.ts'
import { fillSession } from './fill-session.ts'
import { freePort, type Program, type Server, type Stage } from './stage.ts'

export interface Wanted {
  /** Where the config's only model is. */
  model?: string
  /** Sessions that are there from the beginning: key and number of messages. */
  filled?: Readonly<Record<string, number>>
}

const TOKEN = 'cg_0123456789abcdef0123456789abcdef'
const CLAWGO = 'adapters/node/cli/clawgo.js'

/** The token as a request presents it. */
export const AUTHORIZATION: Record<string, string> = { authorization: `Bearer ${TOKEN}` }

/** Starts a gateway that ends with the stage. Requests need `AUTHORIZATION`. */
export function startGateway(stage: Stage, runtime: Runtime, wanted: Wanted = {}): Promise<Server> {
  return runtime === 'node' ? onNode(stage, wanted) : onWorkerd(stage, wanted)
}

/** Starts the scripted model server on the clients' core. */
export function startModel(stage: Stage): Promise<Server> {
  return stage.server({ args: ['bench/servers/model.ts'], on: 'client' })
}

/** Makes a home and gives the program that runs its gateway at `port`. */
export async function newHome(stage: Stage, port: number, { model, filled = {} }: Wanted = {}): Promise<Program> {
  const home = await stage.folder()
  const file = join(home, 'config.json')
  await writeFile(file, JSON.stringify(config(model)))
  const sessions = Object.entries(filled)
  if (sessions.length) {
    const db = nodeDatabase(join(home, 'gateway.db'))
    for (const [key, messages] of sessions) fillSession(db, key, messages)
    db.close()
  }
  const address = ['--host', '127.0.0.1', '--port', String(port)]
  return { args: [CLAWGO, '--config', file, 'gateway', 'run', '--quiet', ...address], env: { HOME: home } }
}

/** Resolves when `/health` answers; asked every few milliseconds. */
export async function untilHealthy(url: string): Promise<void> {
  for (let tries = 0; tries < 10_000; tries++) {
    const answer = await fetch(`${url}/health`).catch(() => null)
    await answer?.text()
    if (answer?.ok) return
    await sleep(2)
  }
  throw new Error(`${url} did not answer.`)
}

async function onNode(stage: Stage, wanted: Wanted): Promise<Server> {
  const port = await freePort()
  const running = stage.start(await newHome(stage, port, wanted))
  const url = `http://127.0.0.1:${port}`
  await Promise.race([untilHealthy(url), running.failed])
  return { ...running, url }
}

/** Starts a Worker of this checkout; `options` are those of test/support/worker-target.ts. */
export async function startWorkerd(stage: Stage, options: object): Promise<Server> {
  // Its storage lies among the temporary files; Miniflare's own exit hook leaves before it could be removed.
  const env = { TMPDIR: await stage.folder() }
  return stage.server({ args: ['bench/servers/workerd.ts', JSON.stringify(options)], env })
}

function onWorkerd(stage: Stage, { model, filled = {} }: Wanted): Promise<Server> {
  const what = {
    entry: 'bench/servers/gateway-worker.js',
    objects: { GATEWAY: 'FillableGateway', DIRECTORY: 'TenantDirectory' },
    vars: { GATEWAY_CONFIG: JSON.stringify(config(model)), GATEWAY_LOG_LEVEL: 'error' },
    filled,
  }
  return startWorkerd(stage, what)
}

function config(model: string | undefined): object {
  const gateway = { host: '127.0.0.1', token: TOKEN }
  if (model === undefined) return { gateway }
  const local = { api_base: `${model}/v1`, models: ['script'], auth: 'none' }
  return {
    gateway,
    agents: { defaults: { model: { primary: 'local/script' } } },
    models: { providers: { local } },
  }
}
