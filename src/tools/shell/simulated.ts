/**
 * The shell that needs no machine: a bash interpreter in this process over the workspace. It reaches no network, no
 * process and no file outside; its limits suit an isolate of 128 MB (files-and-shell.md section 5).
 */
import type { BashOptions, CommandName, InMemoryFs } from 'just-bash/browser'
import type { Files } from '../../files/index.ts'
import { CommandOutput, commandResult } from './command-result.ts'
import { PortFs } from './port-fs.ts'

/** The interpreter's deadline, ms; a shorter one of the config wins. */
const MAX_TIME_MS = 20_000
/** What a session may keep outside the workspace. */
const SCRATCH_BYTES = 4 << 20
/** Sessions whose working directory and /tmp are remembered. */
const MAX_SESSIONS = 8

const LIMITS: BashOptions['executionLimits'] = {
  maxOutputSize: 1 << 20,
  maxLiveBytes: 32 << 20,
  maxInputBytes: 32 << 20,
  maxStringLength: 8 << 20,
  maxFileSystemBytes: 32 << 20,
}

/** What people expect of a shell and this one lacks; part of the tool's description. */
export const MISSING_COMMANDS =
  'tar, zip, curl, wget, git, node, python3, sqlite3, yq, xxd, cmp, yes, trap, package managers; symlinks and chmod have no effect'

/** Crashes without a DOM. */
const BROKEN = new Set(['html-to-markdown'])

/** Where the interpreter shows the workspace. */
const WORKSPACE = '/workspace'
const DEVICES = { '/dev/null': '', '/dev/stdin': '', '/dev/stdout': '', '/dev/stderr': '' }

interface ShellState {
  cwd: string
  /** All that is not the workspace: /tmp and a few devices. */
  base: InMemoryFs
}

export interface SimulatedRun {
  session: string
  command: string
  /** Where to start, relative to the workspace; undefined: where the session's last command ended. */
  folder: string | undefined
  /** Where a session's first command starts. */
  home: string
  timeoutMs: number
  signal: AbortSignal
}

/** Runs commands of many sessions one call at a time; `cd` and /tmp last as long as the session is among the recent ones. */
export class SimulatedShell {
  readonly #sessions = new Map<string, ShellState>()

  /** The command's result text. Rejects with the signal's reason when the turn is stopped. */
  async run(files: Files, { session, command, folder, home, timeoutMs, signal }: SimulatedRun): Promise<string> {
    signal.throwIfAborted()
    // Lazily: the interpreter is large and many gateways never need it.
    const { Bash, InMemoryFs, MountableFs, getCommandNames } = await import('just-bash/browser')
    const base = () => new InMemoryFs(DEVICES, { maxTotalBytes: SCRATCH_BYTES })
    const state = this.#sessions.get(session) ?? { cwd: inWorkspace(home), base: base() }
    this.#remember(session, state)
    const fs = new MountableFs({ base: state.base })
    fs.mount(WORKSPACE, new PortFs(files))
    await fs.mkdir('/tmp', { recursive: true })
    if (folder !== undefined) state.cwd = inWorkspace(folder)
    else if (!(await fs.exists(state.cwd))) state.cwd = WORKSPACE
    const limit = Math.min(timeoutMs, MAX_TIME_MS)
    const bash = new Bash({
      fs,
      cwd: state.cwd,
      env: { HOME: WORKSPACE, LANG: 'C.UTF-8' },
      commands: getCommandNames().filter((name) => !BROKEN.has(name)) as CommandName[],
      executionLimits: { ...LIMITS, maxExecutionTimeMs: limit },
      // It would patch globals of the whole gateway while a command runs.
      defenseInDepth: false,
    })
    const result = await bash.exec(command, { signal })
    signal.throwIfAborted()
    if (result.env.PWD !== undefined) state.cwd = result.env.PWD
    const output = new CommandOutput()
    output.stdout.push(encode(result.stdout, result.stdoutKind === 'bytes' || result.stdoutEncoding === 'binary'))
    output.stderr.push(encode(result.stderr, false))
    return commandResult(output, result.exitCode === 0 ? null : exitText(result.exitCode, limit))
  }

  #remember(session: string, state: ShellState): void {
    this.#sessions.delete(session)
    this.#sessions.set(session, state)
    for (const oldest of this.#sessions.keys()) {
      if (this.#sessions.size <= MAX_SESSIONS) break
      this.#sessions.delete(oldest)
    }
  }
}

const inWorkspace = (folder: string) => (folder === '' ? WORKSPACE : `${WORKSPACE}/${folder}`)

function encode(text: string, bytes: boolean): Uint8Array {
  return bytes ? Uint8Array.from(text, (letter) => letter.charCodeAt(0)) : new TextEncoder().encode(text)
}

function exitText(code: number, limitMs: number): string {
  return code === 124 ? `124 (stopped; the limit is ${limitMs / 1000} s)` : String(code)
}
