/** People who talk to the agent in all chats of a platform, each until the answers to what they said have come. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { ChannelPlatform } from './channel-platform.ts'
import { jsonOf } from './json.ts'

/** What somebody said, and what is to be answered. */
export interface Said {
  /** In the script, and in every word of the answer. */
  key: string
  chat: string
  answer: string
}

/** Messages of a chat that wait for an answer at once. */
const PATIENCE = 3
const TROUBLE = 0.2

export class Talk {
  readonly said: Said[] = []
  /** What went wrong on the platform, and how often. */
  readonly troubles: Record<string, number> = {}
  /** As many messages are said in the end. */
  readonly total: number
  readonly #platform: ChannelPlatform
  readonly #random: () => number
  /** By chat. */
  readonly #waiting = new Map<string, Said[]>()

  constructor(platform: ChannelPlatform, total: number, random: () => number) {
    this.#platform = platform
    this.total = total
    this.#random = random
    for (const chat of platform.chats) this.#waiting.set(chat, [])
  }

  /** What no answer was seen to yet. */
  get waiting(): Said[] {
    return [...this.#waiting.values()].flat()
  }

  /** Whether one of these waits for its answer. */
  waitsFor(some: readonly Said[]): boolean {
    const keys = new Set(some.map(({ key }) => key))
    return this.waiting.some(({ key }) => keys.has(key))
  }

  /** Looks what was answered, and lets people speak who have something to say: in all this `share` of the messages. */
  goOn(share: number): void {
    const shown = this.#platform.shown()
    for (const [chat, waiting] of this.#waiting) {
      if (waiting.length === 0) continue
      const ends = new Set(shown.get(chat)?.map((text) => text.slice(text.lastIndexOf(' ') + 1)))
      this.#waiting.set(
        chat,
        waiting.filter(({ key }) => !ends.has(lastWord(key))),
      )
    }
    const free = [...this.#waiting].filter(([, waiting]) => waiting.length < PATIENCE)
    while (this.said.length < Math.floor(this.total * share) && free.length > 0) {
      const at = Math.floor(this.#random() * free.length)
      const [chat, waiting] = free[at]!
      waiting.push(this.speak(chat))
      if (waiting.length >= PATIENCE) free.splice(at, 1)
      if (this.#random() < TROUBLE) this.#stir()
    }
  }

  /** Somebody says something in a chat. */
  speak(chat: string): Said {
    const key = `m${this.said.length}`
    const kind = this.#random()
    // Some answers are too long for one message, some come slowly, some refer to the question.
    const words = kind < 0.04 ? 700 : kind < 0.08 ? 40 : 3
    const answer = [...Array.from({ length: words }, (_, i) => `${key}.${i}`), lastWord(key)].join(' ')
    const slowly = words === 40 ? 'pieces=8 delay=60 ' : ''
    const tag = kind > 0.9 ? '[[reply_to_current]] ' : ''
    this.#platform.say(chat, `k=${key} ${slowly}text="${tag}${answer}"`)
    const said = { key, chat, answer }
    this.said.push(said)
    return said
  }

  #stir(): void {
    const trouble = this.#platform.stir(this.#random)
    this.troubles[trouble] = (this.troubles[trouble] ?? 0) + 1
  }
}

/** Goes on until everything is said and answered and the gateway has nothing left to do; throws when that takes too long. */
export async function allAnswered(
  talk: Talk,
  { name }: Pick<ChannelPlatform, 'name'>,
  { ask, ms }: { ask: (path: string) => Promise<Response>; ms: number },
): Promise<void> {
  const left = async () => {
    const { channels } = await jsonOf(ask('/api/channels'))
    const { waiting, ambiguous, failed, held } = channels.find((each: { name: string }) => each.name === name)
    return { unsaid: talk.total - talk.said.length, unanswered: talk.waiting.length, waiting, ambiguous, failed, held }
  }
  for (const end = Date.now() + ms; Date.now() < end; await sleep(100)) {
    talk.goOn(1)
    if (talk.said.length < talk.total || talk.waiting.length > 0) continue
    if (Object.values(await left()).every((count) => count === 0)) return
  }
  throw new Error(`not all is answered: ${JSON.stringify(await left())}`)
}

const lastWord = (key: string) => `${key}.end`
