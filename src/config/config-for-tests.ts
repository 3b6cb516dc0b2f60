/** A config on a home of a test: what a test brings is the database and the files. */
import { migrate } from '../db/index.ts'
import type { Files } from '../files/index.ts'
import type { Database, Log } from '../platform.ts'
import { type ConfigDeps, ConfigService, configMigrations } from './index.ts'

export interface TestHome {
  db: Database
  files: Files
}

/** Opens the config as a start of the gateway does; `warnings` gets what it would log. */
export function openConfig(home: TestHome, deps: Partial<ConfigDeps> = {}, warnings: string[] = []) {
  migrate(home.db, [configMigrations])
  const warn = (message: string) => void warnings.push(message)
  const log: Log = { debug() {}, info() {}, warn, error: warn }
  return ConfigService.open({ ...home, env: {}, now: () => 1_700_000_000_000, log, home: '/home/u/.clawgo', ...deps })
}

/** What the file says now. */
export async function fileOf(home: TestHome): Promise<Record<string, unknown>> {
  return JSON.parse(new TextDecoder().decode(await home.files.read('config.json')))
}
