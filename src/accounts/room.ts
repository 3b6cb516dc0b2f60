/** The accounts room, put together: one store, one refresher, the logins, and the routes over them. */
import type { ConfigService } from '../config/index.ts'
import type { Route } from '../http/index.ts'
import type { Models } from '../models/index.ts'
import type { Platform } from '../platform.ts'
import type { Agenda } from '../schedule/index.ts'
import { accountRoutes } from './account-routes.ts'
import { AccountUse } from './account-use.ts'
import { Accounts } from './accounts.ts'
import { CredentialFiles } from './credential-files.ts'
import { HistoryFiles } from './history-files.ts'
import { loginRoutes } from './login-routes.ts'
import { Logins } from './logins.ts'
import { loginNetwork } from './network.ts'
import { openProxies } from './proxy.ts'
import { RefreshNotes } from './refresh-notes.ts'
import type { Relays } from './relay-view.ts'
import { runtimeRoutes } from './runtime-routes.ts'
import { trialRoute } from './trial-route.ts'
import { openVault } from './vault.ts'

export interface AccountsRoomDeps {
  platform: Platform
  config: ConfigService
  agenda: Agenda
  /** The home as people see it. */
  home: string
  /** The models that the accounts sign for; asked after the room is built. */
  models: () => Models
  relays: Relays
}

export interface AccountsRoom {
  /** For the models room: who signs. */
  readonly accounts: Accounts
  /** What needs the models, at the start: old histories, the next refreshes. */
  start(): Promise<void>
  routes(): Route[]
  close(): void
}

/** Opens the room. Throws a `GatewayError` when `CLAWGO_AUTH_KEY` is no key. */
export function openAccounts({ platform, config, agenda, home, models, relays }: AccountsRoomDeps): AccountsRoom {
  const { db, env, log } = platform
  const now = () => platform.now()
  const names = { home, userHome: env.HOME }
  const proxies = openProxies(() => config.current, platform.proxied)
  const network = loginNetwork(() => config.current, platform.publicFetch, proxies)
  const vault = openVault(env.CLAWGO_AUTH_KEY)
  const files = new CredentialFiles({ files: platform.files, vault, now })
  const accounts = new Accounts({
    config: () => config.current,
    env,
    names,
    files,
    network,
    proxies,
    notes: new RefreshNotes(db),
    use: new AccountUse(db, now),
    agenda,
    ...(platform.fault ? { fault: platform.fault } : {}),
    now,
    log,
    background: (work) => platform.background(work),
    renewed(provider, account) {
      models().pool.renewed(provider, account)
      models().reconsider(provider)
    },
    changed: (provider, event) => models().pool.record(provider, 'changes', { kind: 'oauth', ...event }),
  })
  const historyFiles = new HistoryFiles({
    ...{ db, files: platform.files, names, now, log },
    config: () => config.current,
    pool: () => models().pool,
    background: (work) => platform.background(work),
  })
  const start = async () => {
    await historyFiles.takeIn()
    await accounts.scheduleAll()
  }
  const unsubscribe = config.onSaved(() => platform.background(start()))
  return {
    accounts,
    start() {
      models().pool.onRecord((provider) => historyFiles.changed(provider))
      return start()
    },
    routes: () => {
      const { pool } = models()
      const shared = { pool, accounts, relays, names, now, models: models() }
      return [
        ...loginRoutes(new Logins({ config, env, db, names, files, vault, accounts, network, now, log })),
        ...accountRoutes({ ...shared, config, files }),
        trialRoute({ config: () => config.current, models: models() }),
        ...runtimeRoutes({ ...shared, config: () => config.current, historyFiles }),
      ]
    },
    close() {
      unsubscribe()
      historyFiles.close()
    },
  }
}
