/** Installs packages that hold MCP servers, through uv or bun (agent.md section 11). */
import { GatewayError, messageOf, notHere } from '../errors.ts'
import type { Platform } from '../platform.ts'
import { oneLine } from '../tools/index.ts'
import { findCommand } from './commands.ts'
import { runCommand } from './install-command.ts'
import { installedCommand } from './installed-command.ts'
import { type InstallerName, installerNamed, type PackageSpec, packageSpec } from './package-name.ts'

export interface Installed {
  package: string
  output: string
  bin_name: string
  bin_path: string
}

export interface InstallerDeps {
  platform: Pick<Platform, 'processes' | 'log' | 'files'>
  /** Called when a package was installed. */
  installed(): void
}

const INSTALL_MS = 10 * 60_000
const MAX_LOGGED_LINE = 300

const ARGUMENTS: Record<InstallerName, readonly string[]> = { uv: ['tool', 'install'], bun: ['add', '-g'] }

/** One installation at a time; who asks for the one that is running gets its result. */
export class Installer {
  readonly #deps: InstallerDeps
  #running: { key: string; result: Promise<Installed> } | undefined

  constructor(deps: InstallerDeps) {
    this.#deps = deps
  }

  /**
   * Installs a package and finds its command. It goes on when its caller leaves. Errors: 400 for a bad package or
   * installer, 412 when the installer is not on this machine, 429 while another package is being installed, 502 with the
   * installer's words when it failed or there is no command afterwards, 504 after ten minutes, 501 without processes.
   */
  async install(request: { package: string; installer: string }): Promise<Installed> {
    const name = installerNamed(request.installer)
    const spec = packageSpec(request.package, name)
    if (!this.#deps.platform.processes) {
      throw notHere(
        'installing MCP servers needs a gateway that can start processes: run it on your own machine, or use a server over http',
      )
    }
    const key = `${name} ${spec.spec}`
    if (this.#running && this.#running.key !== key) {
      throw new GatewayError(429, 'install_running', 'another package is being installed; try again when it is done')
    }
    this.#running ??= {
      key,
      result: this.#install(name, spec).finally(() => {
        this.#running = undefined
      }),
    }
    return this.#running.result
  }

  async #install(name: InstallerName, spec: PackageSpec): Promise<Installed> {
    const { log, files } = this.#deps.platform
    const processes = this.#deps.platform.processes!
    const path = await findCommand(processes, name)
    if (path === null) {
      throw new GatewayError(
        412,
        'installer_missing',
        `${name} is not installed; install ${name} first to auto-install ${spec.spec}`,
      )
    }
    // Not the workspace: a settings file that the agent left there would speak for the installer.
    const cwd = files.root ?? '/'
    const fields = { package: spec.spec, installer: name }
    log.info('mcp install started', fields)
    const { ok, output } = await runCommand(processes, {
      command: path,
      args: [...ARGUMENTS[name], spec.spec],
      cwd,
      timeoutMs: INSTALL_MS,
      line: (line) => log.info('mcp install', { ...fields, line: oneLine(line, MAX_LOGGED_LINE) }),
    }).catch((error: unknown) => {
      if (error instanceof GatewayError && error.status === 504) {
        throw new GatewayError(504, error.code, `${name} could not install ${spec.spec}: ${messageOf(error)}`)
      }
      throw error
    })
    if (!ok) throw failed(output || `${name} could not install ${spec.spec} and did not say why`)
    const bin = await installedCommand(processes, { name, path, cwd }, spec, output)
    if (bin.path === null)
      throw failed(join(output, `installed ${spec.spec} but binary "${bin.name}" not found in PATH`))
    log.info('mcp install finished', { ...fields, command: bin.name })
    this.#deps.installed()
    return {
      package: spec.spec,
      output: join(output, `installed ${spec.spec} via ${name}`, `resolved binary: ${bin.path}`),
      bin_name: bin.name,
      bin_path: bin.path,
    }
  }
}

const failed = (message: string) => new GatewayError(502, 'install_failed', message)
const join = (...lines: string[]) => lines.filter(Boolean).join('\n')
