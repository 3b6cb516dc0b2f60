/** The room as the gateway opens it: the skills of the workspace, ClawHub, and the scripts the agent may run. */
import type { Files } from '../files/index.ts'
import type { Log, Processes } from '../platform.ts'
import type { AnyTool } from '../tools/index.ts'
import { checkClawHub, clawHubPath, installFromClawHub } from './clawhub.ts'
import { Commands } from './commands.ts'
import type { RemoteSkill } from './remote-version.ts'
import { skillExecTool } from './skill-exec.ts'
import { skillName } from './skill-name.ts'
import { SkillStore } from './store.ts'

export interface SkillsDeps {
  /** Asked at each call, so that a changed setting takes effect at once. */
  workspace: () => Files
  /** Absent on the edge: no ClawHub and no scripts there. */
  processes?: Processes
  /** ms since the epoch. */
  now(): number
  log: Log
}

export class Skills {
  readonly store: SkillStore
  /** `skill_exec`; undefined where no process can run. */
  readonly tool: AnyTool | undefined
  readonly #hub: { commands: Commands | undefined; workspace: () => Files }
  #lastInstall: Promise<unknown> = Promise.resolve()

  constructor(deps: SkillsDeps) {
    const { workspace, processes, now, log } = deps
    const commands = processes && new Commands(processes)
    this.store = new SkillStore({ workspace, now })
    this.#hub = { commands, workspace }
    this.tool = commands && (skillExecTool({ commands, workspace, now, log }) as AnyTool)
  }

  /** Where the ClawHub tool is; `''` when it is not installed. */
  clawHubPath(): Promise<string> {
    return clawHubPath(this.#hub)
  }

  /**
   * Installs a skill from ClawHub, one after the other; the tool keeps a file about what it installed. See
   * `installFromClawHub`.
   */
  install(given: string, force: boolean): Promise<{ name: string; output: string }> {
    const work = async () => {
      const name = skillName(given)
      await this.store.refuseDisabled(name)
      return { name, output: await installFromClawHub(this.#hub, name, force) }
    }
    const done = this.#lastInstall.then(work)
    this.#lastInstall = done.catch(() => {})
    return done
  }

  /** What ClawHub says about each skill; see `checkClawHub`. */
  checkUpdates(names: readonly string[]): Promise<Map<string, RemoteSkill>> {
    return checkClawHub(this.#hub, names)
  }

  /** Ends what still runs. */
  close(): void {
    this.#hub.commands?.close()
  }
}
