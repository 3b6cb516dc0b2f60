import { afterEach, describe, expect, it } from 'vitest'
import { openTelegramChannel, type TelegramChannelOptions } from '../../../test/support/telegram-channel.ts'
import { startTelegramServer, type TelegramServer } from '../../../test/support/telegram-server.ts'
import { telegram } from './index.ts'

const signal = () => AbortSignal.timeout(20_000)
const HOOK = 'https://gateway.example/hooks/telegram'

let server: TelegramServer | undefined
afterEach(async () => {
  await server?.close()
  server = undefined
})

async function open(options: TelegramChannelOptions = {}) {
  server ??= await startTelegramServer()
  return openTelegramChannel({ server, ...options })
}

const update = (secret: string | null, body: string, method = 'POST') =>
  new Request(HOOK, {
    method,
    ...(method === 'POST' ? { body } : {}),
    headers: secret === null ? {} : { 'x-telegram-bot-api-secret-token': secret },
  })

describe('polling', () => {
  it('hands over what people write, in order, once', async () => {
    const { channel, server, poll, received, health } = await open()
    await channel.start(signal())
    for (const text of ['one', 'two', 'three']) server.say(text)
    expect(await poll()).toEqual({ more: false })
    await poll()
    expect(received.map(({ text }) => text)).toEqual(['one', 'two', 'three'])
    expect(server.updates.pending).toEqual([])
    expect(channel.sources()).toEqual([''])
    expect(health()).toEqual({ source: '', state: 'connected', detail: '@ClawTestBot' })
  })

  it('waits at Telegram for as long as it may, and ends at once when it is told to', async () => {
    const { channel, server, poll, received } = await open()
    const waiting = poll(10_000)
    setTimeout(() => server.say('late'), 100)
    await waiting
    expect(received.map(({ text }) => text)).toEqual(['late'])
    const stop = new AbortController()
    const stopped = channel.poll('', { waitMs: 10_000, signal: stop.signal })
    setTimeout(() => stop.abort(), 100)
    expect(await stopped).toEqual({})
  })

  it('goes on after a restart where it was, and takes nothing twice when an answer was lost or came again', async () => {
    const first = await open()
    first.server.say('one')
    await first.poll()
    first.server.say('two')
    first.server.fail({ method: 'getUpdates', do: 'cut' })
    await expect(first.poll()).rejects.toThrow(/could not be reached/)
    expect(first.health().state).toBe('failing')
    const second = await open({ db: first.db })
    await second.poll()
    expect(second.received.map(({ text }) => text)).toEqual(['two'])
    second.server.fail({ method: 'getUpdates', do: 'repeat' })
    await second.poll()
    expect(second.received).toHaveLength(1)
    expect(second.health().state).toBe('connected')
  })

  it('keeps the order of people’s words also when Telegram gives them backwards, and loses none', async () => {
    const { server, poll, received } = await open()
    server.say('one')
    server.say('two')
    server.fail({ method: 'getUpdates', do: 'reverse' })
    await poll()
    expect(received.map(({ text }) => text)).toEqual(['one', 'two'])
  })

  it('asks for everything again after a silence in which Telegram may have counted anew', async () => {
    let now = Date.now()
    const { server, poll } = await open({ now: () => now })
    server.say('one')
    await poll()
    const offset = () => server.calls.findLast(({ method }) => method === 'getUpdates')!.given.offset
    await poll()
    expect(offset()).toBe(501)
    now += 7 * 24 * 3600_000
    await poll()
    expect(offset()).toBe(0)
  })

  it('passes over an update that is not as documented', async () => {
    const { server, poll, received, said } = await open()
    server.updates.add({ message: { message_id: 'no number', text: 'private words' } })
    server.say('fine')
    await poll()
    expect(received.map(({ text }) => text)).toEqual(['fine'])
    await poll()
    expect(server.updates.pending).toEqual([])
    expect(said.join()).toMatch(/could not be read.*message/)
    expect(said.join()).not.toContain('private words')
  })

  it('answers a pressed button', async () => {
    const { server, poll, received, idle } = await open()
    const message = server.say('menu')
    const query = server.press(7, message, 'yes')
    await poll()
    await idle()
    expect(received.map(({ text }) => text)).toEqual(['menu', 'yes'])
    expect(server.answered).toEqual([query])
  })

  it('shows its owner a second poller and a foreign webhook', async () => {
    const { channel, server, poll, health } = await open()
    server.fail({
      method: 'getUpdates',
      do: 'refuse',
      code: 409,
      description: 'Conflict: terminated by other getUpdates request',
    })
    await expect(poll()).rejects.toThrow(/Conflict/)
    expect(health().detail).toMatch(/Another program polls this bot/)
    server.updates.setWebhook({ url: 'http://127.0.0.1:1/', secret: '', allowed: [] })
    await expect(poll()).rejects.toThrow(/Conflict/)
    expect(health().detail).toMatch(/has set a webhook/)
    await channel.start(signal())
    await poll()
    expect(health().state).toBe('connected')
  })

  it('asks for its owner when the token is wrong, and never tells it', async () => {
    const { channel, server, poll, health, said } = await open()
    const { token } = server
    server.revoke()
    await expect(poll()).rejects.toMatchObject({ name: 'LoginNeeded' })
    await expect(channel.start(signal())).rejects.toMatchObject({ name: 'LoginNeeded' })
    expect(health().state).toBe('login_needed')
    await server.close()
    const failure = await channel.test(signal()).then(
      () => expect.fail('nobody was there to answer'),
      (error: Error) => error,
    )
    expect(failure.message).toMatch(/^Telegram could not be reached: [A-Z_]+$/)
    expect(`${failure.stack} ${JSON.stringify(failure)} ${said} ${JSON.stringify(health())}`).not.toContain(token)
    expect(failure.cause).toBeUndefined()
  })
})

describe('the webhook', () => {
  it('is registered with a secret of its own, which stays', async () => {
    const { channel, server, db } = await open({ hookUrl: HOOK })
    expect(channel.sources()).toEqual([])
    await channel.start(signal())
    const { url, secret, allowed } = server.updates.webhook!
    expect(url).toBe(HOOK)
    expect(secret).toMatch(/^[0-9a-f]{64}$/)
    expect(allowed).toEqual(['message', 'callback_query'])
    expect(server.commands.map(({ command }) => command)).toEqual(['new', 'stop', 'status', 'model', 'help'])
    const calls = server.calls.length
    const again = await open({ hookUrl: HOOK, db })
    await again.channel.start(signal())
    // Woken a moment later: there is nothing to tell Telegram.
    expect(server.calls).toHaveLength(calls)
    expect(again.health()).toMatchObject({ state: 'connected', detail: '@ClawTestBot' })
  })

  it('takes updates with the secret only, each once', async () => {
    const { channel, server, received } = await open({ hookUrl: HOOK })
    await channel.start(signal())
    const { secret } = server.updates.webhook!
    server.updates.setWebhook(undefined)
    server.say('hello')
    const body = JSON.stringify(server.updates.pending[0])
    for (const wrong of [null, '', 'x', secret.slice(1), `${secret}0`]) {
      expect((await channel.hook(update(wrong, body))).status).toBe(401)
    }
    expect(received).toEqual([])
    expect((await channel.hook(update(secret, body))).status).toBe(200)
    expect((await channel.hook(update(secret, body))).status).toBe(200)
    expect(received.map(({ text }) => text)).toEqual(['hello'])
    expect((await channel.hook(update(secret, '{'))).status).toBe(400)
    expect((await channel.hook(update(secret, '', 'GET'))).status).toBe(405)
  })

  it('has Telegram come again while the gateway does not know the bot yet', async () => {
    const { channel, server, received, db } = await open({ hookUrl: HOOK })
    server.say('hello')
    const body = JSON.stringify(server.updates.pending[0])
    server.fail({ method: 'getMe', do: 'lose' })
    await expect(channel.start(signal())).rejects.toThrow(/could not be reached/)
    await channel.start(signal())
    const { secret } = server.updates.webhook!
    server.updates.setWebhook(undefined)
    db.query("DELETE FROM channel_state WHERE key = 'bot'")
    server.fail({ method: 'getMe', do: 'refuse', code: 500 })
    expect((await channel.hook(update(secret, body))).status).toBe(503)
    expect((await channel.hook(update(secret, body))).status).toBe(200)
    expect(received).toHaveLength(1)
  })

  it('goes when the bot is polled again, and comes back, without losing what waits', async () => {
    const pushed = await open({ hookUrl: 'http://127.0.0.1:1/hooks/telegram' })
    await pushed.channel.start(signal())
    pushed.server.say('while nobody listens')
    const polled = await open({ db: pushed.db })
    await polled.channel.start(signal())
    expect(polled.server.updates.webhook).toBeUndefined()
    await polled.poll()
    expect(polled.received.map(({ text }) => text)).toEqual(['while nobody listens'])
    const again = await open({ db: pushed.db, hookUrl: HOOK })
    await again.channel.start(signal())
    expect(again.server.updates.webhook?.url).toBe(HOOK)
  })
})

describe('files', () => {
  const attachment = (file_id: string, more = {}) => ({
    kind: 'file' as const,
    ref: { file_id, unique: 'u1' },
    ...more,
  })

  it('come as streams, named as their sender or Telegram does', async () => {
    const { channel, server } = await open()
    const bytes = new Uint8Array(100_000).fill(7)
    const id = server.file(bytes, { path: 'documents/file 1.pdf' })
    const file = await channel.download(attachment(id, { name: 'plan.pdf' }), signal())
    expect(file.name).toBe('plan.pdf')
    expect(new Uint8Array(await new Response(file.body).arrayBuffer())).toEqual(bytes)
    const unnamed = await channel.download(attachment(id), signal())
    await unnamed.body.cancel()
    expect(unnamed.name).toBe('file-u1.pdf')
  })

  it('are refused clearly when they are too large or gone, without the token', async () => {
    const { channel, server } = await open()
    const big = server.file(new Uint8Array(1), { size: 30_000_000 })
    await expect(channel.download(attachment(big), signal())).rejects.toMatchObject({ status: 413, message: /20 MB/ })
    await expect(channel.download(attachment('none'), signal())).rejects.toMatchObject({ status: 502 })
    const local = server.file(new Uint8Array(1), { path: '/var/lib/bot/file' })
    await expect(channel.download(attachment(local), signal())).rejects.toMatchObject({ message: /local mode/ })
  })
})

it('tells what settings cannot run', () => {
  const problem = (token: string, api_root = 'https://api.telegram.org') =>
    telegram.problem({ token, api_root, streaming: false })
  expect(problem('123456:AAbbccddeeffgghhiijjkkllmmnnooppqq_')).toBeNull()
  expect(problem('')).toMatch(/token/)
  expect(problem('no token')).toMatch(/token/)
  expect(problem('123456:AAbbccddeeffgghhiijjkkllmmnnooppqq_', 'api.telegram.org')).toMatch(/api_root/)
})
