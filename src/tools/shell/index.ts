/**
 * The shell: `exec` and, where there are processes, `process`. `tools.shell.auto_install_missing` is not honoured:
 * a command that is missing is reported, never installed.
 */
import type { Files } from '../../files/index.ts'
import type { ChildProcess, Processes } from '../../platform.ts'
import type { Tool } from '../tool.ts'
import { BackgroundSessions } from './background.ts'
import { execTool, requireReal } from './exec-tool.ts'
import { processTool } from './process-tool.ts'
import { type ShellSettings, shellMode, shellSetting } from './settings.ts'

export { type ShellFacts, type ShellMode, type ShellSetting, type ShellSettings, shellMode } from './settings.ts'

export interface ShellDeps {
  workspace: () => Files
  processes?: Processes
  /** `tools.shell` of the current config. */
  settings: () => ShellSettings
  /** The gateway listens on loopback only. */
  loopback: () => boolean
  /** ms since the epoch; the clock of `started_at`. */
  now?: () => number
}

export interface ShellTools {
  /** What the current config offers: none when the shell is off. Ask again after a reload. */
  readonly tools: Tool[]
  /** Ends every command that still runs. */
  close(): void
}

/** The shell tools over the runtime's processes, or over the simulated shell where there are none. */
export function shellTools(deps: ShellDeps): ShellTools {
  const background = new BackgroundSessions(deps.now ?? Date.now)
  const foreground = new Set<ChildProcess>()
  const modeFor = (owner: boolean) =>
    shellMode({
      setting: shellSetting(deps.settings().mode),
      enabled: deps.settings().enabled,
      hasProcesses: deps.processes !== undefined,
      loopback: deps.loopback(),
      owner,
    })
  const exec = execTool({
    workspace: deps.workspace,
    processes: deps.processes,
    settings: deps.settings,
    modeFor,
    background,
    started(child) {
      foreground.add(child)
      const forget = () => foreground.delete(child)
      child.exited.then(forget, forget)
    },
  })
  const process = processTool({ sessions: background, authorize: ({ owner }) => requireReal(modeFor(owner)) })
  return {
    get tools() {
      if (modeFor(true) === 'off') return []
      return (modeFor(true) === 'real' ? [exec, process] : [exec]) as Tool[]
    },
    close() {
      background.close()
      for (const child of foreground) child.kill()
    },
  }
}
