/**
 * Fifty SIGKILLs at random points while clients chat; afterwards every acknowledged message is there once, every turn
 * has one outcome, no side effect ran twice, and every reader's account equals the log.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, expect, it } from 'vitest'
import { startModelProcess } from '../support/model-process.ts'
import { type Followed, runLoad, seeded, unfinished, verify } from '../support/turn-load.ts'

const KILLS = Number(process.env.CRASH_KILLS ?? 50)
const SEED = Number(process.env.CRASH_SEED ?? Date.now() % 1_000_000)
const TOKEN = 'crash-test-token'
const children = new Set<ChildProcess>()
afterAll(() => {
  for (const child of children) child.kill('SIGKILL')
})

it(`loses nothing and runs nothing twice over ${KILLS} kills`, { timeout: 300_000 }, async () => {
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
  const load = {
    url: () => url,
    token: TOKEN,
    sessions: 8,
    turns: 120,
    // An append is an effect that a repeat would show; the answer ends with its key.
    message: (key: string, i: number) =>
      `k=${key} ${i % 3 === 2 ? '' : `call=write_file:{"path":"effects.txt","content":"${key}\\n","append":true} `}delay=${5 + Math.floor(random() * 25)} text="${'word '.repeat(5 + Math.floor(random() * 20))}end of ${key}"`,
    stopEvery: 10,
    random,
    signal: limit.signal,
  }
  const followed: Followed[] = []
  let finished = false
  const clients = runLoad(load, followed).finally(() => {
    finished = true
  })
  clients.catch(() => {})
  let kills = 0
  let underLoad = 0
  while (kills < KILLS) {
    const child = gateway(home)
    await ready(url)
    await sleep(20 + random() * 700)
    await kill(child)
    kills++
    if (!finished) underLoad++
  }
  const last = gateway(home)
  await ready(url)
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
  console.log(JSON.stringify({ kills, underLoad, turns: followed.length, effects: effects.size, ...report }))
  expect(report.problems).toEqual([])
  expect(followed).toHaveLength(load.turns)
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

async function ready(url: string): Promise<void> {
  for (let i = 0; i < 1000; i++) {
    const answer = await fetch(`${url}/health`).catch(() => null)
    if (answer?.ok) return
    await sleep(10)
  }
  throw new Error('the gateway did not start within 10 s')
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
