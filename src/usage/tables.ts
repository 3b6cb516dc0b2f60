/** What models were used for, counted as it happens: no answer about usage ever reads the turns. */
import type { Migrations } from '../db/index.ts'

/**
 * `cost` is in billionths of the currency, for the tokens whose price was known when they were used; `unpriced` counts
 * the others. A turn is counted on the day and for the model of its first call. What came before these tables is counted
 * once, from the turns, by the day in UTC and without prices.
 */
export const usageMigrations: Migrations = {
  room: 'usage',
  steps: [
    `CREATE TABLE usage_day (
       day TEXT NOT NULL,
       model TEXT NOT NULL,
       input INTEGER NOT NULL DEFAULT 0,
       output INTEGER NOT NULL DEFAULT 0,
       cached INTEGER NOT NULL DEFAULT 0,
       cost INTEGER NOT NULL DEFAULT 0,
       unpriced INTEGER NOT NULL DEFAULT 0,
       turns INTEGER NOT NULL DEFAULT 0,
       PRIMARY KEY (day, model)) WITHOUT ROWID;
     CREATE TABLE usage_session (
       session INTEGER NOT NULL,
       model TEXT NOT NULL,
       input INTEGER NOT NULL DEFAULT 0,
       output INTEGER NOT NULL DEFAULT 0,
       cached INTEGER NOT NULL DEFAULT 0,
       cost INTEGER NOT NULL DEFAULT 0,
       unpriced INTEGER NOT NULL DEFAULT 0,
       turns INTEGER NOT NULL DEFAULT 0,
       PRIMARY KEY (session, model)) WITHOUT ROWID;
     INSERT INTO usage_day (day, model, input, output, cached, unpriced, turns)
       SELECT date(coalesce(ended_at, accepted_at) / 1000, 'unixepoch'), used.key,
         sum(json_extract(used.value, '$.input')), sum(json_extract(used.value, '$.output')),
         sum(json_extract(used.value, '$.cached')),
         sum(json_extract(used.value, '$.input') + json_extract(used.value, '$.output')),
         sum(used.key = (SELECT first.key FROM json_each(turn.usage, '$.models') AS first LIMIT 1))
       FROM turn, json_each(turn.usage, '$.models') AS used WHERE turn.usage IS NOT NULL GROUP BY 1, 2;
     INSERT INTO usage_session (session, model, input, output, cached, unpriced, turns)
       SELECT turn.session, used.key,
         sum(json_extract(used.value, '$.input')), sum(json_extract(used.value, '$.output')),
         sum(json_extract(used.value, '$.cached')),
         sum(json_extract(used.value, '$.input') + json_extract(used.value, '$.output')),
         sum(used.key = (SELECT first.key FROM json_each(turn.usage, '$.models') AS first LIMIT 1))
       FROM turn, json_each(turn.usage, '$.models') AS used WHERE turn.usage IS NOT NULL GROUP BY 1, 2;`,
    // Sessions by day, for charts: from the turns once, like the rest.
    `CREATE TABLE usage_session_day (
       day TEXT NOT NULL,
       session INTEGER NOT NULL,
       input INTEGER NOT NULL DEFAULT 0,
       output INTEGER NOT NULL DEFAULT 0,
       cached INTEGER NOT NULL DEFAULT 0,
       cost INTEGER NOT NULL DEFAULT 0,
       unpriced INTEGER NOT NULL DEFAULT 0,
       turns INTEGER NOT NULL DEFAULT 0,
       PRIMARY KEY (day, session)) WITHOUT ROWID;
     INSERT INTO usage_session_day (day, session, input, output, cached, unpriced, turns)
       SELECT date(coalesce(ended_at, accepted_at) / 1000, 'unixepoch'), turn.session,
         sum(json_extract(used.value, '$.input')), sum(json_extract(used.value, '$.output')),
         sum(json_extract(used.value, '$.cached')),
         sum(json_extract(used.value, '$.input') + json_extract(used.value, '$.output')),
         sum(used.key = (SELECT first.key FROM json_each(turn.usage, '$.models') AS first LIMIT 1))
       FROM turn, json_each(turn.usage, '$.models') AS used WHERE turn.usage IS NOT NULL GROUP BY 1, 2;`,
  ],
}

/** Sums of some rows of a usage table. */
export interface Counted {
  input: number
  output: number
  cached: number
  /** Billionths of the currency. */
  cost: number
  /** Tokens without a known price. */
  unpriced: number
  turns: number
}

/** The columns of `Counted`, summed. */
export const SUMS = `coalesce(sum(input), 0) AS input, coalesce(sum(output), 0) AS output, coalesce(sum(cached), 0) AS cached,
  coalesce(sum(cost), 0) AS cost, coalesce(sum(unpriced), 0) AS unpriced, coalesce(sum(turns), 0) AS turns`
