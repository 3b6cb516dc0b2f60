/** How the providers are, in a word each (providers.md section 10.2). */
import * as z from 'zod'
import { accountSchema } from './account-view.ts'
import { eventSchema } from './runtime-events.ts'
import { apiStateSchema, candidateSchema, type RuntimeItem } from './runtime-view.ts'

const HEALTHY_FROM = 50

const summaryItemSchema = z.object({
  name: z.string(),
  auth: z.string(),
  status: z.enum(['healthy', 'degraded', 'critical']),
  api_state: apiStateSchema,
  oauth_accounts: z.array(accountSchema).optional(),
  candidate_order: z.array(candidateSchema),
  last_success: eventSchema.nullable(),
  last_success_at: z.string().optional(),
  last_error: eventSchema.optional(),
  last_error_at: z.string().optional(),
  last_error_reason: z.string().optional(),
  top_candidate_changed_at: z.string().optional(),
  stale_for_sec: z.int().describe('Seconds since the last success; -1 when there never was one.'),
  in_cooldown: z.boolean(),
  low_health: z.boolean(),
  has_recent_errors: z.boolean(),
  top_candidate: candidateSchema.optional(),
})

export const summarySchema = z
  .object({
    total_providers: z.int(),
    healthy: z.int(),
    degraded: z.int(),
    critical: z.int(),
    in_cooldown: z.int(),
    low_health: z.int(),
    recent_errors: z.int(),
    providers: z.array(summaryItemSchema),
  })
  .meta({ id: 'ProviderSummary' })

/** `critical`: rests, or its health is low; `degraded`: had errors lately. */
export function summaryOf(items: readonly RuntimeItem[], now: number): z.output<typeof summarySchema> {
  const providers = items.map((item) => summaryItem(item, now))
  const count = (holds: (provider: (typeof providers)[number]) => boolean) => providers.filter(holds).length
  return {
    total_providers: providers.length,
    healthy: count(({ status }) => status === 'healthy'),
    degraded: count(({ status }) => status === 'degraded'),
    critical: count(({ status }) => status === 'critical'),
    in_cooldown: count(({ in_cooldown }) => in_cooldown),
    low_health: count(({ low_health }) => low_health),
    recent_errors: count(({ has_recent_errors }) => has_recent_errors),
    providers,
  }
}

function summaryItem(item: RuntimeItem, now: number): z.output<typeof summaryItemSchema> {
  const { name, auth, api_state, oauth_accounts, candidate_order, last_success } = item
  const states = [api_state, ...candidate_order]
  const inCooldown = states.some(({ cooldown_until }) => cooldown_until !== undefined)
  const lowHealth = states.some(({ health_score = 100 }) => health_score < HEALTHY_FROM)
  const [error] = item.recent_errors
  const moved = item.recent_changes.find(({ reason }) => reason === 'candidate_order_changed')
  const [top] = candidate_order
  return {
    name,
    auth,
    status: inCooldown || lowHealth ? 'critical' : error ? 'degraded' : 'healthy',
    api_state,
    ...(oauth_accounts ? { oauth_accounts } : {}),
    candidate_order,
    last_success,
    ...(last_success ? { last_success_at: last_success.when } : {}),
    ...(error ? { last_error: error, last_error_at: error.when } : {}),
    ...(error?.reason ? { last_error_reason: error.reason } : {}),
    ...(moved ? { top_candidate_changed_at: moved.when } : {}),
    stale_for_sec: last_success ? Math.max(0, Math.round((now - Date.parse(last_success.when)) / 1000)) : -1,
    in_cooldown: inCooldown,
    low_health: lowHealth,
    has_recent_errors: error !== undefined,
    ...(top ? { top_candidate: top } : {}),
  }
}
