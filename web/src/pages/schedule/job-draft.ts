/** A job as the form edits it. */
import type { Job, JobRequest } from './jobs.ts'
import { newTiming, requestOf, type Timing, timingOf } from './timing.ts'

export interface JobDraft {
  name: string
  message: string
  timing: Timing
  deliver: boolean
  channel: string
  to: string
  overlap: Job['policy']['overlap']
  missed: Job['policy']['missed']
  /** Seconds, as typed. */
  timeout: string
  deleteAfterRun: boolean
}

/** What the form begins with: a stored job, or a new one. */
export function draftOf(job: Job | undefined, now: number): JobDraft {
  return {
    name: job?.name ?? '',
    message: job?.message ?? '',
    timing: job ? timingOf(job, now) : newTiming(now),
    deliver: job?.deliver ?? false,
    channel: job?.channel ?? '',
    to: job?.to ?? '',
    overlap: job?.policy.overlap ?? 'skip',
    missed: job?.policy.missed ?? 'run_once',
    timeout: String(job?.policy.timeoutSec ?? 0),
    deleteAfterRun: job?.deleteAfterRun ?? false,
  }
}

/** Which field is not filled in as it must be; null when the draft can be sent. */
export function missingIn(draft: JobDraft, now: number): 'message' | 'timing' | null {
  if (!draft.message.trim()) return 'message'
  return requestOf(draft.timing, now) === null ? 'timing' : null
}

/** What to send. A stored job keeps its schedule, and with it the phase of its interval, unless that was edited. */
export function jobRequest(draft: JobDraft, job: Job | undefined, now: number): JobRequest {
  const { name, message, timing, deliver, channel, to, overlap, missed, timeout, deleteAfterRun } = draft
  const kept = job !== undefined && JSON.stringify(timingOf(job, now)) === JSON.stringify(timing)
  return {
    ...(job ? { action: 'update', id: job.id } : { action: 'create' }),
    name: name.trim() || message.trim().slice(0, 40),
    message,
    ...(kept ? {} : requestOf(timing, now)),
    deliver,
    channel: channel.trim() || null,
    to: to.trim() || null,
    overlap,
    missed,
    timeoutSec: Math.max(0, Math.floor(Number(timeout) || 0)),
    deleteAfterRun,
  }
}
