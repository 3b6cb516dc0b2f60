/** The arguments of `POST /api/cron` and of the tools, read into a schedule and a job's members. */
import * as z from 'zod'
import { badRequest } from '../errors.ts'
import type { Job } from './job.ts'
import { checkSchedule, everyExpression, type Schedule } from './schedule.ts'

/** Fields a client may send. `null` clears a field that can be empty; absent and blank text leave it as it is. */
export const cronRequest = z.looseObject({
  action: z.string().nullish().describe('create (default), update, delete, enable, disable, get, list, run'),
  id: z.union([z.string(), z.number()]).nullish(),
  name: z.string().nullish(),
  message: z.string().nullish(),
  expr: z
    .string()
    .nullish()
    .describe('5 or 6 fields, `@daily`, `@every 1h30m`, with an optional `CRON_TZ=Zone ` prefix.'),
  tz: z.string().nullish().describe('IANA time zone.'),
  at: z.string().nullish().describe('One moment, RFC 3339.'),
  kind: z.string().nullish().describe('Legacy: every, at, once.'),
  everyMs: z.number().nullish(),
  atMs: z.number().nullish(),
  enabled: z.boolean().nullish(),
  deliver: z.boolean().nullish().describe('Send the reply to `channel` and `to`.'),
  channel: z.string().nullish(),
  to: z.string().nullish(),
  deleteAfterRun: z.boolean().nullish(),
  overlap: z.enum(['skip', 'queue']).nullish().describe('A slot that comes while the job still runs.'),
  missed: z.enum(['skip', 'run_once']).nullish().describe('Slots that passed while the gateway was down.'),
  retries: z.int().min(0).max(20).nullish().describe('Retries of a failed slot; null for the configured number.'),
  timeoutSec: z.int().min(0).max(86_400).nullish(),
})

export type CronRequest = z.output<typeof cronRequest>

/** The schedule a request asks for; null when it says nothing of one. 400 for a bad one. */
export function requestedSchedule(request: CronRequest, now: number): Schedule | null {
  const tz = request.tz?.trim()
  if (request.expr?.trim()) return checkSchedule({ kind: 'cron', expr: request.expr, ...(tz ? { tz } : {}) }, now)
  if (request.at?.trim()) {
    const atMs = Date.parse(request.at)
    if (Number.isNaN(atMs)) throw badRequest(`at is no time: ${request.at}`)
    return checkSchedule({ kind: 'at', atMs }, now)
  }
  const kind = request.kind?.trim().toLowerCase()
  if (!kind) return null
  if (kind === 'every') {
    if (!request.everyMs || request.everyMs <= 0) throw badRequest('expr required')
    return checkSchedule({ kind: 'cron', expr: everyExpression(request.everyMs) }, now)
  }
  if (kind === 'at' || kind === 'once') {
    return checkSchedule({ kind: 'at', atMs: request.atMs && request.atMs > 0 ? request.atMs : now + 60_000 }, now)
  }
  throw badRequest('expr required')
}

/** A job with the members of a request taken over; the schedule is the caller's. */
export function withRequest(job: Job, request: CronRequest): Job {
  const { payload, policy } = job
  const text = (value: string | null | undefined, old: string | undefined) =>
    value === null ? undefined : value?.trim() || old
  const channel = text(request.channel, payload.channel)
  const to = text(request.to, payload.to)
  const { channel: _channel, to: _to, ...rest } = payload
  return {
    ...job,
    name: text(request.name, job.name) ?? job.name,
    deleteAfterRun: request.deleteAfterRun ?? job.deleteAfterRun,
    payload: {
      ...rest,
      message: request.message?.trim() || payload.message,
      deliver: request.deliver ?? payload.deliver,
      ...(channel === undefined ? {} : { channel }),
      ...(to === undefined ? {} : { to }),
    },
    policy: {
      overlap: request.overlap ?? policy.overlap,
      missed: request.missed ?? policy.missed,
      retries: request.retries === undefined ? policy.retries : request.retries,
      timeoutSec: request.timeoutSec === null ? 0 : (request.timeoutSec ?? policy.timeoutSec),
    },
  }
}
