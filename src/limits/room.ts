/** Puts the limits of a gateway together: what counts, who is refused, and the platform that is held to it. */
import type { TurnInput } from '../chat/index.ts'
import type { Platform } from '../platform.ts'
import { Ledger, type Price, priceOf } from '../usage/index.ts'
import { LimitGuard } from './guard.ts'
import { limitedPlatform } from './limited-platform.ts'
import { type Limits, stricter, type Threshold } from './limits.ts'
import { Warnings } from './warnings.ts'

/** The `limits` section of the config; 0 is no threshold. */
export interface LimitSettings {
  readonly tokens_per_day: { readonly warn: number; readonly block: number }
  readonly money_per_day: { readonly warn: number; readonly block: number }
  readonly prices: Readonly<Record<string, Price>>
  readonly currency: string
  readonly timezone: string
}

export interface LimitsDeps {
  platform: Platform
  settings(): LimitSettings
  /** What the host of the gateway allows; absent: only the config's limits count. */
  host?: (() => Limits) | undefined
  /** The workspace as the config names it. */
  workspace(): string
  needsNoModel(input: TurnInput): boolean
  /** Names of the live endpoints. */
  endpoints(): readonly string[]
  load(): { running: number; waiting: number }
  publish(event: { type: string }): void
}

export interface LimitsRoom {
  /** The platform to build the gateway on. */
  readonly platform: Platform
  readonly guard: LimitGuard
  readonly ledger: Ledger
  readonly warnings: Warnings
  readonly settings: () => LimitSettings
}

/** Opens the limits. Nothing is wrapped, and nothing but usage counted, where the host sets none. */
export function openLimits(deps: LimitsDeps): LimitsRoom {
  const { platform, settings, host } = deps
  const { db, now, log } = platform
  const ledger = new Ledger({
    db,
    now,
    zone: () => settings().timezone || 'UTC',
    price: (ref) => priceOf(settings().prices, ref),
  })
  const warnings = new Warnings({ db, now, log, day: () => ledger.day.name, publish: deps.publish })
  const limits = () => (host ? stricter(host(), own(settings())) : own(settings()))
  const limited = host
    ? limitedPlatform(platform, {
        guard: () => guard,
        fileLimit: () => host().file_bytes !== undefined,
        workspace: deps.workspace,
      })
    : null
  const guard = new LimitGuard({
    db,
    ledger,
    warnings,
    now,
    limits,
    currency: () => settings().currency,
    needsNoModel: deps.needsNoModel,
    openSockets: () =>
      deps.endpoints().reduce((sum, name) => sum + platform.sockets.open(name).filter((each) => each.isOpen).length, 0),
    turns: deps.load,
    fileBytes: async () => (limited ? limited.quota.used() : null),
  })
  return { platform: limited?.platform ?? platform, guard, ledger, warnings, settings }
}

/** The owner's own limits. */
function own({ tokens_per_day, money_per_day }: LimitSettings): Limits {
  return stricter({}, { tokens_per_day: threshold(tokens_per_day), money_per_day: threshold(money_per_day) })
}

function threshold({ warn, block }: { warn: number; block: number }): Threshold {
  return { ...(warn > 0 ? { warn } : {}), ...(block > 0 ? { block } : {}) }
}
