/** From a command line to the process that runs it: the machine's shell, or a container around it. */
import { badRequest, GatewayError, notHere } from '../../errors.ts'
import type { Files } from '../../files/index.ts'
import type { Processes, SpawnOptions } from '../../platform.ts'
import type { ShellSettings } from './settings.ts'

export interface Launch {
  spawn: SpawnOptions
  /** Ends what the process's own signals cannot reach (a container). */
  stop?: () => void
}

export interface LaunchRequest {
  command: string
  /** As the caller gave it: relative to the workspace, or an absolute path inside it. */
  workingDir: string | undefined
}

/**
 * How to run a command for real. The working directory is where it starts, not a jail: without a sandbox the command
 * sees what the gateway's user sees.
 */
export async function launch(
  processes: Processes,
  files: Files,
  settings: ShellSettings,
  request: LaunchRequest,
): Promise<Launch> {
  const root = files.root
  if (root === undefined) throw notHere('a real shell needs a workspace on a disk; set tools.shell.mode to "simulated"')
  const folder = request.workingDir === undefined ? undefined : await workspaceFolder(files, request.workingDir)
  if (settings.sandbox.enabled)
    return container(processes, root, folder ?? (await configuredInside(files, settings)), settings, request)
  const cwd = folder === undefined ? configured(root, settings) : under(root, folder)
  const bash = await processes.which('bash')
  const shell = bash ?? (await processes.which('sh'))
  if (shell === null) throw notHere('no shell (bash or sh) was found in PATH; set tools.shell.mode to "simulated"')
  // A bash whose input is a socket, as a child's is here, would read ~/.bashrc: its output and its secrets are not ours.
  const args = bash === null ? ['-c', request.command] : ['--norc', '-c', request.command]
  return { spawn: { command: shell, args, cwd, env: processes.env } }
}

/** The cleaned relative path of an existing folder of the workspace; `''` is its root. */
export async function workspaceFolder(files: Files, path: string): Promise<string> {
  const relative = relativeTo(files.root, path)
  if (relative === null) throw badRequest('working_dir must be inside the workspace')
  if (relative === '') return ''
  const stat = await files.stat(relative)
  if (stat?.kind !== 'dir') throw badRequest(`working_dir is not a folder of the workspace: ${path}`)
  return stat.path
}

/** `path` relative to the root if it lies in it; null if it is absolute and elsewhere. */
function relativeTo(root: string | undefined, path: string): string | null {
  if (path === '' || path === '.' || path === root) return ''
  if (root !== undefined && path.startsWith(`${root.replace(/\/$/, '')}/`))
    return path.slice(root.length).replace(/^\/+/, '')
  return isAbsolute(path) ? null : path
}

function configured(root: string, { working_dir }: ShellSettings): string {
  if (working_dir === '') return root
  return isAbsolute(working_dir) ? working_dir : under(root, working_dir)
}

/** `tools.shell.working_dir` as a folder of the workspace; `''` when it is elsewhere or not set. */
export async function configuredInside(files: Files, { working_dir }: ShellSettings): Promise<string> {
  return relativeTo(files.root, working_dir) === null ? '' : workspaceFolder(files, working_dir)
}

const isAbsolute = (path: string) => path.startsWith('/') || /^[A-Za-z]:[\\/]/.test(path)
const under = (root: string, folder: string) => (folder === '' ? root : `${root.replace(/\/$/, '')}/${folder}`)

/**
 * `docker run` with the workspace as its only door: no network, our own user, no capabilities, never privileged.
 * The container has a name and an init, so that a stop ends it and not only the client.
 */
async function container(
  processes: Processes,
  root: string,
  folder: string,
  settings: ShellSettings,
  request: LaunchRequest,
): Promise<Launch> {
  const docker = await processes.which('docker')
  if (docker === null) {
    throw new GatewayError(
      501,
      'sandbox_missing',
      'tools.shell.sandbox is enabled, but docker was not found in PATH: install docker, or switch the sandbox off',
    )
  }
  if (root.includes(':')) throw badRequest('the sandbox cannot mount a workspace whose path contains a colon')
  const name = `clawgo-${crypto.randomUUID()}`
  const spawn = (args: string[]): SpawnOptions => ({ command: docker, args, cwd: root, env: processes.env })
  return {
    spawn: spawn([
      ...['run', '--rm', '-i', '--init', '--name', name, '--network', 'none', '--user', await ownUser(processes, root)],
      ...['--cap-drop', 'ALL', '--security-opt', 'no-new-privileges', '-v', `${root}:/app`],
      ...['-w', under('/app', folder), settings.sandbox.image || 'alpine:3.20', 'sh', '-c', request.command],
    ]),
    stop: () => {
      const remove = processes.spawn(spawn(['rm', '-f', name]))
      remove.stdout.cancel().catch(() => {})
      remove.stderr.cancel().catch(() => {})
    },
  }
}

/** `uid:gid` of the gateway, so that files made in the container belong to its owner. */
async function ownUser(processes: Processes, cwd: string): Promise<string> {
  const id = processes.spawn({
    command: 'sh',
    args: ['-c', 'echo "$(id -u):$(id -g)"'],
    cwd,
    env: processes.env,
  })
  const user = (await new Response(id.stdout).text()).trim()
  if (!/^\d+:\d+$/.test(user))
    throw new GatewayError(501, 'sandbox_missing', 'the sandbox could not tell which user runs the gateway')
  return user
}
