/** `/api/provider/runtime` (api-behaviour.md section 5.19). */
import * as z from 'zod'
import { badRequest } from '../errors.ts'
import { boundedInt, type Route, route, text } from '../http/index.ts'
import type { Models } from '../models/index.ts'
import type { HistoryFiles } from './history-files.ts'
import { chosenProvider } from './provider-entry.ts'
import { refreshNow, refreshResultSchema } from './refresh-now.ts'
import { isRelayed } from './relay-view.ts'
import type { EventFilter } from './runtime-events.ts'
import { summaryOf, summarySchema } from './runtime-summary.ts'
import { candidateOrder, candidateSchema, itemSchema, type RuntimeDeps, runtimeItems, signsIn } from './runtime-view.ts'

export interface RuntimeRouteDeps extends RuntimeDeps {
  models: Pick<Models, 'reconsider'>
  historyFiles: Pick<HistoryFiles, 'forget'>
}

const MAX_SECONDS = 366 * 24 * 3600
const PAGE = 20
const MAX_PAGE = 200

const filters = z.object({
  provider: text().describe('Exact name; empty: all providers.'),
  kind: text().describe('`api_key`, `oauth`, `none`, `relay` or `scheduler`.'),
  reason: text().describe('Part of the reason.'),
  target: text().describe('Part of the target or the detail.'),
  sort: text().describe('`asc`: `events` oldest first.'),
  changes_only: text().describe('`true`: no hits and errors.'),
  window_sec: boundedInt(0, MAX_SECONDS),
  limit: boundedInt(PAGE, MAX_PAGE),
  cursor: boundedInt(0, 1_000_000),
  health_below: boundedInt(0, 1000),
  cooldown_until_before_sec: boundedInt(0, MAX_SECONDS),
})

const EVERYTHING: EventFilter = {
  kind: '',
  reason: '',
  target: '',
  ascending: false,
  changesOnly: false,
  windowSec: 0,
  limit: PAGE,
  cursor: 0,
}

/** Routes of the runtime view and its actions. */
export function runtimeRoutes(deps: RuntimeRouteDeps): Route[] {
  return [
    route({
      method: 'GET',
      path: '/api/provider/runtime',
      tag: 'Providers',
      summary: 'How the credentials of the providers fare',
      description:
        'With `health_below` or `cooldown_until_before_sec` only providers that meet one of them. `limit` and `cursor` page `events`, each provider by itself.',
      query: filters,
      responses: {
        200: {
          description: 'In the order of the config; none for an unknown provider.',
          schema: z.object({ ok: z.literal(true), view: z.object({ items: z.array(itemSchema) }) }),
        },
      },
      async handle({ query }) {
        const only = {
          provider: query.provider,
          healthBelow: query.health_below,
          cooldownBeforeSec: query.cooldown_until_before_sec,
        }
        const filter = {
          kind: query.kind,
          reason: query.reason,
          target: query.target,
          ascending: query.sort.toLowerCase() === 'asc',
          changesOnly: query.changes_only.toLowerCase() === 'true',
          windowSec: query.window_sec,
          limit: query.limit,
          cursor: query.cursor,
        }
        return { ok: true, view: { items: await runtimeItems(deps, only, filter) } }
      },
    }),
    route({
      method: 'POST',
      path: '/api/provider/runtime',
      tag: 'Providers',
      summary: 'Act on the credentials of a provider',
      description: `\`clear_api_cooldown\`: the key is asked again. \`clear_history\`: forgets the events. \`refresh_now\`: gets new tokens for the accounts, with
\`only_expiring\` for those that are about to end; look at \`result\`, one account may fail. \`rerank\`: tells the order anew.`,
      body: z.object({
        provider: z.string().default('').describe('Default: the provider of the primary model.'),
        action: z.string().default(''),
        only_expiring: z.boolean().default(false),
      }),
      responses: {
        200: {
          description: 'What was done.',
          schema: z.union([
            z.object({ ok: z.literal(true), cleared: z.literal(true) }),
            z.object({
              ok: z.literal(true),
              provider: z.string(),
              refreshed: z.literal(true),
              result: refreshResultSchema,
              candidate_order: z.array(candidateSchema),
              summary: summarySchema,
            }),
            z.object({
              ok: z.literal(true),
              provider: z.string(),
              reranked: z.literal(true),
              candidate_order: z.array(candidateSchema),
            }),
          ]),
        },
        400: { description: '`unsupported action`, `provider "<n>" does not use oauth`' },
        404: { description: '`provider "<name>" not found`' },
      },
      handle: ({ body }) => act(deps, body),
    }),
  ]
}

async function act(
  deps: RuntimeRouteDeps,
  { provider: asked, action, only_expiring }: { provider: string; action: string; only_expiring: boolean },
): Promise<object> {
  const wanted = action.trim().toLowerCase()
  if (!['clear_api_cooldown', 'clear_history', 'refresh_now', 'rerank'].includes(wanted)) {
    throw badRequest('unsupported action')
  }
  const { pool, accounts, models, now } = deps
  const { name: provider, entry } = chosenProvider(deps.config(), asked)
  switch (wanted) {
    case 'clear_api_cooldown':
      pool.clearKey(provider)
      models.reconsider(provider)
      return { ok: true, cleared: true }
    case 'clear_history':
      pool.clearHistory(provider)
      await deps.historyFiles.forget(provider)
      if (isRelayed(provider, entry)) deps.relays.forgetChanges()
      return { ok: true, cleared: true }
    case 'refresh_now': {
      if (!signsIn(entry)) throw badRequest(`provider "${provider}" does not use oauth`)
      const result = await refreshNow(accounts, provider, { onlyExpiring: only_expiring, now: now() })
      const items = await runtimeItems(deps, { provider, healthBelow: 0, cooldownBeforeSec: 0 }, EVERYTHING)
      return {
        ok: true,
        provider,
        refreshed: true,
        result,
        candidate_order: items[0]?.candidate_order ?? [],
        summary: summaryOf(items, now()),
      }
    }
    default:
      await pool.noteOrder(provider)
      return { ok: true, provider, reranked: true, candidate_order: await candidateOrder(provider, entry, deps) }
  }
}
