/** What an adapter says of the gateway it opens. */
import type { ChannelKind } from './channels/index.ts'
import type { EngineOptions } from './chat/index.ts'
import type { Limits } from './limits/index.ts'
import type { OldHome } from './migrate/index.ts'

export interface GatewayOptions {
  /** The home as people see it: an absolute folder on Node, `/` on the edge. */
  home: string
  /** The config's file name in the home. Default `config.json`. */
  configFile?: string
  /** The first config, when the home has none. */
  initialConfig?: unknown
  /** The token of a new home; default a random one. */
  token?: string
  version: string
  /** True on the owner's machine: model servers on it may be looked for, and a loopback address means nobody else. */
  local: boolean
  engine?: EngineOptions
  /** What the host of this gateway allows; asked at each use. Default: the variable GATEWAY_LIMITS. The config's `limits` count besides. */
  limits?: () => Limits
  /** Runs of a cron job that are kept. Default 200. */
  keepRuns?: number
  /** A host in front authenticates every request and hands its claims over; `gateway.token` opens nothing then. */
  hosted?: boolean
  /** Where others reach this gateway, without a slash at the end; null while that is not known. */
  publicUrl?: () => string | null
  /** The channels there are; default all of this build. */
  channels?: readonly ChannelKind[]
  /** Opens a gateway anew on the same platform, in place of this one; without it, whoever runs it has to restart it. */
  reopen?: () => void | Promise<void>
  /** What an earlier program left in this home, given the config's workspace; where there is none, nothing moves in. */
  oldHome?: (workspace: string) => OldHome
}
