/** The accounts room, put together: one store, one refresher, the logins, and the routes over them. */
import type { ConfigService } from '../config/index.ts'
import type { Route } from '../http/index.ts'
import type { Models } from '../models/index.ts'
import type { Platform } from '../platform.ts'
import type { Agenda } from '../schedule/index.ts'
import { accountRoutes } from './account-routes.ts'
import { Accounts } from './accounts.ts'
import { CredentialFiles } from './credential-files.ts'
import { loginRoutes } from './login-routes.ts'
import { Logins } from './logins.ts'
import { loginNetwork } from './network.ts'
import { runtimeRoutes } from './runtime-routes.ts'
import { openVault } from './vault.ts'

export interface AccountsRoomDeps {
  platform: Platform
  config: ConfigService
  agenda: Agenda
  /** The home as people see it. */
  home: string
  /** The models that the accounts sign for; asked after the room is built. */
  models: () => Models
}

export interface AccountsRoom {
  /** For the models room: who signs. */
  readonly accounts: Accounts
  routes(): Route[]
  close(): void
}

/** Opens the room. Throws a `GatewayError` when `CLAWGO_AUTH_KEY` is no key. */
export function openAccounts({ platform, config, agenda, home, models }: AccountsRoomDeps): AccountsRoom {
  const { db, env, log } = platform
  const now = () => platform.now()
  const names = { home, userHome: env.HOME }
  const network = loginNetwork(() => config.current, platform.publicFetch)
  const files = new CredentialFiles({ files: platform.files, vault: openVault(env.CLAWGO_AUTH_KEY), now })
  const accounts = new Accounts({
    config: () => config.current,
    env,
    names,
    files,
    network,
    agenda,
    now,
    log,
    background: (work) => platform.background(work),
    renewed(provider, account) {
      models().pool.renewed(provider, account)
      models().reconsider(provider)
    },
    changed: (provider, event) => models().pool.record(provider, 'changes', { kind: 'oauth', ...event }),
  })
  const schedule = () => platform.background(accounts.scheduleAll())
  return {
    accounts,
    routes: () => {
      const { pool } = models()
      const shared = { pool, accounts, names, now, models: models() }
      return [
        ...loginRoutes(new Logins({ config, env, db, names, files, accounts, network, now, log })),
        ...accountRoutes({ ...shared, config, files }),
        ...runtimeRoutes({ ...shared, config: () => config.current }),
      ]
    },
    close: config.onSaved(schedule),
  }
}
