/**
 * The schedule on workerd, through its real alarms: the object dies in the middle of starting and ending runs, and with
 * the whole of workerd; and it sleeps between runs. `CRASH_SEED=123` repeats the choices of a run (not its timing).
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import type { Schedule } from '../../src/cron/schedule.ts'
import type { RunRow } from '../../src/cron/tables.ts'
import { type FaultyWorker, startFaultyWorker } from '../support/faulty-worker.ts'
import { jsonOf } from '../support/json.ts'
import { startModelProcess } from '../support/model-process.ts'
import { seeded } from '../support/turn-load.ts'
import { ledgerProblems, slotsIn } from './cron-ledger.ts'

const SEED = Number(process.env.CRASH_SEED ?? Date.now() % 1_000_000)
const RUN_MS = 40_000
const POINTS = ['cron-commit', 'cron-committed', 'accept', 'claimed', 'step-commit', 'step-done', 'cron-commit']
/** After these faults workerd itself ends. */
const RESTART_AFTER = [3, 6]

interface CreatedJob {
  id: string
  schedule: Schedule
  createdAtMs: number
  policy: { overlap: 'skip' | 'queue'; missed: 'skip' | 'run_once' }
}

const act = async (worker: FaultyWorker, body: object) =>
  (await jsonOf(worker.fetch('/api/cron', { method: 'POST', body: JSON.stringify(body) }))).result

const create = (worker: FaultyWorker, body: object): Promise<CreatedJob> => act(worker, body)

async function runsOf(worker: FaultyWorker, id: string): Promise<RunRow[]> {
  const { runs } = await jsonOf(worker.fetch(`/api/cron/runs?id=${id}&limit=200`))
  return runs.map(({ slot_ms, started_ms, finished_ms, ...rest }: Record<string, unknown>) => ({
    ...rest,
    slot: slot_ms,
    started_at: started_ms,
    finished_at: finished_ms,
  }))
}

describe('the schedule on workerd', () => {
  it('starts every slot once at most and accounts for each over deaths and restarts', {
    timeout: 150_000,
  }, async () => {
    console.log(`seed ${SEED}`)
    const random = seeded(SEED)
    const models = await startModelProcess()
    const worker = await startFaultyWorker(models, { keepAliveMs: 1000 })
    const jobs: CreatedJob[] = []
    for (let i = 0; i < 10; i++) {
      const policy = { overlap: i % 3 === 0 ? 'queue' : 'skip', missed: i % 4 === 0 ? 'skip' : 'run_once' }
      const slow = i % 3 === 0 ? `first=${500 * i}` : ''
      jobs.push(
        await create(worker, { expr: `@every ${2 + (i % 5)}s`, message: `k=${i} ${slow} text="done"`, ...policy }),
      )
    }
    const struck = await strike(worker, random)
    const until = Date.now()
    for (const { id } of jobs) await act(worker, { action: 'disable', id })
    await expect.poll(() => unended(worker, jobs), { timeout: 40_000, interval: 500 }).toBe(0)

    const problems: string[] = []
    const all: RunRow[] = []
    for (const job of jobs) {
      const runs = await runsOf(worker, job.id)
      const known = { ...job, ...job.policy, mayFail: false, mayTimeOut: false }
      const retries = { times: 5, baseMs: 30_000, maxMs: 1_800_000 }
      problems.push(...ledgerProblems({ ...known, retries }, runs, { until }))
      const { messages } = await jsonOf(worker.fetch(`/api/chat/history?session=cron:${job.id}&limit=1000`))
      const said = messages.filter(({ role }: { role: string }) => role === 'user').length
      const started = runs.filter(({ turn }) => turn !== null).length
      if (said !== started) problems.push(`${job.id}: ${started} runs were started, ${said} messages said`)
      all.push(...runs)
    }
    const states = Object.entries(Object.groupBy(all, ({ state }) => state)).map(([state, rows]) => [
      state,
      rows!.length,
    ])
    console.log(JSON.stringify({ ...struck, slots: slotsIn(all), runs: Object.fromEntries(states) }))
    expect(problems).toEqual([])
    const turns = all.flatMap(({ turn }) => turn ?? [])
    expect(new Set(turns).size).toBe(turns.length)
    // Else the run proves less than it says.
    expect(turns.length).toBeGreaterThan(20)
    expect(struck).toMatchObject({ restarts: 2 })
    expect(struck.deaths).toBeGreaterThanOrEqual(6)
  })

  it('lets the object sleep between runs, and wakes it with no request in flight', { timeout: 120_000 }, async () => {
    const models = await startModelProcess()
    const worker = await startFaultyWorker(models)
    // workerd puts an idle object to sleep after ten seconds.
    const { id } = await create(worker, { expr: '@every 14s', message: 'k=alone text="done"' })
    const asked = async () => (await models.stats()).requests.map(({ outcome }) => outcome)
    const before = await worker.lives()
    // The model is watched, not the gateway: any request would wake the object.
    await expect.poll(asked, { timeout: 60_000, interval: 500 }).toEqual(['done', 'done'])
    expect(await worker.lives()).toBe(before + 2)
    expect((await runsOf(worker, id)).filter(({ turn }) => turn !== null)).toHaveLength(2)
  })
})

/** The object dies eight times in forty seconds, most of them at a named point, and twice workerd is restarted. */
async function strike(worker: FaultyWorker, random: () => number) {
  const struck = { deaths: 0, restarts: 0, points: [] as string[] }
  const end = Date.now() + RUN_MS
  const pause = RUN_MS / (POINTS.length + 2)
  for (const [i, point] of POINTS.entries()) {
    await worker.arm(point, 1 + Math.floor(random() * 2))
    for (const patience = Date.now() + pause; Date.now() < patience; await sleep(100)) {
      if ((await worker.armed()).includes(point)) continue
      struck.deaths++
      struck.points.push(point)
      break
    }
    await sleep(random() * pause)
    if (RESTART_AFTER.includes(i)) {
      await worker.restart()
      struck.restarts++
    }
  }
  await worker.die()
  struck.deaths++
  await sleep(Math.max(3000, end - Date.now()))
  return struck
}

async function unended(worker: FaultyWorker, jobs: readonly CreatedJob[]): Promise<number> {
  const runs = await Promise.all(jobs.map(({ id }) => runsOf(worker, id)))
  return runs.flat().filter(({ finished_at }) => finished_at === null).length
}
