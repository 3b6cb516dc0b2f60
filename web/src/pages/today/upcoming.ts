/** Which jobs come next. */
import type { Job } from '../schedule/jobs.ts'

/** The jobs that are planned, the next one first; `at` in ms since the epoch. */
export function upcoming(jobs: readonly Job[]): Array<{ job: Job; at: number }> {
  return jobs
    .flatMap((job) => {
      const at = job.state.nextRunAtMs
      return job.enabled && at !== undefined ? [{ job, at }] : []
    })
    .sort((a, b) => a.at - b.at)
}
