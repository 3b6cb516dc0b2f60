/**
 * The Gateway object dies at every named point, at random moments and with the whole of workerd while clients chat;
 * afterwards every acknowledged message is there once, every turn has one outcome, no side effect ran twice, and every
 * reader's account equals the log.
 *
 * `CRASH_SEED=123` repeats the choices of a run (not its timing), `CRASH_LOG=1` shows the gateway's log.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { type FaultyWorker, startFaultyWorker } from '../support/faulty-worker.ts'
import { startModelProcess } from '../support/model-process.ts'
import { type Followed, type Load, runLoad, seeded, unfinished, verify } from '../support/turn-load.ts'

const SEED = Number(process.env.CRASH_SEED ?? Date.now() % 1_000_000)
const LIMIT_MS = 110_000
const POINTS = [
  'accept',
  'accepted',
  'claimed',
  'delta',
  'checkpoint',
  'step-commit',
  'step-done',
  'tool-ran',
  'tool-result',
]
const ROUNDS = 3 * POINTS.length
const ROUNDS_A_RESTART = 6

it('loses nothing and runs nothing twice over aborts and restarts', { timeout: LIMIT_MS + 40_000 }, async () => {
  console.log(`seed ${SEED}`)
  const random = seeded(SEED)
  const models = await startModelProcess()
  const worker = await startFaultyWorker(models)
  const limit = new AbortController()
  let faultsAreOver = false
  const load: Load = {
    url: () => worker.url,
    token: worker.token,
    sessions: 6,
    get turns() {
      return faultsAreOver ? 0 : 400
    },
    pauseMs: 2500,
    message: (key, i) => message(key, i, random),
    stopEvery: 10,
    random,
    signal: limit.signal,
  }
  const followed: Followed[] = []
  const started = Date.now()
  const deadline = setTimeout(() => limit.abort(new Error(unfinished(followed))), LIMIT_MS)
  const clients = runLoad(load, followed)
  clients.catch(() => {})
  const faults = await strike(worker, random, limit.signal).finally(() => {
    faultsAreOver = true
  })
  await clients
  const report = await verify(load, followed, await effectsIn(worker))
  clearTimeout(deadline)
  const seconds = Math.round((Date.now() - started) / 1000)
  console.log(JSON.stringify({ seconds, turns: followed.length, ...faults, ...report }))
  expect(report.problems).toEqual([])
  // Else the run proves less than it says.
  expect(Object.keys(faults.hits).sort()).toEqual([...POINTS].sort())
  expect(faults.randomDeaths).toBeGreaterThan(0)
  await expect.poll(async () => (await models.stats()).openStreams).toBe(0)
})

/** Every third message has no tool and is long enough for a checkpoint; the others have one effect each. */
function message(key: string, i: number, random: () => number): string {
  const words = (from: number, to: number) => 'word '.repeat(from + Math.floor(random() * (to - from)))
  const delay = 5 + Math.floor(random() * 20)
  if (i % 3 === 2) return `k=${key} delay=40 text="${words(35, 55)}end of ${key}"`
  // The shell's pause lies between the effect and its result; an append and its result are one commit here.
  const call =
    i % 3 === 1
      ? `exec:{"command":"echo ${key} >> effects.txt; sleep 0.1"}`
      : `write_file:{"path":"effects.txt","content":"${key}\\n","append":true}`
  return `k=${key} call=${call} delay=${delay} text="${words(5, 25)}end of ${key}"`
}

interface Faults {
  /** How often the object died at each point. */
  hits: Record<string, number>
  randomDeaths: number
  restarts: number
}

/** Arms one point after the other, with deaths at random moments and restarts of workerd between. */
async function strike(worker: FaultyWorker, random: () => number, limit: AbortSignal): Promise<Faults> {
  const faults: Faults = { hits: {}, randomDeaths: 0, restarts: 0 }
  for (let round = 0; round < ROUNDS; round++) {
    const point = POINTS[round % POINTS.length]!
    await worker.arm(point, 1 + Math.floor(random() * 3))
    for (const until = Date.now() + 4000; Date.now() < until; await sleep(40)) {
      limit.throwIfAborted()
      if ((await worker.armed()).includes(point)) continue
      faults.hits[point] = (faults.hits[point] ?? 0) + 1
      break
    }
    if (random() < 0.4) {
      await sleep(20 + random() * 500)
      await worker.die()
      faults.randomDeaths++
    }
    if (round % ROUNDS_A_RESTART === ROUNDS_A_RESTART - 1) {
      await worker.restart()
      faults.restarts++
    }
  }
  return faults
}

/** What stands in the file of effects, read by the agent itself. */
async function effectsIn(worker: FaultyWorker): Promise<Map<string, number>> {
  const turn = await worker.say('call=exec:{"command":"cat effects.txt"} text="read"', 'effects')
  const stream = await (await worker.fetch(`/api/chat/stream?turn=${turn}`)).text()
  const result = /^event: tool-result\ndata: (.*)$/m.exec(stream)?.[1] ?? '{}'
  const { output } = JSON.parse(result) as { output: string }
  const effects = new Map<string, number>()
  for (const key of output.match(/\bk\d+\b/g) ?? []) effects.set(key, (effects.get(key) ?? 0) + 1)
  return effects
}
