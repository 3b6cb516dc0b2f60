/** What a turn used, in the routes' answers. */
import * as z from 'zod'

const tokens = { input: z.int(), output: z.int(), cached: z.int() }

/** Tokens in all and by model. */
export const usageSchema = z.object({ ...tokens, models: z.record(z.string(), z.object(tokens)) }).meta({ id: 'Usage' })
