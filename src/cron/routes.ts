/** `/api/cron` and what we add to it: runs and preview (api-behaviour.md section 5.6). */
import * as z from 'zod'
import { badRequest, notFound } from '../errors.ts'
import { boundedInt, type Route, route, text } from '../http/index.ts'
import { type Job, jobView } from './job.ts'
import { type CronRequest, cronRequest } from './request.ts'
import type { CronService } from './service.ts'
import type { RunRow } from './tables.ts'

const job = z
  .looseObject({
    id: z.string(),
    name: z.string(),
    enabled: z.boolean(),
    schedule: z.looseObject({
      kind: z.enum(['cron', 'at']),
      expr: z.string().optional().describe('Of `cron`: an expression, or `@every 1h0m0s`.'),
      tz: z.string().optional().describe("IANA time zone; absent: the machine's."),
      atMs: z.int().optional().describe('Of `at`.'),
    }),
    payload: z.looseObject({ kind: z.enum(['agent_turn', 'reminder']), message: z.string(), deliver: z.boolean() }),
    policy: z.looseObject({
      overlap: z.enum(['skip', 'queue']),
      missed: z.enum(['skip', 'run_once']),
      retries: z.int().nullable(),
      timeoutSec: z.int(),
    }),
    state: z.looseObject({
      nextRunAtMs: z.int().optional(),
      lastRunAtMs: z.int().optional(),
      lastStatus: z.enum(['ok', 'error']).optional(),
      lastError: z.string().optional(),
      lastDurationMs: z.int().optional(),
      totalRuns: z.int().optional(),
      totalFailures: z.int().optional(),
      consecutiveFailures: z.int().optional(),
    }),
    createdAtMs: z.int(),
    updatedAtMs: z.int(),
    deleteAfterRun: z.boolean(),
    message: z.string(),
    deliver: z.boolean(),
    channel: z.string().optional(),
    to: z.string().optional(),
  })
  .meta({
    id: 'CronJob',
    description:
      'The stored job (`schedule`, `payload`, `policy`, `state`) plus flattened `expr`, `message`, `deliver`, `channel`, `to`.',
  })

const run = z
  .object({
    job: z.string(),
    slot_ms: z.int().describe('Scheduled time, ms since the epoch.'),
    attempt: z.int().describe('1 for the first start, more for retries.'),
    state: z.enum(['queued', 'running', 'ok', 'error', 'timeout', 'stopped', 'skipped', 'missed']),
    trigger: z.enum(['schedule', 'retry', 'manual']),
    slots: z.int().describe('How many slots in a row a `missed` row stands for.'),
    turn: z.int().nullable(),
    started_ms: z.int().nullable(),
    finished_ms: z.int().nullable(),
    error: z.string().nullable(),
    delivered: z.string().nullable().describe('Where the reply went: `outbox <id>`.'),
  })
  .meta({ id: 'CronRun' })

/** A run as clients see it. */
export function runView(row: RunRow): z.output<typeof run> {
  const { job: id, slot, started_at, finished_at, ...rest } = row
  return { job: id, slot_ms: slot, started_ms: started_at, finished_ms: finished_at, ...rest }
}

export function cronRoutes(cron: CronService): Route[] {
  return [
    route({
      method: 'GET',
      path: '/api/cron',
      tag: 'Cron',
      summary: 'List jobs, or read one',
      query: z.object({ id: text() }),
      responses: {
        200: {
          description: 'The jobs in order of creation, disabled ones too; or the one asked for.',
          schema: z.union([
            z.object({ ok: z.literal(true), jobs: z.array(job) }),
            z.object({ ok: z.literal(true), job }),
          ]),
        },
        404: { description: '`job not found: <id>`' },
      },
      handle: ({ query }) =>
        query.id ? { ok: true, job: jobView(cron.get(query.id)) } : { ok: true, jobs: cron.list().map(jobView) },
    }),
    route({
      method: 'POST',
      path: '/api/cron',
      tag: 'Cron',
      summary: 'Create or change a job, or run it now',
      query: z.object({ id: text() }),
      body: cronRequest,
      responses: {
        200: {
          description: 'The job, or what the action says.',
          schema: z.object({ ok: z.literal(true), result: z.looseObject({}) }),
        },
        400: { description: 'A missing field, a bad schedule with its reason, or an unknown action.' },
        404: { description: '`job not found: <id>`' },
      },
      handle: ({ query, body }) => ({
        ok: true,
        result: act(cron, body, query.id || String(body.id ?? '').trim()),
      }),
    }),
    route({
      method: 'GET',
      path: '/api/cron/runs',
      tag: 'Cron',
      summary: "A job's runs, or those of all jobs, newest first",
      query: z.object({ id: text().describe('Id of a job. Default: all jobs.'), limit: boundedInt(50, 200) }),
      responses: {
        200: {
          description: 'The runs; those of a job that deleted itself for 30 days.',
          schema: z.object({ ok: z.literal(true), runs: z.array(run) }),
        },
        404: { description: '`job not found: <id>`' },
      },
      handle: ({ query }) => ({ ok: true, runs: cron.runs(query.id, query.limit).map(runView) }),
    }),
    route({
      method: 'GET',
      path: '/api/cron/preview',
      tag: 'Cron',
      summary: 'The next times of an expression',
      query: z.object({ expr: text(), tz: text(), n: boundedInt(5, 100) }),
      responses: {
        200: {
          description: 'In UTC and in ms since the epoch.',
          schema: z.object({ ok: z.literal(true), times: z.array(z.object({ ms: z.int(), iso: z.string() })) }),
        },
        400: { description: 'Why the expression is refused.' },
      },
      handle: ({ query }) => ({
        ok: true,
        times: cron
          .preview({ kind: 'cron', expr: query.expr, ...(query.tz ? { tz: query.tz } : {}) }, query.n)
          .map((ms) => ({ ms, iso: new Date(ms).toISOString() })),
      }),
    }),
  ]
}

/** Carries an action out; shared by the route and the agent's tool. */
export function act(cron: CronService, request: CronRequest, id: string): Record<string, unknown> {
  const action = request.action?.trim().toLowerCase() || 'create'
  switch (action) {
    case 'create':
      return jobView(cron.create(request))
    case 'update':
      return jobView(cron.update(id, request))
    case 'get':
      return jobView(cron.get(id))
    case 'delete':
      if (!id) throw badRequest('id required')
      if (!cron.delete(id)) throw notFound(`job not found: ${id}`)
      return { deleted: true, id }
    case 'enable':
    case 'disable':
      cron.setEnabled(id, action === 'enable')
      return { ok: true, id }
    case 'list': {
      const jobs: Job[] = cron.list()
      return { jobs: jobs.map(jobView), raw: JSON.stringify(jobs) }
    }
    case 'run':
      return runView(cron.runNow(id))
    default:
      throw badRequest(`unsupported cron action: ${action}`)
  }
}
