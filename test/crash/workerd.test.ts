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
/** On a slow machine the rounds end here; the first nine have each point. */
const STRIKE_MS = 45_000

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
    pauseMs: 3500,
    message: (key, i) => message(key, i, random),
    stopEvery: 10,
    random,
    signal: limit.signal,
  }
  const followed: Followed[] = []
  const started = Date.now()
  const faults: Faults = { round: 0, hits: {}, randomDeaths: 0, restarts: 0 }
  const deadline = setTimeout(
    () => limit.abort(new Error(`time is up: ${JSON.stringify(faults)}\n${unfinished(followed)}`)),
    LIMIT_MS,
  )
  const clients = runLoad(load, followed)
  clients.catch(() => {})
  await strike(worker, faults, random, limit.signal).finally(() => {
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
  round: number
  /** How often the object died at each point. */
  hits: Record<string, number>
  randomDeaths: number
  restarts: number
}

/** Arms one point after the other, with deaths at random moments and restarts of workerd between. */
async function strike(worker: FaultyWorker, faults: Faults, random: () => number, limit: AbortSignal): Promise<void> {
  const until = Date.now() + STRIKE_MS
  for (; faults.round < ROUNDS && (faults.round < POINTS.length || Date.now() < until); faults.round++) {
    const { round } = faults
    const point = POINTS[round % POINTS.length]!
    await worker.arm(point, 1 + Math.floor(random() * 3))
    for (const patience = Date.now() + 5000; Date.now() < patience; await sleep(40)) {
      limit.throwIfAborted()
      if ((await worker.armed()).includes(point)) continue
      faults.hits[point] = (faults.hits[point] ?? 0) + 1
      break
    }
    // Long enough for most turns to get on: five lives without progress would end them as interrupted.
    await sleep(200 + random() * 1000)
    if (random() < 0.4) {
      await worker.die()
      faults.randomDeaths++
    }
    if (round % ROUNDS_A_RESTART === ROUNDS_A_RESTART - 1) {
      await worker.restart()
      faults.restarts++
    }
  }
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
