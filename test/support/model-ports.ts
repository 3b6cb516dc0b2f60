/** What a route needs to be asked in a test: the real network, and a pool that knows one provider's key. */
import { nodeDatabase } from '../../adapters/node/database.ts'
import { migrate } from '../../src/db/index.ts'
import { modelMigrations } from '../../src/models/index.ts'
import type { ModelPorts } from '../../src/models/language-model.ts'
import { CredentialPool } from '../../src/models/pool.ts'
import type { ProviderSettings } from '../../src/models/settings.ts'

export function portsOf(name: string, settings: ProviderSettings): ModelPorts {
  const db = nodeDatabase(':memory:')
  migrate(db, [modelMigrations])
  const log = { debug() {}, info() {}, warn() {}, error() {} }
  const pool = new CredentialPool({
    db,
    now: Date.now,
    log,
    settings: (provider) => (provider === name ? settings : undefined),
    keyOf: () => settings.api_key,
  })
  return { fetch: globalThis.fetch, local: true, pool, now: Date.now }
}
