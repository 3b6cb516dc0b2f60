/** The iLink platform of the fault runs: two bots, and people who write to one of them or to both. */
import {
  type ChannelPlatform,
  FURTHER_CHATS,
  named,
  OWNERS,
  oneOf,
  PEOPLE,
  show,
  type Trouble,
} from './channel-platform.ts'
import { type IlinkServer, startIlinkServer } from './ilink-server.ts'

const BOTS = ['bot-a', 'bot-b'] as const

/** Starts it; the caller closes it. `throttled`: one chat is told to rest, which takes a minute. */
export async function weixinPlatform({ throttled = false } = {}): Promise<ChannelPlatform<IlinkServer>> {
  const server = await startIlinkServer({ holdMs: 2000 })
  const people = named(PEOPLE, (n) => `person-${n}@im.wechat`)
  const chats = [
    ...people.map((person, i) => `${BOTS[i % 2]!}|${person}`),
    ...people.slice(0, FURTHER_CHATS).map((person, i) => `${BOTS[(i + 1) % 2]!}|${person}`),
  ]
  const bot = (random: () => number) => BOTS[Math.floor(random() * 2)]!
  const troubles: Trouble[] = [
    [3, 'messages repeated', (random) => server.repeat(bot(random), 1 + Math.floor(random() * 4))],
    [3, 'messages reversed', (random) => server.reorder(bot(random))],
    [2, 'poll delayed', (random) => server.fail('getupdates', { delayMs: 100 + random() * 900 })],
    [0.5, 'poll lost', () => server.fail('getupdates', 'lose')],
    [1, 'messages cut off', () => server.fail('getupdates', 'lose-answer')],
    [0.5, 'poll refused with 502', () => server.fail('getupdates', 502)],
    [6, 'send cut after it was applied', () => server.fail('sendmessage', 'lose-answer')],
    [3, 'send lost', () => server.fail('sendmessage', 'lose')],
    [3, 'send delayed', (random) => server.fail('sendmessage', { delayMs: 100 + random() * 1400 })],
    [1, 'send answered with a page', () => server.fail('sendmessage', 'garbage')],
    [2, 'send refused with 502', () => server.fail('sendmessage', 502)],
    [1, 'send refused with a code', () => server.fail('sendmessage', { ret: -1 })],
  ]
  if (throttled) server.fail('sendmessage', 429)

  return {
    name: 'weixin',
    server,
    section: {
      enabled: true,
      base_url: server.url,
      accounts: BOTS.map((id) => server.bot(id, { owner: `owner-of-${id}@im.wechat` })),
      allow_from: [...people.slice(0, OWNERS), '*'],
    },
    chats,
    knowsKeys: true,
    say(chat, text) {
      const [to, person] = chat.split('|') as [string, string]
      server.say(to, person, text)
    },
    stir: (random) => oneOf(troubles, random),
    shown() {
      const shown = new Map<string, string[]>()
      for (const { bot: by, user, text } of server.received) show(shown, `${by}|${user}`, text)
      return shown
    },
    repeats: () => [...server.deliveries.values()].reduce((sum, times) => sum + times - 1, 0),
    // One of ten thousand random numbers of 32 bits may come twice.
    violations: () => server.violations.filter((what) => !what.includes('UIN was used before')),
    close: () => server.close(),
  }
}
