/** Finds the command an installer has just installed: its name in the installer's own words, its path in its own folder. */
import type { Processes } from '../platform.ts'
import { findCommand } from './commands.ts'
import { runCommand } from './install-command.ts'
import type { InstallerName, PackageSpec } from './package-name.ts'

export interface InstallerCommand {
  name: InstallerName
  /** Absolute path. */
  path: string
  cwd: string
}

export interface InstalledCommand {
  name: string
  /** Absolute; null when it is nowhere. */
  path: string | null
}

const ASK_MS = 20_000

const FOLDER_QUESTION: Record<InstallerName, readonly string[]> = {
  uv: ['tool', 'dir', '--bin'],
  bun: ['pm', 'bin', '-g'],
}

/** The command of a package after `installer` said `output`. */
export async function installedCommand(
  processes: Processes,
  installer: InstallerCommand,
  wanted: PackageSpec,
  output: string,
): Promise<InstalledCommand> {
  const ask = (args: readonly string[]) =>
    runCommand(processes, { command: installer.path, args, cwd: installer.cwd, timeoutMs: ASK_MS }).then(
      ({ ok, stdout }) => (ok ? stdout : ''),
      () => '',
    )
  let names = namesIn(installer.name, output)
  // A package that was there already is not described again.
  if (names.length === 0 && installer.name === 'uv') names = namesListed(await ask(['tool', 'list']), wanted.name)
  const name = names.length === 0 || names.includes(wanted.bin) ? wanted.bin : names[0]!
  const folder = (await ask(FOLDER_QUESTION[installer.name])).split('\n').at(-1)!.trim()
  // The installer's own folder first: PATH may hold another command of that name.
  const own = /^([/\\]|[A-Za-z]:[/\\])/.test(folder) ? await processes.which(`${folder}/${name}`) : null
  return { name, path: own ?? (await findCommand(processes, name)) }
}

/** uv: `Installed 2 executables: a, b`. bun: `installed x@1.0 with binaries:` and a list. */
function namesIn(installer: InstallerName, output: string): string[] {
  if (installer === 'uv') {
    const found = /^\s*Installed \d+ executables?: (.+)$/m.exec(output)?.[1] ?? ''
    return found.split(',').map(trimmed).filter(isCommandName)
  }
  const list = /with binaries:\s*\n((?:\s*-\s*\S+\s*(?:\n|$))+)/.exec(output)?.[1] ?? ''
  return list.split('\n').map(trimmed).filter(isCommandName)
}

/** `uv tool list`: a line `name v1.2.3` for each package, then `- command` for each of its commands. */
function namesListed(list: string, name: string): string[] {
  const names: string[] = []
  let ours = false
  for (const line of list.split('\n')) {
    const command = /^\s*-\s*(\S+)/.exec(line)?.[1]
    if (command === undefined) ours = normal(line.split(' ')[0]!) === normal(name)
    else if (ours && isCommandName(command)) names.push(command)
  }
  return names
}

const trimmed = (text: string) => text.replace(/^[\s-]+|\s+$/g, '')
const isCommandName = (text: string) => /^[\w][\w.+-]*$/.test(text)
/** Names of Python packages are equal whatever their separators. */
const normal = (name: string) => name.toLowerCase().replace(/[-_.]+/g, '-')
