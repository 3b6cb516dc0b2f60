/** The `exec` tool: one command in the shell that fits the caller (agent.md section 9.2). */
import * as z from 'zod'
import { badRequest, GatewayError, notHere } from '../../errors.ts'
import type { Files } from '../../files/index.ts'
import type { ChildProcess, Processes } from '../../platform.ts'
import { defineTool, type ToolContext } from '../tool.ts'
import type { BackgroundSessions } from './background.ts'
import { configuredInside, launch, workspaceFolder } from './launch.ts'
import { runProcess } from './run-process.ts'
import { type ShellMode, type ShellSettings, timeoutMs } from './settings.ts'
import { MISSING_COMMANDS, SimulatedShell } from './simulated.ts'

/** The longest a call may ask for, unless the config allows more. */
const MAX_TIMEOUT_MS = 600_000
/** Linux takes 128 KB for one argument. */
const MAX_COMMAND = 100_000

const input = z.object({
  command: z
    .string({ error: 'command is required' })
    .refine((command) => command.trim() !== '', 'command is required')
    .refine(
      (command) => command.length <= MAX_COMMAND,
      `command is longer than ${MAX_COMMAND} characters: write a script file first`,
    )
    .refine((command) => !command.includes('\0'), 'command must not contain NUL'),
  working_dir: z.string().optional().describe('Folder of the workspace to start in'),
  background: z.boolean().optional().describe('Return at once; look after the command with the process tool'),
  timeout: z.number().positive().optional().describe('Seconds the command may take, at most 600'),
})

export interface ExecToolDeps {
  workspace: () => Files
  processes: Processes | undefined
  settings: () => ShellSettings
  /** Which shell answers this caller. */
  modeFor(owner: boolean): ShellMode
  background: BackgroundSessions
  /** Told each child, so that closing ends it. */
  started(child: ChildProcess): void
}

/** Runs a command and answers with its output. A failing command is a result; only one that cannot run throws. */
export function execTool(deps: ExecToolDeps) {
  const simulated = new SimulatedShell()
  return defineTool<z.output<typeof input>>({
    name: 'exec',
    description: () => describe(deps),
    input,
    get timeoutMs() {
      return Math.max(timeoutMs(deps.settings()), MAX_TIMEOUT_MS) + 10_000
    },
    async run({ command, working_dir, background, timeout }, context: ToolContext) {
      const settings = deps.settings()
      const limit = timeout === undefined ? timeoutMs(settings) : timeout * 1000
      const clipped = Math.min(limit, Math.max(MAX_TIMEOUT_MS, timeoutMs(settings)))
      const mode = deps.modeFor(context.owner)
      if (mode === 'off') throw shellOff()
      if (mode === 'real') {
        const processes = deps.processes!
        const prepared = await launch(processes, deps.workspace(), settings, { command, workingDir: working_dir })
        if (background) {
          const session = deps.background.start(processes, prepared, command)
          return JSON.stringify({ session_id: session.id, running: true })
        }
        return runProcess(processes, prepared, { timeoutMs: clipped, signal: context.signal, started: deps.started })
      }
      if (background) {
        throw notHere(
          'background commands need the real shell, which is not available here: run the command without background',
        )
      }
      const files = deps.workspace()
      const folder = working_dir === undefined ? undefined : await workspaceFolder(files, working_dir)
      const home = await configuredInside(files, settings)
      const { session, signal } = context
      return simulated.run(files, { session, command, folder, home, timeoutMs: clipped, signal })
    },
  })
}

/** What a switched-off shell answers. */
export function shellOff(): GatewayError {
  return new GatewayError(
    403,
    'shell_off',
    'the shell is switched off (tools.shell.enabled or tools.shell.mode in the config)',
  )
}

/** Refuses who has no access to the machine's own processes. */
export function requireReal(mode: ShellMode): void {
  if (mode === 'off') throw shellOff()
  if (mode !== 'real') throw badRequest('background commands need the real shell, which is not available here')
}

function describe({ modeFor, settings }: ExecToolDeps): string {
  const output =
    'Returns stdout, then STDERR: and Exit code: when there is something to say; long output is cut in the middle.'
  const simulated =
    'a simulated bash over the workspace only (/workspace): the usual text and file commands (grep, sed, awk, jq, find, sort, ...), ' +
    `no network, no programs, no background; cd and /tmp last, variables do not. Missing: ${MISSING_COMMANDS}.`
  if (modeFor(true) !== 'real') return `Runs a command in ${simulated} ${output}`
  const where = settings().sandbox.enabled
    ? 'sh in a container without network; the workspace is /app, the working directory.'
    : 'bash on the machine of the gateway, starting in the workspace.'
  const others =
    modeFor(false) === 'real' ? '' : ' For anyone but the owner a simulated bash over the workspace answers.'
  return (
    `Runs a command in ${where} Each call is a new shell without input; what it leaves running ends with it, ` +
    `unless background=true.${others} ${output}`
  )
}
