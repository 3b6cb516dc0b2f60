/** The shell's part of the config, and who gets which shell (design.md section 5). */

/** The keys of `tools.shell` that this room reads (config.md section 3.8), as they stand in the config. */
export interface ShellSettings {
  readonly enabled: boolean
  /** `auto` when absent or empty; a word nobody knows is `simulated`. */
  readonly mode?: string
  /** Where commands start: absolute, or relative to the workspace. Empty: the workspace. */
  readonly working_dir: string
  /** Nanoseconds a command may take. Zero or less: 60 s. */
  readonly timeout: number
  readonly sandbox: { readonly enabled: boolean; readonly image: string }
}

export type ShellSetting = 'auto' | 'real' | 'simulated' | 'off'
export type ShellMode = 'real' | 'simulated' | 'off'

export interface ShellFacts {
  setting: ShellSetting
  /** `tools.shell.enabled`. */
  enabled: boolean
  /** The runtime can start processes. */
  hasProcesses: boolean
  /** The gateway listens on loopback only. */
  loopback: boolean
  /** The gateway's owner speaks. */
  owner: boolean
}

/** Which shell answers. `auto` trusts only the owner of a local gateway with the machine; an explicit `real` trusts everyone. */
export function shellMode({ setting, enabled, hasProcesses, loopback, owner }: ShellFacts): ShellMode {
  if (!enabled || setting === 'off') return 'off'
  if (!hasProcesses || setting === 'simulated') return 'simulated'
  return setting === 'real' || (loopback && owner) ? 'real' : 'simulated'
}

/** `tools.shell.mode` as it is meant: what cannot be understood never opens the machine. */
export function shellSetting(mode: string | undefined): ShellSetting {
  const word = (mode ?? '').trim().toLowerCase() || 'auto'
  return word === 'auto' || word === 'real' || word === 'off' ? word : 'simulated'
}

/** `tools.shell.timeout` in milliseconds. */
export function timeoutMs(settings: Pick<ShellSettings, 'timeout'>): number {
  const ms = Math.round(settings.timeout / 1e6)
  return ms > 0 ? ms : 60_000
}
