/** `clawgo config check`: would a gateway take config.json as it is on disk? */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as z from 'zod'
import { GatewayError } from '../../../src/errors.ts'
import { CliError } from './failure.ts'
import type { Home } from './home.ts'

export interface CheckResult {
  ok: boolean
  /** What is wrong, in the contract's words and order. */
  errors: string[]
  /** Keys nobody reads; they are kept. */
  unknownKeys: string[]
}

/**
 * Loads and saves a copy of the file the way a gateway does, in a folder that is gone afterwards. So it works beside a
 * running gateway, on a file that the gateway refused, and changes nothing.
 */
export async function checkConfig(home: Home): Promise<CheckResult> {
  const text = await readFile(home.configPath, 'utf8').catch(() => {
    throw new CliError('This home has no config.json that can be read.', {
      next: 'Make one: clawgo onboard',
      exitCode: 3,
    })
  })
  const scratch = await mkdtemp(join(tmpdir(), 'clawgo-check-'))
  try {
    await writeFile(join(scratch, 'config.json'), text, { mode: 0o600 })
    return await checkIn(scratch, text, home)
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

async function checkIn(scratch: string, text: string, home: Home): Promise<CheckResult> {
  const [{ ConfigService, configMigrations }, { migrate }, { nodeDatabase }, { openNodeFiles }] = await Promise.all([
    import('../../../src/config/index.ts'),
    import('../../../src/db/index.ts'),
    import('../database.ts'),
    import('../files.ts'),
  ])
  const db = nodeDatabase(':memory:')
  try {
    migrate(db, [configMigrations])
    const log = { debug() {}, info() {}, warn() {}, error() {} }
    const files = openNodeFiles(scratch)
    const service = await ConfigService.open({ files, db, env: process.env, now: Date.now, log, home: home.dir })
    const { unknownKeys } = service
    const errors = await problems(() => service.saveRaw(JSON.parse(text.replace(/^\uFEFF/, '')), 'check'))
    return { ok: errors.length === 0, errors, unknownKeys }
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error
    return { ok: false, errors: [error.message], unknownKeys: [] }
  } finally {
    db.close()
  }
}

const refusal = z.object({ errors: z.array(z.string()) })

async function problems(save: () => Promise<void>): Promise<string[]> {
  try {
    await save()
    return []
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error
    const body = refusal.safeParse(error.body)
    return body.success ? body.data.errors : [error.message]
  }
}
