/** A home on this disk as one end of a transfer, while no gateway runs on it. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { openVault } from '../../src/accounts/index.ts'
import { GatewayError } from '../../src/errors.ts'
import { type Files, hiding } from '../../src/files/index.ts'
import { migrateTables } from '../../src/gateway-home.ts'
import { OWN_HOME } from '../../src/migrate/index.ts'
import { logFolderIn, openJournal, type TransferHome } from '../../src/transfer/index.ts'
import { nodeDatabase } from './database.ts'
import { openNodeFiles } from './files.ts'
import { lockHome } from './lock.ts'
import { ownHome, workspaceSetting } from './migrate-source.ts'
import { workspacePath } from './platform.ts'

type Env = Readonly<Record<string, string | undefined>>

export interface LocalHome extends TransferHome {
  close(): void
}

export interface LocalHomeOptions {
  /** An absolute path. */
  home: string
  configFile: string
  env: Env
  /** Make what is missing, and let the workspace be the home's own. */
  make?: boolean
}

/**
 * Takes a home for this process alone. Throws `home_in_use` while a gateway runs on it, `no_home` (404) where there is
 * none, and 409 where an earlier program's sessions were not moved in yet.
 */
export function openLocalHome({ home, configFile, env, make = false }: LocalHomeOptions): LocalHome {
  if (!make && !existsSync(join(home, 'gateway.db'))) {
    throw new GatewayError(404, 'no_home', 'There is no gateway in this home yet. Start it once: clawgo gateway run')
  }
  const lock = lockHome(home)
  const opened = [() => lock.release()]
  try {
    const setting = make ? '' : workspaceSetting(join(home, configFile))
    const db = nodeDatabase(join(home, 'gateway.db'))
    opened.push(() => db.close())
    migrateTables(db)
    const files = openNodeFiles(home)
    if (!make) refuseUnfinished(home, setting, db)
    return {
      db,
      files,
      workspace: withoutHome(openNodeFiles(workspacePath(home, setting)), home),
      configFile,
      logFolder: logFolderIn({ files, env }, 'logs'),
      vault: openVault(env.CLAWGO_AUTH_KEY),
      close: () => closeAll(opened),
    }
  } catch (error) {
    closeAll(opened)
    throw error
  }
}

function closeAll(opened: Array<() => void>): void {
  for (const close of opened.splice(0).reverse()) close()
}

function refuseUnfinished(home: string, setting: string, db: TransferHome['db']): void {
  if (openJournal(db) !== null) {
    const text =
      'A gateway that came into this home was cut off before all its files were in place. Start it once: clawgo gateway run'
    throw new GatewayError(409, 'moving_in', text)
  }
  const [run] = db.query<{ state: string }>('SELECT state FROM import_run WHERE source = ?', OWN_HOME)
  if (run?.state === 'done' || !ownHome(home, setting).sessions) return
  const text =
    'The sessions of the earlier program are not moved in yet. Start the gateway and let it finish: clawgo gateway run'
  throw new GatewayError(409, 'moving_in', text)
}

function withoutHome(workspace: Files, home: string): Files {
  const { root } = workspace
  return root !== undefined && home.startsWith(`${root}/`) ? hiding(workspace, home.slice(root.length + 1)) : workspace
}
