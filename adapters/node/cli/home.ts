/** Which home a command works on (config.md section 1). */
import { homedir } from 'node:os'
import { basename, dirname, join, resolve, sep } from 'node:path'

/** A home directory and its config file, both absolute. */
export interface Home {
  dir: string
  /** Its name in the home, `config.json` unless it was given another. */
  configFile: string
  configPath: string
}

/** `--config`, else CLAWGO_CONFIG, else `~/.clawgo/config.json`. The config file's folder is the home. */
export function resolveHome(config: string | undefined, env: Readonly<Record<string, string | undefined>>): Home {
  const given = config?.trim() || env.CLAWGO_CONFIG?.trim()
  const configPath = given ? resolve(given) : defaultConfigPath()
  return { dir: dirname(configPath), configFile: basename(configPath), configPath }
}

/** A home directory as people write it: `~` for their own folder. */
export function shownHome(dir: string): string {
  const own = homedir()
  return dir === own || dir.startsWith(own + sep) ? `~${dir.slice(own.length)}` : dir
}

/** How to type `clawgo` for this home in another terminal, which may not have this one's environment. */
export function commandFor(home: Home): string {
  return home.configPath === defaultConfigPath()
    ? 'npx clawgo'
    : `npx clawgo --config ${quoted(shownHome(home.configPath))}`
}

function defaultConfigPath(): string {
  return join(homedir(), '.clawgo', 'config.json')
}

/** For a shell; a leading `~` must stay outside the quotes to be expanded. */
function quoted(path: string): string {
  if (/^[\w@%+=:,./~-]+$/.test(path)) return path
  const own = path.startsWith('~/') ? '~/' : ''
  return `${own}'${path.slice(own.length).replaceAll("'", "'\\''")}'`
}
