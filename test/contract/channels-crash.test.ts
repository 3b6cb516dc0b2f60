/**
 * Death at every line between a received message and its delivered answer: each message becomes one turn and one answer,
 * in the order of their chat, whatever died in between. On Node the process is killed, on workerd the object is aborted.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { expect, it, onTestFinished } from 'vitest'
import { jsonOf } from '../support/json.ts'
import { CHANNEL_TOKEN, channelConfig } from '../support/loopback-channel-gateway.ts'
import { type LoopbackPlatform, loopbackPlatform } from '../support/loopback-channel-platform.ts'
import { scriptedModel } from '../support/scripted-model.ts'
import { startWorker } from '../support/worker-target.ts'

/** In the order a message meets them. */
const POINTS = [
  'inbound',
  'inbound-stored',
  'downloaded',
  'turn',
  'turn-stored',
  'turn-ended',
  'reply',
  'reply-stored',
  'outbox-attempt',
  'outbox-sent',
]
/** A process takes longer to start than an object: the commits, and what stands between a commit and the network. */
const KILLS = ['inbound', 'turn', 'turn-ended', 'reply', 'outbox-sent']
const LIFE = fileURLToPath(new URL('../support/loopback-channel-life.ts', import.meta.url))
const SOON = { timeout: 20_000, interval: 50 }

const said = (point: string) => `text="after ${point}"`
const answersAfter = (points: string[]) => [...points, 'the end'].map((point) => `after ${point}`)

/** Every answer is there once, in order, and was sent no more often than attempts are known to have been lost. */
function expectOneAnswerEach(platform: LoopbackPlatform, answers: string[], ambiguous: number): void {
  expect(platform.texts('c1')).toEqual(answers)
  expect(platform.sent.length).toBeGreaterThan(answers.length)
  expect(platform.sent.length).toBeLessThanOrEqual(answers.length + ambiguous)
}

it('keeps one turn and one answer a message over kills of the process', { timeout: 120_000 }, async () => {
  const answers = answersAfter(KILLS)
  const [platform, models] = [await loopbackPlatform(), await scriptedModel()]
  const home = await mkdtemp(join(tmpdir(), 'channel-crash-'))
  let child: ChildProcess | undefined
  onTestFinished(async () => {
    child?.kill('SIGKILL')
    await rm(home, { recursive: true, force: true })
  })
  const start = (point?: string) => {
    child = spawn(process.execPath, [LIFE], {
      env: {
        PATH: process.env.PATH,
        HOME_DIR: home,
        CONFIG: JSON.stringify(channelConfig(platform, models)),
        ...(point && { CLAWGO_TEST_CRASH: point }),
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    return child
  }
  for (const point of KILLS) {
    const life = start(point)
    platform.says(said(point))
    const [, signal] = await once(life, 'exit')
    expect([point, signal]).toEqual([point, 'SIGKILL'])
    // A turn that meets death in every life is given up; here each message meets it once.
    const next = start()
    await expect.poll(() => platform.texts('c1').at(-1), SOON).toBe(`after ${point}`)
    // Time to write down that it arrived; without, it would be sent again, which takes the next life longer.
    await sleep(200)
    next.kill('SIGKILL')
    await once(next, 'exit')
  }
  start()
  platform.says(said('the end'))
  await expect.poll(() => platform.texts('c1').length, SOON).toBe(answers.length)
  child!.kill('SIGKILL')
  await once(child!, 'exit')
  const db = new DatabaseSync(join(home, 'gateway.db'))
  expect(db.prepare('SELECT count(*) AS turns FROM turn').get()).toEqual({ turns: answers.length })
  const { lost } = db.prepare('SELECT sum(ambiguous_attempts) AS lost FROM outbox').get() as { lost: number }
  db.close()
  expectOneAnswerEach(platform, answers, lost)
})

it('keeps one turn and one answer a message over deaths of the object', { timeout: 120_000 }, async () => {
  const answers = answersAfter(POINTS)
  const [platform, models] = [await loopbackPlatform(), await scriptedModel()]
  const worker = await startWorker({
    entry: 'test/workers/channel-worker.ts',
    objects: { GATEWAY: 'GatewayObject', DIRECTORY: 'TenantDirectory' },
    vars: {
      GATEWAY_TOKEN: CHANNEL_TOKEN,
      GATEWAY_CONFIG: JSON.stringify(channelConfig(platform, models)),
      GATEWAY_LOG_LEVEL: 'error',
      TEST_FAULTS: '1',
      TEST_KEEP_ALIVE_MS: '300',
    },
  })
  onTestFinished(() => worker.close())
  const fault = (path: string) =>
    fetch(`${worker.url}/__faults/${path}`, { method: 'POST' }).then(
      (answer) => (answer.ok ? answer.json() : ['again']),
      () => ['again'],
    )
  // Any request brings the object back, as its alarm would a little later.
  const wake = () => fetch(`${worker.url}/api/status`, { headers: { authorization: `Bearer ${CHANNEL_TOKEN}` } })
  await wake()
  for (const point of POINTS) {
    await expect.poll(() => fault(`arm?point=${point}&nth=1`), SOON).toEqual([point])
    platform.says(said(point))
    await expect.poll(() => wake().then(() => fault('armed')), SOON).toEqual([])
    await expect.poll(() => wake().then(() => platform.texts('c1').at(-1)), SOON).toBe(`after ${point}`)
  }
  platform.says(said('the end'))
  await expect.poll(() => wake().then(() => platform.texts('c1').length), SOON).toBe(answers.length)
  const ask = (path: string) =>
    jsonOf(fetch(worker.url + path, { headers: { authorization: `Bearer ${CHANNEL_TOKEN}` } }))
  const { messages } = await ask('/api/channels/outbox?limit=100')
  const lost = messages.map((message: { ambiguous_attempts: number }) => message.ambiguous_attempts)
  const total = lost.reduce((sum: number, each: number) => sum + each, 0)
  expectOneAnswerEach(platform, answers, total)
  const history = await ask('/api/chat/history?session=loopback:c1')
  const roles = history.messages.map(({ role }: { role: string }) => role)
  expect(roles.filter((role: string) => role === 'user')).toHaveLength(answers.length)
})
