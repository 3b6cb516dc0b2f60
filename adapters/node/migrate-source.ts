/** Finding an earlier home on this disk (workspace-formats.md section 1, config.md section 1). */
import { createHash } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join, relative, resolve, sep } from 'node:path'
import * as z from 'zod'
import { GatewayError } from '../../src/errors.ts'
import { type OldHome, OWN_HOME, type Sha256 } from '../../src/migrate/index.ts'
import { openNodeFiles } from './files.ts'
import { pathFrom, workspacePath } from './platform.ts'

const SESSIONS = join('agents', 'main', 'sessions')

/** What an earlier program left in the gateway's own home. Opens folders that exist and makes none. */
export function ownHome(home: string, workspaceSetting: string): OldHome {
  const workspace = workspacePath(home, workspaceSetting)
  return oldHome(OWN_HOME, true, home, workspace)
}

/** The home in `dir`, wherever it was moved to. Throws `GatewayError` (404) when there is none. */
export function otherHome(dir: string): OldHome {
  const home = resolve(dir)
  if (!isFolder(home)) throw new GatewayError(404, 'no_home', `There is no folder ${dir}.`)
  const workspace = sourceWorkspace(home)
  const found = oldHome(home, false, home, workspace)
  if (!found.sessions && !found.workspace && !isFile(join(home, 'config.json'))) {
    const text = `${dir} is no home: it has no config.json, no workspace and no sessions. Name the folder of its config.json.`
    throw new GatewayError(404, 'no_home', text)
  }
  return found
}

/**
 * Where a home's workspace is now: `~/.clawgo` in its config means the home, which may have been copied from another
 * machine; a folder that is not there any more gives way to `workspace` in the home.
 */
function sourceWorkspace(home: string): string {
  const setting = workspaceSetting(join(home, 'config.json'))
  const own = join(home, 'workspace')
  if (setting === '') return own
  const inHome = /^~\/\.clawgo\/(.+)$/.exec(setting)?.[1]
  if (inHome !== undefined) return join(home, inHome)
  const named = pathFrom(home, setting)
  // The default home of whoever runs this is not what a copy of another home means.
  const isElsewhere = named.startsWith(join(homedir(), '.clawgo') + sep) && home !== join(homedir(), '.clawgo')
  return isFolder(named) && !(isElsewhere && isFolder(own)) ? named : own
}

/** `agents.defaults.workspace` of a config file, whatever else is in it; empty when it says none or cannot be read. */
export function workspaceSetting(configPath: string): string {
  try {
    return config.parse(JSON.parse(readFileSync(configPath, 'utf8'))).agents.defaults.workspace.trim()
  } catch {
    return ''
  }
}

const config = z.object({ agents: z.object({ defaults: z.object({ workspace: z.string() }) }) })

function oldHome(id: string, inPlace: boolean, home: string, workspace: string): OldHome {
  const sessions = join(dirname(workspace), SESSIONS)
  const way = relative(workspace, home)
  return {
    id,
    inPlace,
    home: openNodeFiles(home),
    sessions: isFolder(sessions) ? openNodeFiles(sessions) : null,
    workspace: isFolder(workspace) ? openNodeFiles(workspace) : null,
    workspaceHoldsHome: way === '' || !(way === '..' || way.startsWith(`..${sep}`)),
    sha256,
  }
}

function sha256(): Sha256 {
  const hash = createHash('sha256')
  return { update: (chunk) => void hash.update(chunk), hex: () => hash.digest('hex') }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false
}
