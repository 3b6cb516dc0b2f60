/** Jobs and runs as `clawgo cron` gets them from the gateway and shows them. */
import { setTimeout as sleep } from 'node:timers/promises'
import * as z from 'zod'
import { CliError } from './failure.ts'
import { say, sayTable } from './output.ts'
import { callGateway, type RunningGateway } from './running-gateway.ts'

export const ID_HELP = 'id of the job, from `clawgo cron list`'

const jobSchema = z.looseObject({
  id: z.string(),
  name: z.string().optional(),
  enabled: z.boolean().optional(),
  expr: z.string().optional(),
  schedule: z.looseObject({ tz: z.string().optional() }).optional(),
  state: z.looseObject({ nextRunAtMs: z.number().optional(), lastStatus: z.string().optional() }).optional(),
})
/** What the gateway says of a job; the answer to an action may be no more than its id. */
export type Job = z.output<typeof jobSchema>

const runSchema = z.looseObject({
  slot_ms: z.number(),
  attempt: z.number(),
  state: z.string(),
  trigger: z.string(),
  slots: z.number(),
  started_ms: z.number().nullable(),
  finished_ms: z.number().nullable(),
  error: z.string().nullable(),
  delivered: z.string().nullable(),
})
export type Run = z.output<typeof runSchema>

const LOOK_MS = 200

/** Every job, disabled ones too. */
export async function jobsOf(gateway: RunningGateway): Promise<Job[]> {
  return (await callGateway(gateway, '/api/cron', z.object({ jobs: z.array(jobSchema) }))).jobs
}

/** Carries an action out and gives its result. */
export async function actOn(gateway: RunningGateway, request: Record<string, unknown>): Promise<Job> {
  return (await named(callGateway(gateway, '/api/cron', z.object({ result: jobSchema }), request))).result
}

/** The newest runs of a job. */
export async function runsOf(gateway: RunningGateway, id: string, limit: string | number): Promise<Run[]> {
  const path = `/api/cron/runs?id=${encodeURIComponent(id)}&limit=${limit}`
  return (await named(callGateway(gateway, path, z.object({ runs: z.array(runSchema) })))).runs
}

/** Starts a run and waits for its end. */
export async function withRun(gateway: RunningGateway, id: string): Promise<Run> {
  const started = z.object({ result: runSchema })
  const { result } = await named(callGateway(gateway, '/api/cron', started, { action: 'run', id }))
  for (;;) {
    const runs = await runsOf(gateway, id, 200)
    const run = runs.find(({ slot_ms, attempt }) => slot_ms === result.slot_ms && attempt === result.attempt)
    if (!run) throw new CliError('The run was removed before it ended.')
    if (run.finished_ms !== null) return run
    await sleep(LOOK_MS)
  }
}

/** A table of jobs. */
export function sayJobs(jobs: readonly Job[]): void {
  if (!jobs.length) {
    say('No jobs. Add one: clawgo cron add --help')
    return
  }
  sayTable(
    ['id', 'name', 'schedule', 'next run', 'last'],
    jobs.map(({ id, name = '', enabled, expr = '', schedule, state }) => [
      id,
      name,
      schedule?.tz ? `${expr} (${schedule.tz})` : expr,
      enabled ? shown(state?.nextRunAtMs) : 'disabled',
      state?.lastStatus ?? '-',
    ]),
  )
}

/** A table of runs. */
export function sayRuns(runs: readonly Run[]): void {
  if (!runs.length) {
    say('No runs yet.')
    return
  }
  sayTable(
    ['scheduled', 'state', 'by', 'started', 'reason'],
    runs.map(({ slot_ms, state, attempt, slots, trigger, started_ms, error }) => [
      shown(slot_ms),
      slots > 1 ? `${state} (${slots} in a row)` : state,
      attempt > 1 ? `${trigger} ${attempt - 1}` : trigger,
      shown(started_ms),
      error ?? '',
    ]),
  )
}

function shown(at: number | null | undefined): string {
  return at === null || at === undefined ? '-' : new Date(at).toLocaleString()
}

/** An unknown job, in the words of the command line. */
async function named<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer
  } catch (error) {
    const id = error instanceof CliError ? /^job not found: (.*)$/.exec(error.message)?.[1] : undefined
    if (id === undefined) throw error
    throw new CliError(`Job ${id} not found`, { next: 'List them: clawgo cron list --all' })
  }
}
