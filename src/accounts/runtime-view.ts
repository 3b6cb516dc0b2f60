/** The live state of each provider's credentials (providers.md section 10). Reading changes nothing. */
import * as z from 'zod'
import type { Config, ProviderConfig } from '../config/index.ts'
import { type CredentialPool, type PoolCandidate, rfc3339 } from '../models/index.ts'
import { type AccountView, accountSchema, accountView } from './account-view.ts'
import type { Accounts } from './accounts.ts'
import type { HomeNames } from './credential-path.ts'
import { isRelayed, type Relays, relayAccounts, relayCandidates, withRelayChanges } from './relay-view.ts'
import { type EventFilter, eventPage, eventSchema } from './runtime-events.ts'

export const candidateSchema = z
  .object({
    kind: z.string().describe('`api_key`, `oauth` or `relay`.'),
    target: z.string().describe('The masked key, whose account it is, or the name of the relay.'),
    available: z.boolean(),
    status: z.enum(['ready', 'cooldown']),
    cooldown_until: z.string().optional(),
    health_score: z.int(),
    failure_count: z.int(),
  })
  .meta({ id: 'ProviderCandidate' })

export const apiStateSchema = z.object({
  token_masked: z.string().optional(),
  cooldown_until: z.string().optional(),
  failure_count: z.int().optional(),
  last_failure: z.string().optional(),
  health_score: z.int().optional(),
})

export const itemSchema = z
  .object({
    name: z.string(),
    auth: z.string(),
    api_base: z.string(),
    api_state: apiStateSchema,
    oauth_accounts: z
      .array(accountSchema)
      .optional()
      .describe('For `oauth` and `hybrid`; for `aistudio` its connected relays, if any.'),
    candidate_order: z.array(candidateSchema),
    recent_hits: z.array(eventSchema),
    recent_errors: z.array(eventSchema),
    recent_changes: z.array(eventSchema),
    last_success: eventSchema.nullable(),
    events: z.array(eventSchema).describe('One page of all three, merged.'),
    next_cursor: z.int().describe('0 at the end.'),
  })
  .meta({ id: 'ProviderRuntime' })

export type RuntimeItem = z.output<typeof itemSchema>

export interface RuntimeDeps {
  config: () => Config
  pool: CredentialPool
  accounts: Accounts
  relays: Relays
  names: HomeNames
  now: () => number
}

export interface ItemFilter {
  /** Exact name; empty: all. */
  provider: string
  /** 0: not asked. Either of the two is enough to stay. */
  healthBelow: number
  cooldownBeforeSec: number
}

/** The providers in the order of the config. */
export async function runtimeItems(deps: RuntimeDeps, only: ItemFilter, filter: EventFilter): Promise<RuntimeItem[]> {
  const items: RuntimeItem[] = []
  for (const [name, entry] of Object.entries(deps.config().models.providers)) {
    if (only.provider && only.provider !== name) continue
    const item = await runtimeItem(name, entry, deps, filter)
    if (stays(item, only, deps.now())) items.push(item)
  }
  return items
}

/** One provider. */
export async function runtimeItem(
  name: string,
  entry: ProviderConfig,
  deps: RuntimeDeps,
  filter: EventFilter,
): Promise<RuntimeItem> {
  const { pool, now, relays } = deps
  const relayed = isRelayed(name, entry)
  const key = relayed ? null : pool.keyState(name)
  const accounts = relayed ? relayAccounts(relays) : signsIn(entry) ? await accountViews(name, deps) : undefined
  const history = pool.history(name)
  return {
    name,
    auth: entry.auth,
    api_base: withoutCredentials(entry.api_base),
    api_state: apiState(key),
    ...(accounts ? { oauth_accounts: accounts } : {}),
    candidate_order: await candidateOrder(name, entry, deps),
    ...eventPage(relayed ? withRelayChanges(history, relays, pool.historyMax(name)) : history, filter, now()),
  }
}

/** The state of a provider's key; nothing where there is none. */
export function apiState(key: ReturnType<CredentialPool['keyState']>): z.output<typeof apiStateSchema> {
  if (!key) return {}
  return {
    token_masked: key.target,
    ...(key.cooldownUntil ? { cooldown_until: rfc3339(key.cooldownUntil) } : {}),
    ...(key.failures ? { failure_count: key.failures } : {}),
    ...(key.last_failure ? { last_failure: key.last_failure } : {}),
    health_score: key.health,
  }
}

/** Who would be asked, in order. */
export async function candidateOrder(
  name: string,
  entry: ProviderConfig,
  { pool, relays }: Pick<RuntimeDeps, 'pool' | 'relays'>,
): Promise<PoolCandidate[]> {
  return isRelayed(name, entry) ? relayCandidates(relays) : pool.order(name)
}

/** The accounts of a provider, for people. */
export async function accountViews(name: string, deps: Omit<RuntimeDeps, 'config' | 'relays'>): Promise<AccountView[]> {
  return (await deps.accounts.of(name)).map((account) => accountView(name, account, deps))
}

/** True for a provider whose accounts may sign. */
export const signsIn = ({ auth }: ProviderConfig) => /^(oauth|hybrid)$/i.test(auth.trim())

function stays({ api_state, candidate_order }: RuntimeItem, only: ItemFilter, now: number): boolean {
  const { healthBelow, cooldownBeforeSec } = only
  if (!healthBelow && !cooldownBeforeSec) return true
  const states: Array<Partial<Pick<PoolCandidate, 'health_score' | 'cooldown_until'>>> = [api_state, ...candidate_order]
  const unwell = states.some(({ health_score = 100 }) => health_score < healthBelow)
  const cools = states.some(
    ({ cooldown_until }) => cooldown_until !== undefined && Date.parse(cooldown_until) < now + cooldownBeforeSec * 1000,
  )
  return (healthBelow > 0 && unwell) || (cooldownBeforeSec > 0 && cools)
}

/** An address may carry a password. */
function withoutCredentials(base: string): string {
  const url = URL.parse(base)
  if (!url || (url.username === '' && url.password === '' && url.search === '')) return base
  return `${url.protocol}//${url.host}${url.pathname}`
}
