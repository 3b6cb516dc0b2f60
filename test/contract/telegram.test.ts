/** The Telegram channel of a whole gateway against a Bot API: channels.md sections 8, 12 and 13. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { jsonOf } from '../support/json.ts'
import { type ModelServer, startModelServer } from '../support/model-server.ts'
import { post } from '../support/post.ts'
import { configFor } from '../support/scripted-model.ts'
import { describeTargets, HOSTED, shareTarget } from '../support/targets.ts'
import { startTelegramServer, type TelegramServer } from '../support/telegram-server.ts'

describeTargets('Telegram', (_, name) => {
  let server: TelegramServer
  let model: ModelServer
  beforeAll(async () => {
    server = await startTelegramServer()
    model = await startModelServer()
  })
  afterAll(async () => {
    await server.close()
    await model.close()
  })
  const target = shareTarget(name, async () => ({
    config: {
      ...configFor(model),
      channels: {
        telegram: {
          enabled: true,
          token: server.token,
          api_root: server.url,
          streaming: true,
          allow_from: ['7'],
          require_mention_in_groups: true,
        },
      },
    },
  }))
  const status = async () =>
    (await jsonOf(target().fetch('/api/channels'))).channels.find((each: { name: string }) => each.name === 'telegram')

  /** That an answer arrived is known: Telegram has no keys, so an attempt that a restart cut off would be made again. */
  const written = () => expect.poll(async () => (await status()).waiting, { timeout: 10_000 }).toBe(0)

  // A Durable Object opens with its first request.
  beforeAll(async () => void (await status()))

  it('answers its owner once, with marks, as an answer to what they wrote', async () => {
    const asked = server.say('text="**Hi** there" k=hi')
    await server.waitFor(7, 1)
    await expect.poll(() => server.chats.seen(7).at(-1)?.text).toBe('Hi there')
    expect(server.chats.seen(7).at(-1)).toMatchObject({ entities: [{ type: 'bold', offset: 0, length: 2 }] })
    expect(server.chats.seen(7).some(({ id }) => id === asked)).toBe(true)
    expect(model.requestsOf('hi')).toHaveLength(1)
    expect(server.commands.map(({ command }) => command)).toContain('new')
    expect(await status()).toMatchObject({ state: 'open', accounts: [{ state: 'connected', detail: '@ClawTestBot' }] })
  })

  it('shows an answer while it grows, in one message', async () => {
    const before = (await server.waitFor(7, 1)).length
    server.say('tokens=30 delay=100 k=grow')
    const full = Array.from({ length: 30 }, (_, index) => `t${index}`).join(' ')
    await expect.poll(() => server.chats.seen(7).at(-1)?.text, { timeout: 20_000 }).toBe(full)
    const seen = await server.waitFor(7, before + 1)
    expect(seen).toHaveLength(before + 1)
    const { earlier } = seen.at(-1)!
    expect(earlier.length).toBeGreaterThan(0)
    for (const draft of earlier) expect(full.startsWith(draft)).toBe(true)
  })

  it('sends a long answer in pieces, in order, also when Telegram is busy and a connection breaks', async () => {
    const chat = -1007
    const words = Array.from({ length: 1500 }, (_, index) => `word${index}`).join(' ')
    server.fail(
      { method: 'sendMessage', do: 'refuse', code: 429, retryAfter: 1 },
      { method: 'sendMessage', do: 'lose' },
    )
    server.say(`/new@${server.bot.username}`, { chat })
    await server.waitFor(chat, 1, 25_000)
    server.say(`@${server.bot.username} text="${words}" k=long`, {
      chat,
      message: { entities: [{ type: 'mention', offset: 0, length: server.bot.username.length + 1 }] },
    })
    await expect
      .poll(
        () =>
          server.chats
            .seen(chat)
            .filter(({ by }) => by === 'bot')
            .slice(1)
            .map(({ text }) => text)
            .join(' '),
        {
          timeout: 25_000,
        },
      )
      .toBe(words)
    expect(server.duplicates(chat)).toEqual([])
  }, 60_000)

  it('keeps the topics of a forum apart, and hears only what is said to it', async () => {
    const chat = -1008
    const mention = { entities: [{ type: 'mention', offset: 0, length: server.bot.username.length + 1 }] }
    server.say('text="not for you" k=unheard', { chat, topic: 5 })
    server.say(`@${server.bot.username} text="in five"`, { chat, topic: 5, message: mention })
    server.say(`@${server.bot.username} text="in six"`, { chat, topic: 6, message: mention })
    await server.waitFor(chat, 2)
    await expect
      .poll(() =>
        server.chats
          .seen(chat)
          .filter(({ by }) => by === 'bot')
          .map(({ topic, text }) => `${topic} ${text}`)
          .sort(),
      )
      .toEqual(['5 in five', '6 in six'])
    expect(model.requestsOf('unheard')).toEqual([])
    const sessions = JSON.stringify(await jsonOf(target().fetch('/api/sessions')))
    for (const topic of [5, 6]) expect(sessions).toContain(`telegram:${chat}/${topic}`)
  })

  it('takes a picture in and shows it to the model', async () => {
    const png = Uint8Array.from(
      atob('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='),
      (character) => character.charCodeAt(0),
    )
    const chat = 7
    const file_id = server.file(png, { path: 'photos/file_1.png' })
    const photo = [{ file_id, file_unique_id: 'p1', file_size: png.length }]
    server.say('', { chat, message: { photo, caption: 'text="a dot" k=photo' } })
    await expect.poll(() => server.chats.seen(chat).at(-1)?.text, { timeout: 10_000 }).toBe('a dot')
    expect(JSON.stringify(model.requests.findLast(({ prompt }) => prompt.includes('a dot'))!.body)).toContain(
      btoa(String.fromCharCode(...png)).slice(0, 40),
    )
  })

  it('sends a file of the workspace, with its words and buttons', async () => {
    const path = 'notes of today.txt'
    const message = { message: '**see** this', media: path, buttons: [[{ text: 'Good', data: 'good' }]] }
    server.say(
      `call=write_file:${JSON.stringify({ path, content: 'hello' })} call=message:${JSON.stringify(message)} text="sent"`,
    )
    await expect.poll(() => server.chats.seen(7).at(-1)?.text, { timeout: 15_000 }).toBe('sent')
    const sent = server.chats.seen(7).find(({ file }) => file)!
    expect(sent).toMatchObject({ text: 'see this', file: { kind: 'document', name: path } })
    expect(new TextDecoder().decode(sent.file!.bytes)).toBe('hello')
    server.press(7, sent.id, 'text="glad" k=good')
    await expect.poll(() => server.chats.seen(7).at(-1)?.text, { timeout: 10_000 }).toBe('glad')
    expect(server.answered).toHaveLength(1)
  })

  // A tenant's public address is its host's to say (hosting-walls.test.ts).
  it.skipIf(HOSTED)(
    'is pushed to once it has a public address, also over a restart, and polls again without',
    async () => {
      const saved = await jsonOf(target().fetch('/api/config?mode=raw'))
      const save = (public_url: string) =>
        post(target(), '/api/config', { ...saved, gateway: { ...saved.gateway, public_url } })
      expect((await save(target().url)).status).toBe(200)
      await expect.poll(() => server.updates.webhook?.url, { timeout: 10_000 }).toBe(`${target().url}/hooks/telegram`)
      const polls = () => server.calls.filter(({ method }) => method === 'getUpdates').length
      const polled = polls()

      server.updates.pushTwice = 1
      server.say('text="pushed" k=pushed')
      await expect.poll(() => server.chats.seen(7).at(-1)?.text, { timeout: 10_000 }).toBe('pushed')
      await expect.poll(() => server.updates.pending).toEqual([])
      expect(server.updates.pushed.slice(-2)).toEqual([200, 200])
      expect(model.requestsOf('pushed')).toHaveLength(1)
      expect(polls()).toBe(polled)

      await written()
      // Telegram comes again until the gateway is back, which wakes a Durable Object too.
      const restarting = target().restart()
      server.say('text="back again" k=restart')
      await restarting
      await expect.poll(() => server.chats.seen(7).at(-1)?.text, { timeout: 20_000 }).toBe('back again')
      expect(model.requestsOf('restart')).toHaveLength(1)

      const forged = {
        update_id: 1,
        message: { message_id: 1, from: { id: 7 }, chat: { id: 7, type: 'private' }, text: 'k=forged' },
      }
      for (const secret of ['', 'wrong']) {
        const headers = { 'content-type': 'application/json', 'x-telegram-bot-api-secret-token': secret }
        const answer = await fetch(`${target().url}/hooks/telegram`, {
          method: 'POST',
          headers,
          body: JSON.stringify(forged),
        })
        expect(answer.status).toBe(401)
      }
      expect(model.requestsOf('forged')).toEqual([])

      expect((await save('')).status).toBe(200)
      await expect.poll(() => server.updates.webhook, { timeout: 10_000 }).toBeUndefined()
      server.say('text="polled" k=polled')
      await expect.poll(() => server.chats.seen(7).at(-1)?.text, { timeout: 20_000 }).toBe('polled')
      expect(server.duplicates(7)).toEqual([])
    },
    60_000,
  )

  it('polls at once after a restart in the middle of a poll', async () => {
    const polls = () => server.calls.filter(({ method }) => method === 'getUpdates').length
    server.say('text="before" k=before')
    await expect.poll(() => server.chats.seen(7).at(-1)?.text, { timeout: 20_000 }).toBe('before')
    await written()
    // The next poll is under way: on the edge its lease lies 45 s ahead.
    const before = polls()
    const restarting = target().restart()
    server.say('text="meanwhile" k=meanwhile')
    await restarting
    // On Node the new life polls by now; an object comes to life with the first request.
    const known = name === 'node' ? before : polls()
    await status()
    await expect.poll(polls, { timeout: 5000 }).toBeGreaterThan(known)
    await expect.poll(() => server.chats.seen(7).at(-1)?.text, { timeout: 20_000 }).toBe('meanwhile')
    expect(model.requestsOf('meanwhile')).toHaveLength(1)
    expect(server.duplicates(7)).toEqual([])
  }, 60_000)

  it('never tells its token', async () => {
    server.fail({ method: 'getUpdates', do: 'refuse', code: 500 }, { method: 'sendMessage', do: 'refuse', code: 400 })
    server.say('text="refused"')
    await expect.poll(async () => (await status()).failed, { timeout: 10_000 }).toBe(1)
    const told = await Promise.all(
      ['/api/channels', '/api/logs/recent?limit=500', '/api/config', '/api/channels/outbox'].map(async (path) =>
        (await target().fetch(path)).text(),
      ),
    )
    expect(told.join()).not.toContain(server.token.split(':')[1])
    const tested = await jsonOf(post(target(), '/api/channels/test', { channel: 'telegram' }))
    expect(tested.result).toMatch(/^@ClawTestBot \(Claw\), polling/)
  })
})
