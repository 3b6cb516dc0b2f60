/** The job object of `/api/cron` (api-behaviour.md section 5.6), as stored and as shown. */
import type { TurnInput } from '../chat/index.ts'
import type { Schedule } from './schedule.ts'

/** What happens to a slot that comes while the job still runs. */
export type Overlap = 'skip' | 'queue'
/** What happens to slots whose time passed while the gateway was down. */
export type Missed = 'skip' | 'run_once'

export interface JobState {
  nextRunAtMs?: number
  lastRunAtMs?: number
  lastStatus?: 'ok' | 'error'
  lastError?: string
  lastDurationMs?: number
  lastScheduleDelayMs?: number
  totalRuns?: number
  totalFailures?: number
  consecutiveFailures?: number
}

/** A stored job. Members it does not know (of an imported job) are kept. */
export interface Job {
  id: string
  name: string
  enabled: boolean
  schedule: Schedule
  payload: {
    kind: 'agent_turn' | 'reminder'
    message: string
    deliver: boolean
    channel?: string
    to?: string
    /** The chat a reminder comes back to; a job without one has a session of its own. */
    session?: string
  }
  policy: {
    overlap: Overlap
    missed: Missed
    /** Retries of a failed slot; null for the config's number. */
    retries: number | null
    /** A run is stopped after this many seconds; 0 for never. */
    timeoutSec: number
  }
  state: JobState
  /** Where the phase of an interval starts. */
  anchorMs: number
  createdAtMs: number
  updatedAtMs: number
  deleteAfterRun: boolean
}

export const DEFAULT_POLICY: Job['policy'] = { overlap: 'skip', missed: 'run_once', retries: null, timeoutSec: 0 }

/** The session a job's turns run in. */
export function sessionOf(job: Job): string {
  return job.payload.session ?? `cron:${job.id}`
}

/** What a job's turn is asked. */
export function inputOf({ payload }: Job): TurnInput {
  const reminder = payload.kind === 'reminder'
  return {
    text: `[System: ${reminder ? 'reminder' : 'cron'}] ${payload.message}`,
    channel: payload.channel ?? 'cli',
    chat: payload.to ?? 'direct',
    owner: true,
    ...(reminder ? { say: `Reminder: ${payload.message}` } : {}),
  }
}

/** The job as clients see it: the stored object plus the flattened members of the original. */
export function jobView(job: Job): Record<string, unknown> {
  const { anchorMs: _anchor, ...shown } = job
  const { schedule, payload } = job
  return {
    ...shown,
    state: Object.fromEntries(Object.entries(job.state).filter(([, value]) => value !== 0 && value !== '')),
    expr: schedule.kind === 'at' ? new Date(schedule.atMs ?? 0).toISOString() : schedule.expr,
    message: payload.message,
    deliver: payload.deliver,
    ...(payload.channel ? { channel: payload.channel } : {}),
    ...(payload.to ? { to: payload.to } : {}),
  }
}

/** What of a run's reply leaves the gateway, and where to; null when nothing does. */
export function jobReply(
  { payload }: Job,
  reply: string,
): { channel: string; chat: string; body: { text: string } } | null {
  const text = reply.trim()
  if (!payload.deliver || !payload.channel || !payload.to || !text || text.toUpperCase() === 'NO_REPLY') return null
  return { channel: payload.channel, chat: payload.to, body: { text } }
}
