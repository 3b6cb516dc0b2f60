/**
 * Two days of 200 jobs in a minute or two, under a hundred SIGKILLs at random moments and named points; afterwards every
 * slot of every job was started at most once and has an outcome that the job's policy allows.
 *
 * `CRASH_SEED=123` repeats the choices of a run (not its timing), `CRASH_KILLS=5` shortens it, `CRASH_LOG=1` shows the
 * gateway's log.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, expect, it } from 'vitest'
import type { Job } from '../../src/cron/index.ts'
import type { RunRow } from '../../src/cron/tables.ts'
import { startModelProcess } from '../support/model-process.ts'
import { configFor } from '../support/scripted-model.ts'
import { seeded } from '../support/turn-load.ts'
import { type PlannedJob, plannedJobs } from './cron-jobs.ts'
import { type KnownJob, ledgerProblems, slotsIn } from './cron-ledger.ts'
import type { Answer, Order } from './cron-life.ts'

const KILLS = Number(process.env.CRASH_KILLS ?? 100)
const SEED = Number(process.env.CRASH_SEED ?? Date.now() % 1_000_000)
/** On a slow machine the kills end here, and the clock goes on in larger steps. */
const STRIKE_MS = 130_000
const HOURS = 48
const TICKS = 420
/** Days on which clocks change somewhere. */
const STARTS = ['2026-03-07T20:00:00Z', '2026-03-28T06:00:00Z', '2026-10-24T06:00:00Z', '2026-06-14T17:00:00Z']
const POINTS = ['cron-commit', 'cron-committed', 'accept', 'claimed', 'step-commit', 'step-done']
const RETRIES = { base: 60, max: 600, times: 2 }
const children = new Set<ChildProcess>()
afterAll(() => {
  for (const child of children) child.kill('SIGKILL')
})

it('starts every slot once at most and accounts for each over a hundred kills', { timeout: 400_000 }, async () => {
  console.log(`seed ${SEED}`)
  const random = seeded(SEED)
  const models = await startModelProcess()
  const start = Date.parse(STARTS[Math.floor(random() * STARTS.length)]!)
  const home = newHome(models.url, start)
  const run = await createdJobs(home, plannedJobs(start, random))
  const struck = await strike(run, start, random)
  await kill(run.life)
  const { jobs, runs, problems } = whatIsLeft(home, run.jobs, struck)
  const states = Object.fromEntries(
    Object.entries(Object.groupBy(runs, ({ state }) => state)).map(([k, v]) => [k, v!.length]),
  )
  const { wakes, ...counts } = struck
  console.log(JSON.stringify({ ...counts, wakes: wakes.length, jobs: jobs.length, slots: slotsIn(runs), runs: states }))
  expect(problems).toEqual([])
  // Else the run proves less than it says.
  expect(struck.kills).toBeGreaterThanOrEqual(Math.min(KILLS, 30))
  expect(Object.keys(states)).toEqual(expect.arrayContaining(['ok', 'error', 'missed', 'skipped']))
  expect(runs.some(({ attempt }) => attempt > 1)).toBe(true)
  models.end()
  rmSync(home, { recursive: true, force: true })
})

/** The life that is, the one that waits to be next, and the jobs. */
interface Run {
  home: string
  life: Life
  next: Promise<Life>
  jobs: Array<{ job: Job; planned: PlannedJob }>
}

interface Struck {
  kills: number
  /** How often it died at each point. */
  hits: Record<string, number>
  /** Moments whose wake-up is known to have ended. */
  wakes: number[]
  end: number
}

function newHome(model: string, start: number): string {
  const home = mkdtempSync(join(tmpdir(), 'cron-crash-'))
  const config = {
    ...configFor({ url: model }, { heartbeat: { enabled: false } }),
    cron: {
      max_workers: 6,
      retry_backoff_base_sec: RETRIES.base,
      retry_backoff_max_sec: RETRIES.max,
      max_consecutive_failure_retries: RETRIES.times,
    },
  }
  writeFileSync(join(home, 'config.json'), JSON.stringify(config))
  writeFileSync(clockFile(home), String(start))
  return home
}

/** Where the clock stands, for the next life too. */
const clockFile = (home: string) => join(home, 'clock.txt')

async function createdJobs(home: string, planned: PlannedJob[]): Promise<Run> {
  const life = await loaded(home)
  await life.tell({ type: 'open' })
  const next = loaded(home)
  const { jobs } = await life.tell({
    type: 'create',
    jobs: planned.map(({ request, special }) => ({ request, special })),
  })
  return { home, life, next, jobs: jobs!.map((job, i) => ({ job, planned: planned[i]! })) }
}

/** Moves the clock through the two days, and kills on the way. */
async function strike(run: Run, start: number, random: () => number): Promise<Struck> {
  const struck: Struck = { kills: 0, hits: {}, wakes: [], end: start + HOURS * 3_600_000 }
  const until = Date.now() + STRIKE_MS
  // Mostly minutes, now and then the best part of an hour.
  const steps = Array.from({ length: TICKS }, () => 0.1 + random() ** 4 * 12)
  const total = steps.reduce((sum, step) => sum + step, 0)
  const deadly = new Set<number>()
  while (deadly.size < KILLS) deadly.add(Math.floor(random() * (TICKS - 1)))
  let passed = 0
  for (const [i, step] of steps.entries()) {
    passed += step
    const late = Date.now() > until
    if (late && i % 8 !== 0 && i < TICKS - 1) continue
    const at = i === TICKS - 1 ? struck.end : Math.floor(start + (passed / total) * HOURS * 3_600_000)
    if (deadly.has(i) && !late) await fatalTick(run, at, struck, random)
    else {
      await run.life.tell({ type: 'tick', at })
      struck.wakes.push(at)
      if (random() < 0.6) await idle(run.life, 1500)
    }
  }
  await idle(run.life, 60_000)
  return struck
}

/** A step of the clock that the process does not survive, for long. */
async function fatalTick(run: Run, at: number, struck: Struck, random: () => number): Promise<void> {
  const named = random() < 0.5
  const point = POINTS[Math.floor(random() * POINTS.length)]!
  if (named) await run.life.tell({ type: 'arm', point, nth: 1 + Math.floor(random() * 5) })
  const told = run.life.tell({ type: 'tick', at }).catch(() => null)
  if (named) {
    await Promise.race([run.life.ended, told.then(() => sleep(300))])
    if (run.life.isDead()) struck.hits[point] = (struck.hits[point] ?? 0) + 1
  } else await sleep(random() * 120)
  await kill(run.life)
  struck.kills++
  run.life = await run.next
  run.next = loaded(run.home)
  await run.life.tell({ type: 'open' })
}

async function idle(life: Life, patience: number): Promise<void> {
  for (const until = Date.now() + patience; Date.now() < until; await sleep(10)) {
    if ((await life.tell({ type: 'busy' })).busy === 0) return
  }
}

interface Life {
  child: ChildProcess
  /** Resolves with the answer; rejects when the process dies first. */
  tell(order: Order): Promise<Extract<Answer, { type: 'done' }>>
  ended: Promise<unknown>
  isDead(): boolean
}

/** A process that has loaded everything and touched nothing. */
async function loaded(home: string): Promise<Life> {
  const script = new URL('cron-life.ts', import.meta.url).pathname
  const child = spawn(process.execPath, [script, home, clockFile(home)], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    env: { PATH: process.env.PATH, HOME: home, ...(process.env.CRASH_LOG ? { CRASH_LOG: '1' } : {}) },
  })
  children.add(child)
  const ended = new Promise((resolve) => child.once('exit', resolve))
  const isDead = () => child.exitCode !== null || child.signalCode !== null
  const heard = () =>
    Promise.race([
      new Promise<Answer>((resolve) => child.once('message', (answer) => resolve(answer as Answer))),
      ended.then(() => Promise.reject(new Error(`the gateway ended with ${child.exitCode ?? child.signalCode}`))),
    ])
  await heard()
  return {
    child,
    ended,
    isDead,
    tell: async (order) => {
      const answer = heard()
      if (!isDead()) child.send(order, () => {})
      return (await answer) as Extract<Answer, { type: 'done' }>
    },
  }
}

async function kill({ child, ended }: Life): Promise<void> {
  child.kill('SIGKILL')
  await ended
  children.delete(child)
}

/** Reads the database nobody has open any more. */
function whatIsLeft(home: string, created: Run['jobs'], { end, wakes }: Struck) {
  const db = new DatabaseSync(join(home, 'gateway.db'))
  const all = <T>(sql: string) => db.prepare(sql).all() as unknown as T[]
  const runs = all<RunRow>('SELECT * FROM cron_run')
  const byJob = Map.groupBy(runs, ({ job }) => job)
  const stored = new Map(
    all<{ body: string }>('SELECT body FROM cron_job').map(({ body }) => [
      JSON.parse(body).id,
      JSON.parse(body) as Job,
    ]),
  )
  const problems = created.flatMap(({ job, planned }) => {
    const rows = byJob.get(job.id) ?? []
    return [
      ...ledgerProblems(knownJob(job, planned), rows, { until: end, wakes }),
      ...jobProblems(job, stored.get(job.id), rows),
    ]
  })
  problems.push(...turnProblems(runs, all))
  const held = all<{ key: string }>('SELECT key FROM outbox').map(({ key }) => key)
  const delivered = runs.filter((run) => run.delivered !== null).map((run) => `cron:${run.job}:${run.slot}`)
  if (held.toSorted().join() !== delivered.toSorted().join()) problems.push('what was sent is not what runs delivered')
  const due = runs.filter((run) => run.state === 'ok' && stored.get(run.job)?.payload.deliver)
  if (due.some((run) => run.delivered === null)) problems.push('a run of a job that delivers did not')
  db.close()
  return { jobs: [...stored.values()], runs, problems }
}

function knownJob(job: Job, { mayFail }: PlannedJob): KnownJob {
  const times = job.policy.retries ?? RETRIES.times
  return {
    ...job,
    ...job.policy,
    retries: { times, baseMs: RETRIES.base * 1000, maxMs: RETRIES.max * 1000 },
    mayFail,
    mayTimeOut: job.policy.timeoutSec > 0,
  }
}

/** What the job itself says of its runs, and whether a one-time job is done with. */
function jobProblems(created: Job, job: Job | undefined, rows: RunRow[]): string[] {
  if (!job) return created.deleteAfterRun ? [] : [`${created.id} is gone`]
  const ran = rows.filter(({ turn }) => turn !== null)
  const failed = ran.filter(({ state }) => state !== 'ok')
  const { totalRuns = 0, totalFailures = 0, nextRunAtMs } = job.state
  const problems: string[] = []
  if (totalRuns !== ran.length || totalFailures !== failed.length) {
    problems.push(
      `${job.id} counts ${totalRuns} runs and ${totalFailures} failures of ${ran.length} and ${failed.length}`,
    )
  }
  const retryAhead = failed.length > 0 && failed.length === ran.length
  if (job.schedule.kind === 'at' && !retryAhead && (job.enabled || job.deleteAfterRun)) {
    problems.push(`${job.id} had its run and is still there`)
  }
  if (job.schedule.kind === 'cron' && nextRunAtMs === undefined) problems.push(`${job.id} will never run again`)
  return problems
}

/** Each started attempt has a turn of its own, whose message stands once in the history; no turn is without a run. */
function turnProblems(runs: RunRow[], all: <T>(sql: string) => T[]): string[] {
  const problems: string[] = []
  const turns = new Map(
    all<{ n: number; key: string; ended_at: number | null }>('SELECT n, key, ended_at FROM turn').map((turn) => [
      turn.n,
      turn,
    ]),
  )
  const said = new Map(
    all<{ turn: number; n: number }>("SELECT turn, count(*) AS n FROM message WHERE role = 'user' GROUP BY turn").map(
      ({ turn, n }) => [turn, n],
    ),
  )
  const started = runs.filter(({ turn }) => turn !== null)
  for (const run of started) {
    const turn = turns.get(run.turn!)
    const name = `cron:${run.job}:${run.slot}:${run.attempt}`
    if (turn?.key !== name) problems.push(`${name} has the turn of ${turn?.key}`)
    if (turn?.ended_at === null) problems.push(`the turn of ${name} has not ended`)
    if (said.get(run.turn!) !== 1) problems.push(`${name} was said ${said.get(run.turn!) ?? 0} times`)
  }
  if (new Set(started.map(({ turn }) => turn)).size !== turns.size) problems.push('there are turns without a run')
  return problems
}
