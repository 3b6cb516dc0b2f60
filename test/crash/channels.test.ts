/**
 * Every channel under faults: forty people talk in fifty chats while the platform repeats, delays, reorders, refuses and
 * cuts, and the gateway's process is killed again and again, at named points and at random moments. Afterwards each message
 * had exactly one turn and each reply arrived, in the order of its chat; what arrived more than once was an attempt whose
 * outcome the gateway could not know, and nothing arrived twice where the platform knows keys.
 *
 * `CHANNEL_MESSAGES=1000` runs it in full, with 20 kills; `CRASH_KILLS=5` changes that; `CRASH_SEED=123` repeats the choices
 * of a run (not its timing), `CRASH_LOG=1` shows the gateway's log.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it, onTestFinished } from 'vitest'
import { examine, readLedger } from '../support/channel-ledger.ts'
import type { ChannelPlatform } from '../support/channel-platform.ts'
import { feishuPlatform } from '../support/channel-platform-feishu.ts'
import { telegramPlatform } from '../support/channel-platform-telegram.ts'
import { weixinPlatform } from '../support/channel-platform-weixin.ts'
import { type Life, loadedLife } from '../support/channel-process.ts'
import { allAnswered, type Said, Talk } from '../support/channel-talk.ts'
import { configFor, scriptedModel } from '../support/scripted-model.ts'
import { seeded } from '../support/turn-load.ts'

const MESSAGES = Number(process.env.CHANNEL_MESSAGES ?? 150)
const KILLS = Number(process.env.CRASH_KILLS ?? (MESSAGES < 1000 ? 8 : 20))
const SEED = Number(process.env.CRASH_SEED ?? Date.now() % 1_000_000)
/** On a slow machine the kills end here, in a short run. */
const STRIKE_MS = MESSAGES < 1000 ? 60_000 : 600_000
/** The longest wait for the last answers: what failed comes again later and later. */
const REST_MS = 180_000
/** A life that gets stuck ends all the same. */
const LIFE_MS = 20_000
const TOKEN = 'cg_33333333333333333333333333333333'

/** From a received message to its delivered reply; every second life dies at one of these, the others at random. */
const POINTS = [
  ...['outbox-attempt', 'inbound-stored', 'turn-stored', 'outbox-sent', 'reply-stored', 'downloaded', 'turn-ended'],
  ...['inbound', 'step-done', 'turn', 'claimed', 'reply'],
]

it.each([
  ['Weixin', () => weixinPlatform({ throttled: MESSAGES >= 1000 })],
  ['Telegram', telegramPlatform],
  ['Feishu', feishuPlatform],
])(
  'gives each message one turn and delivers each reply: %s',
  { timeout: STRIKE_MS + REST_MS + 60_000 },
  async (_, open) => {
    const random = seeded(SEED)
    const [platform, models] = [await open(), await scriptedModel()]
    onTestFinished(() => platform.close())
    const home = await newHome(platform, models.url)
    const talk = new Talk(platform, MESSAGES, random)
    const begun = Date.now()
    const lives = new Lives(home, talk, random)
    onTestFinished(() => lives.end())
    const figures = { channel: platform.name, seed: SEED, messages: MESSAGES, chats: platform.chats.length }
    const url = await lives.strike()
    const ask = (path: string) => fetch(url + path, { headers: { authorization: `Bearer ${TOKEN}` } })
    const late = await allAnswered(talk, platform, { ask, ms: REST_MS }).catch((error: Error) => error.message)
    await lives.end()

    const { problems, ...found } = examine(readLedger(join(home, 'gateway.db')), { platform, models, said: talk.said })
    if (late) problems.unshift(late)
    const seconds = Math.round((Date.now() - begun) / 1000)
    console.log(JSON.stringify({ ...figures, seconds, ...lives.struck, ...found, troubles: talk.troubles }))
    expect(problems).toEqual([])
    // Each draft that stays behind is a death, or an answer that was cut off.
    const cut = talk.troubles['send cut after it was applied'] ?? 0
    expect(found.strayDrafts).toBeLessThanOrEqual(lives.struck.kills + cut)
    // Else the run proves less than it says.
    expect(lives.struck.kills).toBeGreaterThanOrEqual(Math.min(KILLS, 4))
    expect(found.ambiguousAttempts).toBeGreaterThan(0)
  },
)

async function newHome(platform: ChannelPlatform, modelUrl: string): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), `channels-${platform.name}-`))
  onTestFinished(() => rm(home, { recursive: true, force: true }))
  const config = {
    ...configFor({ url: modelUrl }, { heartbeat: { enabled: false } }),
    gateway: { token: TOKEN },
    channels: { [platform.name]: platform.section },
  }
  await writeFile(join(home, 'config.json'), JSON.stringify(config))
  return home
}

/** One life after the other, each of them killed but the last. */
class Lives {
  readonly struck = { kills: 0, atPoints: {} as Record<string, number>, atRandom: 0 }
  readonly #home: string
  readonly #talk: Talk
  readonly #random: () => number
  #life: Life | undefined
  #next: Promise<Life>
  #ended = false

  constructor(home: string, talk: Talk, random: () => number) {
    this.#home = home
    this.#talk = talk
    this.#random = random
    this.#next = loadedLife(home)
  }

  /** Kills while people talk; each life answers some of its share first. Gives the address of the life that stays. */
  async strike(): Promise<string> {
    const until = Date.now() + STRIKE_MS
    const share = 1 / (KILLS + 1)
    let old: Said[] = []
    for (; this.struck.kills < KILLS && Date.now() < until; this.struck.kills++) {
      const { kills } = this.struck
      const named = kills % 2 === 0
      const point = POINTS[(Math.floor(kills / 2) + SEED) % POINTS.length]!
      // News come several at a time.
      const often = point.startsWith('inbound') ? 5 : MESSAGES * share
      await this.#begin(named ? `${point}:${Math.ceil(this.#random() * often)}` : undefined)
      // Five lives that get nowhere would end a turn as interrupted: nobody waits over more than a few deaths.
      const enough = MESSAGES * share * (kills + (named ? 0.95 : 0.3 + this.#random() * 0.6))
      for (const end = Date.now() + LIFE_MS; Date.now() < end && !this.#life!.isDead(); await sleep(30)) {
        this.#talk.goOn(share * (kills + 1))
        const answered = this.#talk.said.length - this.#talk.waiting.length
        if (answered >= enough && !this.#talk.waitsFor(old)) break
      }
      if (this.#life!.isDead()) this.struck.atPoints[point] = (this.struck.atPoints[point] ?? 0) + 1
      else this.struck.atRandom++
      await this.#life!.kill()
      old = this.#talk.waiting
    }
    return (await this.#begin())!
  }

  async end(): Promise<void> {
    this.#ended = true
    await this.#life?.kill()
    await (await this.#next.catch(() => null))?.kill()
  }

  async #begin(point?: string): Promise<string | null> {
    this.#life = await this.#next
    this.#next = this.#ended ? this.#next : loadedLife(this.#home)
    // Who waits for it hears of it.
    this.#next.catch(() => {})
    return this.#life.open(point ? { point } : {})
  }
}
