/** The config behind one door: through the running gateway's API, or in the home itself when none runs. */
import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'
import { CliError } from './failure.ts'
import type { Home } from './home.ts'
import { callGateway, findGateway, type RunningGateway } from './running-gateway.ts'

/** A stored earlier version of the config. */
export interface Revision {
  id: number
  /** When it was saved, ms since the epoch. */
  at: number
  /** Who saved it. */
  source: string
  /** Dotted paths of what it changed. */
  changed: string[]
}

export interface ConfigAccess {
  /** The config with defaults and unknown keys; secrets are masks. */
  view(): Promise<Record<string, unknown>>
  /** Sets one value, given as typed on a command line (config.md section 7.4). Checked like `edit`. */
  set(path: string, text: string): Promise<void>
  /** Changes a copy, validates it and puts it in force; throws and changes nothing when it is invalid. */
  edit(change: (document: Record<string, unknown>) => void): Promise<void>
  /** Newest first. */
  history(): Promise<Revision[]>
  rollback(id: number): Promise<void>
}

/** Calls `work` with the config of `home`. `create` makes a home that does not exist yet. */
export async function withConfig<T>(
  home: Home,
  work: (access: ConfigAccess) => Promise<T>,
  options: { create?: boolean } = {},
): Promise<T> {
  const gateway = await findGateway(home, process.env)
  if (gateway) return work(overApi(gateway))
  if (!options.create && !existsSync(home.configPath)) {
    throw new CliError('This home has no config.json yet.', {
      next: 'Make one: clawgo onboard, or start the gateway once.',
      exitCode: 3,
    })
  }
  return inHome(home, work)
}

const documentSchema = z.record(z.string(), z.unknown())
const revisionSchema = z.object({ id: z.number(), at: z.number(), source: z.string(), changed: z.array(z.string()) })
const historySchema = z.object({ revisions: z.array(revisionSchema) })

function overApi(gateway: RunningGateway): ConfigAccess {
  const view = () => callGateway(gateway, '/api/config', documentSchema)
  const edit: ConfigAccess['edit'] = async (change) => {
    // Masks stand for the stored secrets, so that a read, a change and a save keep them.
    const document = await view()
    change(document)
    await callGateway(gateway, '/api/config', z.unknown(), document)
  }
  return {
    view,
    edit,
    async set(path, text) {
      const { checkPath, parsePath, parseValue, setAt } = await import('../../../src/config/index.ts')
      const keys = parsePath(path)
      await edit((document) => {
        checkPath(document, keys)
        setAt(document, keys, parseValue(keys, text))
      })
    },
    history: async () => (await callGateway(gateway, '/api/config/history', historySchema)).revisions,
    async rollback(id) {
      await callGateway(gateway, '/api/config/rollback', z.unknown(), { id })
    },
  }
}

/** Owns the home while it works, so that no gateway starts on it meanwhile. */
async function inHome<T>(home: Home, work: (access: ConfigAccess) => Promise<T>): Promise<T> {
  const [{ lockHome }, { nodeDatabase }, { openNodeFiles }, { ConfigService, configMigrations }, { migrate }] =
    await Promise.all([
      import('../lock.ts'),
      import('../database.ts'),
      import('../files.ts'),
      import('../../../src/config/index.ts'),
      import('../../../src/db/index.ts'),
    ])
  process.umask(0o077)
  await mkdir(home.dir, { recursive: true, mode: 0o700 })
  const lock = lockHome(home.dir)
  try {
    const db = nodeDatabase(join(home.dir, 'gateway.db'))
    try {
      migrate(db, [configMigrations])
      const service = await ConfigService.open({
        files: openNodeFiles(home.dir),
        db,
        env: process.env,
        now: Date.now,
        log: { debug() {}, info() {}, warn() {}, error() {} },
        home: home.dir,
        path: home.configFile,
      })
      return await work({
        view: async () => documentSchema.parse(service.plain()),
        set: (path, text) => service.set(path, text, 'cli'),
        edit: (change) => service.update(change, 'cli'),
        history: async () => service.history(),
        rollback: (id) => service.rollback(id),
      })
    } finally {
      db.close()
    }
  } finally {
    lock.release()
  }
}
