/** What can be limited, and what a limit says when it is reached. */
import * as z from 'zod'
import { GatewayError } from '../errors.ts'

const threshold = z.object({
  warn: z.number().positive().optional().describe('At this value a warning is given, once a day.'),
  block: z.number().positive().optional().describe('At this value what would need more is refused.'),
})

/** Limits of a gateway, each of them optional: JSON as the host of a gateway keeps it. */
export const limitsSchema = z
  .object({
    requests_per_minute: threshold.describe('Requests with a valid token, per minute.'),
    open_sockets: threshold.describe('WebSockets open at the same time.'),
    turns_at_once: threshold.describe('Turns running at the same time; further ones wait.'),
    queued_messages: threshold.describe('Messages waiting for their turn.'),
    file_bytes: threshold.describe('Bytes of all files of the home.'),
    database_bytes: threshold.describe('Bytes of the database; on the edge the files are in it.'),
    tokens_per_day: threshold.describe('Tokens, input and output, a day.'),
    money_per_day: threshold.describe('Cost of the tokens whose price is known, a day.'),
  })
  .partial()

export type Limits = z.output<typeof limitsSchema>
export type LimitName = keyof Limits
export type Threshold = z.output<typeof threshold>

/** The limits that the variable `GATEWAY_LIMITS` (JSON) sets for a gateway without a host; undefined when it sets none. */
export function limitsFromEnv(env: Readonly<Record<string, string | undefined>>): (() => Limits) | undefined {
  const text = env.GATEWAY_LIMITS?.trim()
  if (!text) return undefined
  const problem = (why: string) =>
    new GatewayError(500, 'invalid_environment', `The variable GATEWAY_LIMITS ${why}. Correct or remove it.`)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw problem('is not JSON')
  }
  const parsed = limitsSchema.strict().safeParse(value)
  if (!parsed.success) {
    const { path, message } = parsed.error.issues[0]!
    throw problem(`is no set of limits (${[...path, message].join(': ')})`)
  }
  return () => parsed.data
}

/** The limits in the order in which they are reported. */
export const LIMIT_NAMES = Object.keys(limitsSchema.shape) as LimitName[]

const SAYS: Record<LimitName, { status: number; limit: (block: string) => string; help: string }> = {
  requests_per_minute: { status: 429, limit: (n) => `${n} requests a minute`, help: 'Ask less often.' },
  open_sockets: { status: 429, limit: (n) => `${n} open WebSockets`, help: 'Close one first.' },
  turns_at_once: { status: 429, limit: (n) => `${n} turns at once`, help: 'Wait for one to end.' },
  queued_messages: { status: 429, limit: (n) => `${n} waiting messages`, help: 'Wait for answers first.' },
  file_bytes: { status: 413, limit: (n) => `${n} bytes of files`, help: 'Remove files first.' },
  database_bytes: { status: 413, limit: (n) => `${n} bytes of database`, help: 'Ask whoever runs it for more.' },
  tokens_per_day: { status: 402, limit: (n) => `${n} tokens a day`, help: 'Raise the limit to go on before.' },
  money_per_day: { status: 402, limit: (n) => `${n} a day for models`, help: 'Raise the limit to go on before.' },
}

/**
 * The refusal of a limit that is reached: 429, 413 or 402 with what the limit is, how much is used, and when it lifts,
 * where that is a matter of time (ms since the epoch; also as Retry-After).
 */
export function limitReached(
  name: LimitName,
  figures: { used: number; block: number; now: number; lifts?: number; unit?: string },
): GatewayError {
  const { status, limit, help } = SAYS[name]
  const { used, block, now, lifts, unit } = figures
  const amount = unit ? `${block} ${unit}` : String(block)
  const until = lifts === undefined ? '' : ` It lifts at ${new Date(lifts).toISOString()}.`
  const text = `The limit of this gateway is reached: ${limit(amount)}, ${rounded(used)} used.${until} ${help}`
  const headers: Record<string, string> =
    lifts === undefined ? {} : { 'retry-after': String(Math.max(1, Math.ceil((lifts - now) / 1000))) }
  return new GatewayError(status, `limit_${name}`, text, { headers })
}

/** Whether an error says that the budget of the day is used up. */
export function isBudgetReached(error: unknown): error is GatewayError {
  return error instanceof GatewayError && error.status === 402
}

/** The stricter of two sets of limits, value by value. */
export function stricter(a: Limits, b: Limits): Limits {
  const both: Limits = {}
  for (const name of LIMIT_NAMES) {
    const warn = least(a[name]?.warn, b[name]?.warn)
    const block = least(a[name]?.block, b[name]?.block)
    if (warn === undefined && block === undefined) continue
    both[name] = { ...(warn === undefined ? {} : { warn }), ...(block === undefined ? {} : { block }) }
  }
  return both
}

function least(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.min(a, b)
}

/** Whole numbers as they are, money with as many places as it takes to read it. */
function rounded(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(4).replace(/0+$/, '')
}
