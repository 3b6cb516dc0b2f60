/** Finds commands also where the installers of MCP servers put them, which a service's PATH seldom names. */
import type { Processes } from '../platform.ts'

/** Below the user's home: uv's tools, bun's global packages, uv itself when cargo installed it. */
const USER_FOLDERS = ['.local/bin', '.bun/bin', '.cargo/bin']
const SYSTEM_FOLDERS = ['/usr/local/bin', '/opt/homebrew/bin']

/** The folders to look in after PATH, absolute. */
export function installFolders({ env }: Pick<Processes, 'env'>): string[] {
  const home = env.HOME ?? env.USERPROFILE
  return [...(home ? USER_FOLDERS.map((folder) => `${home}/${folder}`) : []), ...SYSTEM_FOLDERS]
}

/** The absolute path of a command: as PATH has it, else in the installers' folders; null when it is nowhere. */
export async function findCommand(
  processes: Pick<Processes, 'env' | 'which'>,
  command: string,
): Promise<string | null> {
  const found = await processes.which(command)
  if (found !== null || command === '' || /[\\/]/.test(command)) return found
  for (const folder of installFolders(processes)) {
    const path = await processes.which(`${folder}/${command}`)
    if (path !== null) return path
  }
  return null
}

/** The minimal environment with a PATH that reaches those folders too. */
export function commandEnvironment(processes: Pick<Processes, 'env'>): Record<string, string> {
  const path = processes.env.PATH ?? ''
  const separator = path.includes(';') ? ';' : ':'
  const folders = path.split(separator).filter(Boolean)
  const missing = installFolders(processes).filter((folder) => !folders.includes(folder))
  return { ...processes.env, PATH: [...folders, ...missing].join(separator) }
}
