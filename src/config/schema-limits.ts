/** `limits` of config.json: what the owner lets the models cost. Limits of the host of a gateway are not set here. */
import * as z from 'zod'
import { int, number, text } from './fields.ts'

const price = z.object({
  input: z.number().nonnegative().describe('A million input tokens.'),
  output: z.number().nonnegative().describe('A million output tokens.'),
  cached: z
    .number()
    .nonnegative()
    .optional()
    .describe("A million input tokens from the provider's cache. Left out: as input."),
})

export const limitsSchema = z.object({
  tokens_per_day: z
    .object({
      warn: int('Tokens a day at which a warning is given; 0: none.'),
      block: int('Tokens a day at which models are asked no more; 0: none.'),
    })
    .prefault({}),
  money_per_day: z
    .object({
      warn: number('Cost a day at which a warning is given; 0: none.'),
      block: number('Cost a day at which models are asked no more; 0: none.'),
    })
    .prefault({}),
  prices: z
    .record(z.string(), price)
    .default({})
    .describe('Prices by model, `provider/model` or the model alone. Without one, what a model costs is unknown.'),
  currency: text('Currency of the prices, for people.', 'USD'),
  timezone: text('Time zone in which days begin, as in Europe/Rome.', 'UTC'),
})
