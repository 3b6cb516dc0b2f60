/** The Open Platform of the fault runs: private chats and groups, events over the long connection. */
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
import { type Delivery, type FeishuServer, startFeishuServer } from './feishu-server.ts'
import { messageEvent, type Said } from './feishu-server-events.ts'

/** Starts it; the caller closes it. */
export async function feishuPlatform(): Promise<ChannelPlatform<FeishuServer>> {
  const server = await startFeishuServer()
  const people = named(PEOPLE, (n) => `ou_${n}`)
  const chats = [...named(PEOPLE, (n) => `oc_p${n}`), ...named(FURTHER_CHATS, (n) => `oc_g${n}`)]
  const { appId, appSecret } = server.secrets
  /** What becomes of the next events. */
  const deliveries: Delivery[] = []
  let count = 0
  let closed = false
  const troubles: Trouble[] = [
    [3, 'event repeated', (random) => void deliveries.push({ repeat: 1 + Math.floor(random() * 2) })],
    [3, 'event overtaken', (random) => void deliveries.push({ delayMs: 100 + random() * 900 })],
    [2, 'event lost', () => void deliveries.push({ lose: 1 })],
    [2, 'event in parts', () => void deliveries.push({ parts: 3 })],
    [0.3, 'connection dropped', () => server.drop()],
    [1, 'tokens expired', () => server.expireTokens()],
    [6, 'send cut after it was applied', () => server.failNext('cut')],
    [3, 'send lost', () => server.failNext('lose')],
    [3, 'send delayed', (random) => server.failNext({ delayMs: 100 + random() * 1400 })],
    [2, 'send refused with 429', () => server.failNext('rate')],
    [2, 'send refused with 502', () => server.failNext('busy')],
    [1, 'send refused with a code', () => server.failNext({ code: 230020, msg: 'too many messages' })],
  ]

  /** Delivers until it was taken; as the platform sometimes does, under another id when it was given up in between. */
  async function tell(said: Said, delivery: Delivery): Promise<void> {
    let taken = await server.say(said, delivery).catch(() => null)
    while (!taken && !closed) {
      const again = messageEvent(server.secrets, said)
      taken = await server.deliver(again).then(
        () => again,
        () => null,
      )
    }
  }

  return {
    name: 'feishu',
    server,
    section: {
      enabled: true,
      domain: server.url,
      app_id: appId,
      app_secret: appSecret,
      allow_from: [...people.slice(0, OWNERS), '*'],
      require_mention_in_groups: false,
    },
    chats,
    knowsKeys: true,
    say(chat, text) {
      const n = count++
      const isGroup = chat.startsWith('oc_g')
      const sender = isGroup ? people[n % PEOPLE]! : `ou_${chat.slice('oc_p'.length)}`
      const chatType = isGroup ? 'group' : 'p2p'
      void tell({ chat, text, chatType, sender, messageId: `om_in${n}` }, deliveries.shift() ?? {})
    },
    stir: (random) => oneOf(troubles, random),
    shown() {
      const shown = new Map<string, string[]>()
      for (const chat of chats) for (const { content } of server.chat(chat)) show(shown, chat, String(content.text))
      return shown
    },
    // Such a request is answered with the message that it made the first time.
    repeats: () => 0,
    violations: () => [],
    async close() {
      closed = true
      await server.close()
    },
  }
}
