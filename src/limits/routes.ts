/** `GET /api/usage`: what the models were used for, and how much of each limit is left. */
import * as z from 'zod'
import { boundedInt, flag, type Route, route } from '../http/index.ts'
import { type Counted, NANOS } from '../usage/index.ts'
import { LIMIT_NAMES } from './limits.ts'
import type { LimitsRoom } from './room.ts'

/** Sessions shown, the most expensive first. */
const TOP_SESSIONS = 20
/** Sessions whose days are told. */
const CHARTED_SESSIONS = 8

const counted = z.object({
  input: z.int().describe('Input tokens, those from the cache included.'),
  output: z.int(),
  cached: z.int().describe('Input tokens that the provider read from its cache.'),
  turns: z.int(),
  cost: z.number().nullable().describe('Cost of the tokens whose price is known; null when none is.'),
  unpriced_tokens: z.int().describe('Tokens without a known price; they are not in `cost`.'),
})
const name = z.enum(LIMIT_NAMES as [string, ...string[]])
const time = z.string().describe('ISO 8601.')

export function usageRoutes({ ledger, guard, warnings, settings }: LimitsRoom): Route[] {
  return [
    route({
      method: 'GET',
      path: '/api/usage',
      tag: 'Usage',
      summary: 'Tokens and cost by day, model and session, and the limits',
      description:
        'Counted with each model call; days begin at midnight in `limits.timezone`. Costs come from `limits.prices` as they were when ' +
        'the tokens were used. A limit is refused with 429 (requests, sockets, waiting messages), 413 (files, database) or 402 (tokens, ' +
        'money), and warned of once a day and threshold by the event `limit_warning`. With `series=1` also each model and each of the ' +
        'most used sessions day by day.',
      query: z.object({ days: boundedInt(30, 366), series: flag() }),
      responses: {
        200: {
          description: 'The usage of the last `days` days, today included; sessions over all time.',
          schema: z.object({
            ok: z.literal(true),
            today: z.string(),
            timezone: z.string(),
            currency: z.string(),
            total: counted,
            days: z
              .array(counted.extend({ day: z.string() }))
              .describe('Newest first; days without usage are left out.'),
            models: z.array(counted.extend({ model: z.string() })),
            sessions: z.array(counted.extend({ session: z.string() })).describe(`The ${TOP_SESSIONS} that used most.`),
            models_by_day: z
              .array(counted.extend({ day: z.string(), model: z.string() }))
              .optional()
              .describe('With `series=1`: oldest day first.'),
            sessions_by_day: z
              .array(counted.extend({ day: z.string(), session: z.string() }))
              .optional()
              .describe(`With \`series=1\`: the ${CHARTED_SESSIONS} sessions that used most in these days.`),
            limits: z.array(
              z.object({
                name,
                used: z.number().nullable().describe('Null where this runtime cannot tell.'),
                warn: z.number().nullable(),
                block: z.number().nullable(),
                state: z.enum(['ok', 'warn', 'block']),
                lifts_at: time.nullable(),
              }),
            ),
            warnings: z
              .array(
                z.object({
                  limit: name,
                  level: z.enum(['warn', 'block']),
                  used: z.number(),
                  threshold: z.number(),
                  at: time,
                }),
              )
              .describe('Those of today.'),
          }),
        },
      },
      handle: async ({ query: { days, series } }) => ({
        ok: true,
        today: ledger.day.name,
        timezone: settings().timezone || 'UTC',
        currency: settings().currency,
        total: shown(ledger.total(days)),
        days: ledger.days(days).map(({ day, ...sums }) => ({ day, ...shown(sums) })),
        models: ledger.models(days).map(({ model, ...sums }) => ({ model, ...shown(sums) })),
        sessions: ledger.sessions(TOP_SESSIONS).map(({ session, ...sums }) => ({ session, ...shown(sums) })),
        ...(series && {
          models_by_day: ledger.modelsByDay(days).map(({ day, model, ...sums }) => ({ day, model, ...shown(sums) })),
          sessions_by_day: ledger
            .sessionsByDay(days, CHARTED_SESSIONS)
            .map(({ day, session, ...sums }) => ({ day, session, ...shown(sums) })),
        }),
        limits: (await guard.report()).map((limit) => ({ ...limit, lifts_at: iso(limit.lifts_at) })),
        warnings: warnings.today().map((warning) => ({ ...warning, at: iso(warning.at) })),
      }),
    }),
  ]
}

const iso = (at: number | null) => (at === null ? null : new Date(at).toISOString())

/** A cost of nothing is only shown where every token had a price. */
function shown({ input, output, cached, turns, cost, unpriced }: Counted) {
  const known = cost > 0 || unpriced === 0
  return { input, output, cached, turns, cost: known ? cost / NANOS : null, unpriced_tokens: unpriced }
}
