/**
 * Channels under faults where nothing lives on: Telegram pushes to a webhook, Weixin is polled by alarms. The Gateway object
 * dies at named points and at random moments while forty people talk; afterwards each message had exactly one turn, and
 * each reply arrived, in order, with no more duplicates than attempts whose outcome nobody could know.
 *
 * `CHANNEL_MESSAGES=300` makes it longer, `CRASH_KILLS=10` deadlier; `CRASH_SEED=123` repeats the choices of a run (not its
 * timing), `CRASH_LOG=1` shows the gateway's log.
 */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it, onTestFinished } from 'vitest'
import { type ChannelLedger, examine, readLedger } from '../support/channel-ledger.ts'
import type { ChannelPlatform } from '../support/channel-platform.ts'
import { telegramPlatform } from '../support/channel-platform-telegram.ts'
import { weixinPlatform } from '../support/channel-platform-weixin.ts'
import { allAnswered, type Said, Talk } from '../support/channel-talk.ts'
import { type FaultyWorker, startFaultyWorker } from '../support/faulty-worker.ts'
import { jsonOf } from '../support/json.ts'
import { scriptedModel } from '../support/scripted-model.ts'
import { seeded } from '../support/turn-load.ts'

const MESSAGES = Number(process.env.CHANNEL_MESSAGES ?? 80)
const KILLS = Number(process.env.CRASH_KILLS ?? 6)
const SEED = Number(process.env.CRASH_SEED ?? Date.now() % 1_000_000)
const STRIKE_MS = MESSAGES < 200 ? 60_000 : 300_000
const REST_MS = 180_000
const POINTS = [
  'outbox-attempt',
  'inbound-stored',
  'turn-stored',
  'outbox-sent',
  'reply-stored',
  'turn-ended',
  'inbound',
]

it('gives each pushed message one turn and delivers each reply: Telegram', {
  timeout: STRIKE_MS + REST_MS,
}, async () => {
  const platform = await telegramPlatform()
  onTestFinished(() => platform.close())
  const run = await opened(platform)
  const { worker } = run
  const saved = await jsonOf(worker.fetch('/api/config?mode=raw'))
  const gateway = { ...saved.gateway, public_url: worker.url }
  await worker.fetch('/api/config', { method: 'POST', body: JSON.stringify({ ...saved, gateway }) })
  await expect.poll(() => platform.server.updates.webhook?.url, { timeout: 20_000 }).toMatch(/\/hooks\/telegram$/)
  // What Telegram pushes wakes the object.
  await strike(run, async () => {})
  await settle(run)
})

it('gives each polled message one turn and delivers each reply: Weixin', { timeout: STRIKE_MS + REST_MS }, async () => {
  const platform = await weixinPlatform()
  onTestFinished(() => platform.close())
  const run = await opened(platform)
  const { worker } = run
  // A visitor; the alarm of a poll that died may be 45 s away.
  await strike(run, async () => void (await worker.fetch('/api/status').catch(() => null)))
  // Once nobody comes, and the alarm has to do it. Only the platform is watched: any request would wake the object.
  const lives = await worker.lives()
  const polls = platform.server.callsOf('getupdates').length
  await worker.die()
  run.struck.deaths++
  const last = run.talk.speak(platform.chats[0]!)
  await expect
    .poll(() => platform.shown().get(last.chat)?.join(' '), { timeout: 90_000, interval: 250 })
    .toContain(`${last.key}.end`)
  expect(platform.server.callsOf('getupdates').length).toBeGreaterThan(polls)
  expect(await worker.lives()).toBeGreaterThan(lives)
  await settle(run)
})

interface Run {
  platform: ChannelPlatform
  models: Awaited<ReturnType<typeof scriptedModel>>
  worker: FaultyWorker
  talk: Talk
  random: () => number
  begun: number
  struck: { deaths: number; atPoints: Record<string, number>; atRandom: number }
}

async function opened(platform: ChannelPlatform): Promise<Run> {
  const random = seeded(SEED)
  const models = await scriptedModel()
  const config = {
    channels: { [platform.name]: platform.section },
    agents: { defaults: { model: { primary: 'local/script' }, heartbeat: { enabled: false } } },
  }
  const worker = await startFaultyWorker(models, { keepAliveMs: 1000, config })
  await worker.fetch('/api/status')
  const talk = new Talk(platform, MESSAGES, random)
  const struck = { deaths: 0, atPoints: {}, atRandom: 0 }
  return { platform, models, worker, talk, random, begun: Date.now(), struck }
}

/** The object dies again and again while people talk; each life hears its share of the messages. */
async function strike({ worker, talk, random, struck }: Run, wake: () => Promise<void>): Promise<void> {
  const until = Date.now() + STRIKE_MS
  let old: Said[] = []
  for (let kill = 0; kill < KILLS && Date.now() < until; kill++) {
    const named = kill % 3 !== 2
    const point = POINTS[(kill + SEED) % POINTS.length]!
    if (named) await worker.arm(point, 1 + Math.floor(random() * 5))
    const lives = await worker.lives()
    const end = Date.now() + (named ? 8000 : 500 + random() * 2500)
    for (let died = false; !died && Date.now() < end; await sleep(100)) {
      talk.goOn((kill + 1) / (KILLS + 1))
      await wake()
      died = named && (await worker.lives()) > lives
      if (died) struck.atPoints[point] = (struck.atPoints[point] ?? 0) + 1
    }
    if (!named) {
      await worker.die()
      struck.atRandom++
    }
    // Five lives that get nowhere would end a turn as interrupted: nobody waits over more than two deaths.
    for (const end = Date.now() + 15_000; talk.waitsFor(old) && Date.now() < end; await sleep(100)) {
      talk.goOn(0)
      await wake()
    }
    old = talk.waiting
    struck.deaths = struck.atRandom + Object.values(struck.atPoints).reduce((sum, count) => sum + count, 0)
  }
}

/** Waits for the last answer, and holds the object's own account against what was said and shown. */
async function settle({ platform, models, worker, talk, begun, struck }: Run): Promise<void> {
  const ask = (path: string) => worker.fetch(path)
  const late = await allAnswered(talk, platform, { ask, ms: REST_MS }).catch((error: Error) => error.message)
  let ledger: ChannelLedger | undefined
  await worker.restart(async () => {
    ledger = readLedger(await databaseIn(worker.storage))
  })
  const { problems, ...found } = examine(ledger!, { platform, models, said: talk.said })
  if (late) problems.unshift(late)
  const figures = { channel: platform.name, seed: SEED, messages: talk.said.length, chats: platform.chats.length }
  const seconds = Math.round((Date.now() - begun) / 1000)
  console.log(JSON.stringify({ ...figures, seconds, ...struck, ...found, troubles: talk.troubles }))
  expect(problems).toEqual([])
  // Else the run proves less than it says.
  expect(struck.deaths).toBeGreaterThanOrEqual(Math.min(KILLS, 3))
  expect(Object.keys(struck.atPoints).length).toBeGreaterThan(0)
}

async function databaseIn(storage: string): Promise<string> {
  const files = await readdir(storage, { recursive: true })
  return join(storage, files.find((path) => path.includes('GatewayObject') && /[0-9a-f]{64}\.sqlite$/.test(path))!)
}
