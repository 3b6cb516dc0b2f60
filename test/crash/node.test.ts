/**
 * Up to fifty SIGKILLs at random moments while clients chat; afterwards every acknowledged message is there once, every
 * turn has one outcome, no side effect ran twice, and every reader's account equals the log.
 *
 * `CRASH_SEED=123` repeats the choices of a run (not its timing), `CRASH_KILLS=5` shortens it, `CRASH_LOG=1` shows the
 * gateway's log.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, expect, it } from 'vitest'
import { startModelProcess } from '../support/model-process.ts'
import { type Followed, type Load, runLoad, seeded, unfinished, verify } from '../support/turn-load.ts'

const KILLS = Number(process.env.CRASH_KILLS ?? 50)
/** On a slow machine the kills end here. */
const STRIKE_MS = 90_000
const SEED = Number(process.env.CRASH_SEED ?? Date.now() % 1_000_000)
const TOKEN = 'crash-test-token'
const children = new Set<ChildProcess>()
afterAll(() => {
  for (const child of children) child.kill('SIGKILL')
})

it('loses nothing and runs nothing twice over dozens of kills', { timeout: 300_000 }, async () => {
  const random = seeded(SEED)
  console.log(`seed ${SEED}`)
  const home = mkdtempSync(join(tmpdir(), 'crash-'))
  const models = await startModelProcess()
  const port = await freePort()
  writeFileSync(
    join(home, 'config.json'),
    JSON.stringify({
      gateway: { host: '127.0.0.1', port, token: TOKEN },
      agents: { defaults: { model: { primary: 'local/script' }, heartbeat: { enabled: false } } },
      models: {
        providers: { local: { api_base: `${models.url}/v1`, models: ['script'], timeout_sec: 20, auth: 'none' } },
      },
    }),
  )
  const url = `http://127.0.0.1:${port}`
  const limit = new AbortController()
  let kills = 0
  let striking = true
  const load: Load = {
    url: () => url,
    token: TOKEN,
    sessions: 8,
    // As long as there is somebody to kill.
    get turns() {
      return striking ? 600 : 0
    },
    pauseMs: 4000,
    // An append is an effect that a repeat would show; the others are long enough for a checkpoint.
    message: (key, i) => {
      const words = (from: number, to: number) => 'word '.repeat(from + Math.floor(random() * (to - from)))
      if (i % 3 === 2) return `k=${key} delay=30 text="${words(35, 55)}end of ${key}"`
      const call = `write_file:{"path":"effects.txt","content":"${key}\\n","append":true}`
      return `k=${key} call=${call} delay=${5 + Math.floor(random() * 25)} text="${words(5, 25)}end of ${key}"`
    },
    stopEvery: 10,
    random,
    signal: limit.signal,
  }
  const followed: Followed[] = []
  const clients = runLoad(load, followed)
  clients.catch(() => {})
  for (const until = Date.now() + STRIKE_MS; kills < KILLS && Date.now() < until; kills++) {
    const child = gateway(home)
    await ready(child, url)
    await sleep(20 + random() * 1180)
    await kill(child)
  }
  striking = false
  const last = gateway(home)
  await ready(last, url)
  const deadline = setTimeout(() => limit.abort(new Error(unfinished(followed))), 120_000)
  await clients
  clearTimeout(deadline)
  const effects = new Map<string, number>()
  for (const line of readFileSync(join(home, 'workspace', 'effects.txt'), 'utf8')
    .trim()
    .split('\n')) {
    effects.set(line, (effects.get(line) ?? 0) + 1)
  }
  const report = await verify(load, followed, effects)
  console.log(JSON.stringify({ kills, turns: followed.length, effects: effects.size, ...report }))
  expect(report.problems).toEqual([])
  // Else the run proves less than it says.
  expect(kills).toBeGreaterThanOrEqual(Math.min(KILLS, 10))
  expect((await models.stats()).openStreams).toBe(0)
  await kill(last)
  models.end()
  rmSync(home, { recursive: true, force: true })
})

function gateway(home: string): ChildProcess {
  return start(['adapters/node/cli/clawgo.js', 'gateway', 'run', '--quiet', '--config', join(home, 'config.json')])
}

function start(args: string[]): ChildProcess {
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH, HOME: tmpdir() },
  })
  children.add(child)
  child.stderr!.on('data', (data) => {
    if (process.env.CRASH_LOG) process.stderr.write(data)
  })
  return child
}

async function kill(child: ChildProcess): Promise<void> {
  const gone = new Promise((resolve) => child.once('exit', resolve))
  if (child.exitCode === null && child.signalCode === null) {
    child.kill('SIGKILL')
    await gone
  }
  children.delete(child)
}

async function ready(child: ChildProcess, url: string): Promise<void> {
  for (let i = 0; i < 2000; i++) {
    if (child.exitCode !== null) throw new Error(`the gateway ended with ${child.exitCode}; CRASH_LOG=1 shows why`)
    const answer = await fetch(`${url}/health`).catch(() => null)
    if (answer?.ok) return
    await sleep(10)
  }
  throw new Error('the gateway did not start within 20 s')
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer()
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })
}
