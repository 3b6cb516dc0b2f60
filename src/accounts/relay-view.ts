/** The relays of an `aistudio` provider as the runtime view shows them: candidates, accounts, changes (relay.md section 8). */
import type { ProviderConfig } from '../config/index.ts'
import { type PoolCandidate, type ProviderHistory, providerKind, rfc3339 } from '../models/index.ts'
import type { RelayHub, RelayView } from '../relay/index.ts'
import type { AccountView } from './account-view.ts'

/** The part of the relay hub that the view needs. */
export type Relays = Pick<RelayHub, 'relays' | 'changes' | 'forgetChanges'>

/** True for a provider whose calls relays perform. */
export const isRelayed = (name: string, entry: ProviderConfig) => providerKind(name, entry) === 'aistudio'

/** The connected relays: those that do well, those on trial after a failure, those that rest; the latest success first. */
export function relayCandidates(relays: Relays): PoolCandidate[] {
  const rank = ({ available, failures }: RelayView) => (available ? (failures > 0 ? 1 : 0) : 2)
  return relays
    .relays()
    .sort((a, b) => rank(a) - rank(b) || (b.lastSuccess ?? 0) - (a.lastSuccess ?? 0))
    .map(({ name, available, status, cooldownUntil, health, failures }) => ({
      kind: 'relay',
      target: name,
      available,
      status,
      ...(cooldownUntil === null ? {} : { cooldown_until: rfc3339(cooldownUntil) }),
      health_score: health,
      failure_count: failures,
    }))
}

/** Each connected relay as an account, by name; undefined when there is none. */
export function relayAccounts(relays: Relays): AccountView[] | undefined {
  const connected = relays.relays()
  if (connected.length === 0) return undefined
  return connected.map(({ name, cooldownUntil, health, failures, connectedAt, lastSuccess }) => ({
    email: name,
    account_id: name,
    credential_file: '',
    last_refresh: rfc3339(lastSuccess ?? connectedAt),
    account_label: name,
    ...(cooldownUntil === null ? {} : { cooldown_until: rfc3339(cooldownUntil) }),
    ...(failures === 0 ? {} : { failure_count: failures }),
    health_score: health,
    plan_type: 'relay',
    quota_source: 'relay',
    balance_label: 'connected',
  }))
}

/** The provider's own history with the comings and goings of relays among its changes, at most `max` of them. */
export function withRelayChanges(history: ProviderHistory, relays: Relays, max: number): ProviderHistory {
  const came = relays.changes(max).map(({ when, ...change }) => ({ at: when, ...change }))
  const changes = [...history.changes, ...came].sort((a, b) => b.at - a.at).slice(0, max)
  return { ...history, changes }
}
