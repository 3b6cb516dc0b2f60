/** Which files travel, where they are in this home, and their bytes in the portable form. */
import type { Vault } from '../accounts/index.ts'
import { isLeftOut } from '../backup/index.ts'
import { GatewayError, messageOf, notFound } from '../errors.ts'
import { clean, contained, FileError, type FileStat, type Files } from '../files/index.ts'
import type { Database } from '../platform.ts'

const WORKSPACE = 'workspace'
/** The config's name in a manifest. */
export const CONFIG = 'config.json'
/** Credential files are small; a larger file in their folder is something else. */
const MAX_CREDENTIAL = 256 * 1024
const SEALED = /^[\w-]+\.[\w-]*\.[\w-]+\.[\w-]+\.[\w-]+\s*$/

/** A home to read from or write to. */
export interface TransferHome {
  db: Database
  files: Files
  /** The workspace, wherever it is; without the home, should it hold it. */
  workspace: Files
  /** The config's name in the home; it travels as config.json. */
  configFile: string
  /** The log folder in the home; empty when it is elsewhere. */
  logFolder: string
  /** Opens and seals credential files: they travel as they are inside. */
  vault: Vault
}

/** A file of the home under its name in the manifest. */
export interface Located {
  files: Files
  path: string
}

/** Where a file of the manifest is, or goes, in this home; 404 for what does not travel. */
export function locate(home: TransferHome, path: string): Located {
  const name = contained(path)
  if (name === CONFIG) return { files: home.files, path: home.configFile }
  if (name.startsWith(`${WORKSPACE}/`)) {
    const path = name.slice(WORKSPACE.length + 1)
    const below = workspaceInHome(home)
    return below === null ? { files: home.workspace, path } : { files: home.files, path: `${below}/${path}` }
  }
  if (name === '' || name === home.configFile || stays(home, name)) throw notFound(`no such file: ${name}`)
  return { files: home.files, path: name }
}

/** The files that travel, by their names in the manifest; `problem` says why one cannot. */
export async function* contentsOf(home: TransferHome): AsyncGenerator<FileStat & { problem?: string }> {
  for await (const stat of listed(home.files)) {
    if (stat.kind !== 'file' || stays(home, stat.path)) continue
    if (stat.path === CONFIG && home.configFile !== CONFIG) continue
    const path = stat.path === home.configFile ? CONFIG : stat.path
    yield { ...stat, path, ...problemWith(home, path) }
  }
  for await (const stat of listed(home.workspace)) {
    if (stat.kind !== 'file') continue
    const path = `${WORKSPACE}/${stat.path}`
    yield { ...stat, path, ...problemWith(home, path) }
  }
}

/** The bytes of a credential file as they travel; null for any other file. 409 when no key of this home opens it. */
export async function openedCredential(home: TransferHome, located: Located): Promise<Uint8Array | null> {
  const { files, path } = located
  const stat = isCredential(home, located) ? await files.stat(path) : null
  if (!stat || stat.size > MAX_CREDENTIAL) return null
  const bytes = await files.read(path)
  const text = new TextDecoder().decode(bytes)
  if (!SEALED.test(text)) return bytes
  try {
    return new TextEncoder().encode((await home.vault.open(path, text)).text)
  } catch (cause) {
    const why = `${messageOf(cause)}; it cannot travel without its key`
    throw new GatewayError(409, 'sealed_credential', `A credential cannot be read: ${why}.`, { cause })
  }
}

/** Whether a file is sealed where it is written, since this home has a key for its credentials. */
export const isSealedHere = (home: TransferHome, located: Located, size: number) =>
  home.vault.encrypts && isCredential(home, located) && size <= MAX_CREDENTIAL

/** A workspace elsewhere may well have a folder of that name. */
const isCredential = (home: TransferHome, { files, path }: Located) =>
  files === home.files && /^auth\/[^/]+$/.test(path)

/** Whether somebody has used this home: its first config and its templates do not count. */
export function hasContent({ db }: TransferHome): boolean {
  return ['session', 'turn', 'cron_job', 'inbound'].some(
    (table) =>
      db.query('SELECT 1 FROM sqlite_master WHERE name = ?', table).length > 0 &&
      db.query(`SELECT 1 FROM ${table} LIMIT 1`).length > 0,
  )
}

/** Where case does not tell names apart, `Gateway.db` is the database, and `Config.json` the config. */
export function isOwnInOtherCase(home: TransferHome, path: string): boolean {
  const lower = path.toLowerCase()
  if (lower === path || path.startsWith(`${WORKSPACE}/`)) return false
  return lower === CONFIG || lower === home.configFile.toLowerCase() || stays(home, lower)
}

/** What is in the home folder and does not travel from there: the process's own, logs, backups, and the workspace. */
function stays(home: TransferHome, path: string): boolean {
  const below = workspaceInHome(home)
  if ([WORKSPACE, below].some((folder) => folder !== null && (path === folder || path.startsWith(`${folder}/`))))
    return true
  const parts = path.split('/')
  const options = { logs: false, logFolder: home.logFolder }
  return parts.some((_, i) => isLeftOut(parts.slice(0, i + 1).join('/'), options))
}

/** The workspace's folder in the home; null when it is elsewhere. */
function workspaceInHome({ files, workspace }: TransferHome): string | null {
  if (files.root === undefined || workspace.root === undefined) return WORKSPACE
  return workspace.root.startsWith(`${files.root}/`) ? workspace.root.slice(files.root.length + 1) : null
}

async function* listed(files: Files): AsyncGenerator<FileStat> {
  try {
    yield* files.list('', { recursive: true })
  } catch (error) {
    if (!(error instanceof FileError && error.code === 'ENOENT')) throw error
  }
}

/** A name that not every runtime can make stays behind, and is reported. */
function problemWith(home: TransferHome, path: string): { problem?: string } {
  if (isOwnInOtherCase(home, path)) return { problem: 'only case tells its name from one of the gateway itself' }
  try {
    return clean(path) === path ? {} : { problem: 'its name is written in another form of Unicode' }
  } catch (error) {
    return { problem: error instanceof FileError ? error.detail : messageOf(error) }
  }
}
