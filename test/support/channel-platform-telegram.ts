/** The Bot API of the fault runs: private chats and groups, updates that are polled or pushed. */
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
import { startTelegramServer, type TelegramServer } from './telegram-server.ts'

const FIRST_PERSON = 1000

/** Starts it; the caller closes it. */
export async function telegramPlatform(): Promise<ChannelPlatform<TelegramServer>> {
  const server = await startTelegramServer()
  const people = named(PEOPLE, (n) => String(FIRST_PERSON + n))
  const chats = [...people, ...named(FURTHER_CHATS, (n) => String(-2000 - n))]
  let said = 0

  const polled = () => server.updates.webhook === undefined
  const reverse = () => {
    server.updates.pushReversed = true
  }
  const twice = () => {
    server.updates.pushTwice += 1
  }
  const pushes: Trouble[] = [
    [3, 'update pushed twice', twice],
    [2, 'updates pushed in the wrong order', reverse],
  ]
  const polls: Trouble[] = [
    [3, 'updates repeated', () => server.fail({ method: 'getUpdates', do: 'repeat' })],
    [3, 'updates reversed', () => server.fail({ method: 'getUpdates', do: 'reverse' })],
    [2, 'updates delayed', (random) => server.fail({ method: 'getUpdates', do: 'delay', ms: 100 + random() * 900 })],
    [0.5, 'poll lost', () => server.fail({ method: 'getUpdates', do: 'lose' })],
    [0.5, 'updates cut off', () => server.fail({ method: 'getUpdates', do: 'cut' })],
    [0.3, 'poll refused with 502', () => server.fail({ method: 'getUpdates', do: 'page', code: 502 })],
    [0.3, 'poll refused with 429', () => server.fail({ method: 'getUpdates', do: 'refuse', code: 429, retryAfter: 1 })],
  ]
  const sends: Trouble[] = [
    [6, 'send cut after it was applied', () => server.fail({ method: 'sendMessage', do: 'cut' })],
    [3, 'send lost', () => server.fail({ method: 'sendMessage', do: 'lose' })],
    [3, 'send delayed', (random) => server.fail({ method: 'sendMessage', do: 'delay', ms: 100 + random() * 1400 })],
    [2, 'send refused with 429', () => server.fail({ method: 'sendMessage', do: 'refuse', code: 429, retryAfter: 1 })],
    [2, 'send refused with 502', () => server.fail({ method: 'sendMessage', do: 'page', code: 502 })],
    [1, 'edit cut after it was applied', () => server.fail({ method: 'editMessageText', do: 'cut' })],
  ]

  return {
    name: 'telegram',
    server,
    section: {
      enabled: true,
      token: server.token,
      api_root: server.url,
      streaming: true,
      allow_from: [...people.slice(0, OWNERS), '*'],
      require_mention_in_groups: false,
    },
    chats,
    knowsKeys: false,
    say(chat, text) {
      // In a group one after the other speaks.
      const id = Number(chat) > 0 ? Number(chat) : FIRST_PERSON + 1 + (said++ % PEOPLE)
      server.say(text, { chat: Number(chat), from: { id } })
    },
    stir: (random) => oneOf([...(polled() ? polls : pushes), ...sends], random),
    shown() {
      const shown = new Map<string, string[]>()
      for (const chat of chats) {
        for (const { by, deleted, text } of server.chats.seen(chat))
          if (by === 'bot' && !deleted) show(shown, chat, text)
      }
      return shown
    },
    repeats: () => 0,
    violations: () => [],
    close: () => server.close(),
  }
}
