/** A job of the original's `cron/jobs.json`, read into ours (workspace-formats.md sections 4.1 and 4.2). */
import * as z from 'zod'
import { DEFAULT_POLICY, type Job } from './job.ts'
import { checkSchedule, everyExpression, type Schedule } from './schedule.ts'

const words = z.string().trim().catch('')
const ms = z.number().optional().catch(undefined)

const oldJob = z.looseObject({
  id: z.string().trim().min(1),
  name: words,
  enabled: z.boolean().catch(true),
  schedule: z.looseObject({ kind: words, expr: words, tz: words, atMs: ms, everyMs: ms }),
  payload: z.looseObject({ message: words, deliver: z.boolean().catch(false), channel: words, to: words }),
  state: z
    .looseObject({
      lastRunAtMs: ms,
      lastStatus: z.enum(['ok', 'error']).optional().catch(undefined),
      lastError: z.string().optional().catch(undefined),
      lastDurationMs: ms,
      lastScheduleDelayMs: ms,
      totalRuns: ms,
      totalFailures: ms,
      consecutiveFailures: ms,
    })
    .catch({}),
  createdAtMs: ms,
  updatedAtMs: ms,
  deleteAfterRun: z.boolean().catch(false),
})

/**
 * The job that the raw JSON of an old one means, with every member nobody here knows; null when it has no id, message or
 * schedule that could ever run. A moment that has passed comes disabled. What went to a chat still does, whatever
 * `deliver` said: the original did not look at it. The original's own reminders stay reminders.
 */
export function jobFromOldHome(raw: string, now: number): Job | null {
  const parsed = oldJob.safeParse(jsonOf(raw))
  if (!parsed.success || !parsed.data.payload.message) return null
  const { payload, state, schedule: old, name, ...rest } = parsed.data
  const schedule = scheduleOf(old, now)
  if (!schedule) return null
  const { channel, to, ...said } = payload
  const target = channel && to ? { channel, to } : null
  const { nextRunAtMs: _next, ...known } = state
  return {
    ...rest,
    name: name || 'webui-cron',
    enabled: rest.enabled && !isPast(schedule, now),
    schedule,
    payload: {
      ...said,
      kind: target && schedule.kind === 'at' && name === 'Reminder' ? 'reminder' : 'agent_turn',
      deliver: payload.deliver || target !== null,
      ...target,
    },
    policy: DEFAULT_POLICY,
    state: known,
    anchorMs: now,
    createdAtMs: rest.createdAtMs ?? now,
    updatedAtMs: rest.updatedAtMs ?? now,
  }
}

/** `expr` wins over everything, then the interval, then the moment. */
function scheduleOf(old: z.output<typeof oldJob>['schedule'], now: number): Schedule | null {
  const { kind, expr, tz, atMs, everyMs } = old
  const every = everyMs !== undefined && everyMs > 0 ? everyMs : null
  const interval = every !== null && (kind.toLowerCase() === 'every' || atMs === undefined)
  const text = expr || (every !== null && interval ? everyExpression(every) : '')
  if (!text) return atMs === undefined ? null : { kind: 'at', atMs: Math.floor(atMs) }
  try {
    return checkSchedule({ kind: 'cron', expr: text, ...(tz ? { tz } : {}) }, now)
  } catch {
    return null
  }
}

function isPast({ kind, atMs }: Schedule, now: number): boolean {
  return kind === 'at' && (atMs ?? 0) <= now
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
