/** ClawHub, the public collection of skills, through its own command line tool (workspace-formats.md section 5.6). */
import { GatewayError, notHere } from '../errors.ts'
import type { Files } from '../files/index.ts'
import type { Commands } from './commands.ts'
import { findRemoteVersion, type RemoteSkill } from './remote-version.ts'
import { isSkillName } from './skill-name.ts'

const INSTALL_TIMEOUT_MS = 120_000
const SEARCH_TIMEOUT_MS = 8000
/** All searches of one list; what is left then is not checked. */
const CHECK_TIMEOUT_MS = 60_000
const PARALLEL_SEARCHES = 4

const RATE_LIMIT = 'clawhub rate limit exceeded. please retry later or configure auth token.'

export interface ClawHubDeps {
  /** Absent on a runtime without processes. */
  commands: Commands | undefined
  workspace: () => Files
}

/** The tool's absolute path; `''` when it is not installed. */
export async function clawHubPath({ commands }: ClawHubDeps): Promise<string> {
  return (await commands?.which('clawhub')) ?? ''
}

/**
 * Installs a skill into the workspace; returns what the tool printed. `force` skips its warning about suspicious
 * skills. Throws 501 without processes, 412 without the tool, 429 when ClawHub asks to wait, 502 when the tool fails.
 */
export async function installFromClawHub(deps: ClawHubDeps, name: string, force: boolean): Promise<string> {
  const { commands, cwd } = onDisk(deps)
  const program = await clawHubPath(deps)
  if (program === '') {
    throw new GatewayError(412, 'clawhub_missing', 'clawhub is not installed. please install clawhub first.')
  }
  const { stdout, failure } = await commands.run({
    program,
    args: ['install', name, ...(force ? ['--force'] : [])],
    cwd,
    env: PLAIN,
    timeoutMs: INSTALL_TIMEOUT_MS,
    combined: true,
  })
  const output = withoutPaths(stdout, cwd, commands.env.HOME)
  if (failure === null) return output
  if (isRateLimit(output)) throw new GatewayError(429, 'too_many', `${RATE_LIMIT}\n${output}`.trimEnd())
  throw new GatewayError(502, 'install_failed', `install failed: ${failure}\n${output}`.trimEnd())
}

/**
 * Asks ClawHub for the version of each skill, a few at a time, at most 8 s each and 60 s together. Empty without the
 * tool.
 */
export async function checkClawHub(deps: ClawHubDeps, names: readonly string[]): Promise<Map<string, RemoteSkill>> {
  const program = await clawHubPath(deps)
  const results = new Map<string, RemoteSkill>()
  if (program === '') return results
  const { commands, cwd } = onDisk(deps)
  const waiting = names.filter(isSkillName)
  const until = performance.now() + CHECK_TIMEOUT_MS
  let refused: string | null = null
  const search = async (name: string): Promise<RemoteSkill> => {
    const left = until - performance.now()
    if (refused === null && left < 1) refused = 'not checked: clawhub took too long'
    if (refused !== null) return { found: false, error: refused }
    const timeoutMs = Math.min(SEARCH_TIMEOUT_MS, left)
    const { stdout, stderr, failure } = await commands.run({
      program,
      args: ['search', name, '--json'],
      cwd,
      env: PLAIN,
      timeoutMs,
    })
    const said = withoutPaths(stderr.trim() || stdout.trim(), cwd, commands.env.HOME)
    if (failure !== null && isRateLimit(said)) {
      refused = RATE_LIMIT
      return { found: false, error: RATE_LIMIT }
    }
    if (failure !== null) return { found: false, error: firstLine(`${failure}: ${said}`) }
    return findRemoteVersion(stdout, name)
  }
  const work = async () => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
      results.set(name, await search(name).catch((error: Error) => ({ found: false, error: error.message })))
    }
  }
  await Promise.all(Array.from({ length: PARALLEL_SEARCHES }, work))
  return results
}

/** No colours and no questions. */
const PLAIN = { NO_COLOR: '1', CI: '1' }

function onDisk({ commands, workspace }: ClawHubDeps): { commands: Commands; cwd: string } {
  const cwd = workspace().root
  if (commands && cwd !== undefined) return { commands, cwd }
  throw notHere('clawhub cannot run on this runtime: import the skill as an archive instead')
}

const isRateLimit = (output: string) => /rate limit exceeded|too many requests/i.test(output)

const firstLine = (text: string) => text.split('\n', 1)[0]!.slice(0, 300)

/** The tool prints where it writes; the client needs to know what, not where on our disk. */
function withoutPaths(text: string, workspace: string, home: string | undefined): string {
  const plain = text.replaceAll(/\u001b\[[0-9;?]*[A-Za-z]/g, '').replaceAll(workspace, '.')
  return home && home.length > 1 ? plain.replaceAll(home, '~') : plain
}
