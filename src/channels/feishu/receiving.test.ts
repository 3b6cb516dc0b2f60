import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, it, onTestFinished, vi } from 'vitest'
import { holdFeishuConnection } from '../../../adapters/node/feishu-connection.ts'
import { openTestChannel, type TestChannelOptions } from '../../../test/support/feishu-channel.ts'
import { eventOf, messageEvent, sealed } from '../../../test/support/feishu-server-events.ts'
import { GatewayError } from '../../errors.ts'
import type { Channel } from '../channel.ts'

const HOOK = 'https://gateway.example/hooks/feishu'
const LOCKED = { encryptKey: 'the-key', verificationToken: 'the-token', hookUrl: HOOK }

/** The channel behind a request URL of its own. */
async function hooked(options: TestChannelOptions = LOCKED) {
  const opened = await openTestChannel(options)
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const headers = new Headers(request.headers as Record<string, string>)
    const init = request.method === 'POST' ? { body: Buffer.concat(chunks) } : {}
    const asked = new Request(HOOK, { method: request.method!, headers, ...init })
    const answer = await opened.channel.hook!(asked).catch((error: unknown) =>
      error instanceof GatewayError
        ? new Response(error.message, { status: error.status })
        : new Response('', { status: 500 }),
    )
    response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(await answer.text())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  opened.server.hookTo(url)
  const post = async (body: string, headers: Record<string, string> = {}) => {
    const answer = await fetch(url, { method: 'POST', body, headers })
    return [answer.status, await answer.text()] as const
  }
  return { ...opened, url, post }
}

it('proves to the platform that the address is ours, signed or not', async () => {
  const { post, server } = await hooked()
  const handshake = { type: 'url_verification', challenge: 'c-1', token: 'the-token' }
  for (const unsigned of [true, false]) {
    const { body, headers } = sealed(handshake, server.secrets, { unsigned })
    expect(await post(body, headers)).toEqual([200, '{"challenge":"c-1"}'])
  }
  const forged = sealed({ ...handshake, token: 'another' }, server.secrets, { unsigned: true })
  expect((await post(forged.body, forged.headers))[0]).toBe(401)
})

it('proves it in clear too, where the app has a token only', async () => {
  const { post, server, received } = await hooked({ verificationToken: 'the-token', hookUrl: HOOK })
  expect(await post(JSON.stringify({ type: 'url_verification', challenge: 'c', token: 'the-token' }))).toEqual([
    200,
    '{"challenge":"c"}',
  ])
  expect((await post(JSON.stringify({ type: 'url_verification', challenge: 'c', token: '' })))[0]).toBe(401)
  await server.say({ chat: 'oc_1', text: 'hello' })
  expect(received).toMatchObject([{ text: 'hello' }])
})

it('takes each message once, lost, repeated and out of order as it may come', async () => {
  const { server, received, full } = await hooked()
  await server.say({ chat: 'oc_1', text: 'one' }, { lose: 2 })
  await server.say({ chat: 'oc_1', text: 'two' }, { repeat: 2 })
  const [three, four] = ['three', 'four'].map((text) => messageEvent(server.secrets, { chat: 'oc_1', text }))
  await server.deliver(four!)
  await server.deliver(three!)
  await server.deliver(four!)
  full()
  await server.say({ chat: 'oc_1', text: 'five' })
  await server.deliver({ ...four!, header: { ...four!.header, event_id: 'another id of the same message' } })
  expect(received.map(({ text }) => text)).toEqual(['one', 'two', 'four', 'three', 'five'])
})

it('believes nothing that is not signed, fresh, encrypted and for this app', async () => {
  const { post, server, received, channel } = await hooked()
  await channel.start!(AbortSignal.timeout(5000))
  const event = messageEvent(server.secrets, { chat: 'oc_1', text: 'forged' })
  const good = sealed(event, server.secrets)
  const refused = [
    [good.body, {}],
    [`${good.body} `, good.headers],
    [JSON.stringify(event), {}],
    ...[
      sealed(event, { encryptKey: 'guess' }),
      sealed(event, server.secrets, { at: Date.now() - 2 * 3600_000 }),
      sealed({ ...event, header: { ...event.header, token: 'guess' } }, server.secrets),
    ].map(({ body, headers }) => [body, headers] as const),
  ] as const
  for (const [body, headers] of refused) expect((await post(body, headers))[0]).toBe(401)
  expect(channel.health()[0]).toMatchObject({ state: 'connected', detail: expect.stringContaining('refused') })
  for (const body of ['', 'null', '[]', '"x"', '{', '{"encrypt":5}'])
    expect((await post(body))[0]).toBeGreaterThanOrEqual(400)
  for (const body of ['', 'null', '[]', '"x"', '{', '{"encrypt":5}']) expect((await post(body))[0]).toBeLessThan(500)
  const foreign = sealed({ ...event, header: { ...event.header, app_id: 'cli_another' } }, server.secrets)
  expect((await post(foreign.body, foreign.headers))[0]).toBe(200)
  expect(received).toEqual([])
  expect((await post(good.body, good.headers))[0]).toBe(200)
  expect(received).toHaveLength(1)
  expect(channel.health()[0]!.detail).not.toContain('refused')
})

it('answers other events without a word to the gateway', async () => {
  const { post, server, received } = await hooked()
  for (const event of [eventOf(server.secrets, 'im.message.reaction.created_v1', {}), { uuid: 'v1', event: {} }]) {
    const { body, headers } = sealed({ token: 'the-token', ...event }, server.secrets)
    expect((await post(body, headers))[0]).toBe(200)
  }
  expect(received).toEqual([])
})

it('learns who the bot is, and forgets it with the app', async () => {
  const { server, received } = await hooked()
  const mentions = [{ key: '@_user_1', openId: server.botId, name: 'Claw' }]
  await server.say({ chat: 'oc_g', chatType: 'group', text: '@_user_1 hi', mentions })
  await server.say({ chat: 'oc_g', chatType: 'group', text: 'not to you' })
  expect(received.map(({ addressed, text }) => [addressed, text])).toEqual([
    [true, 'hi'],
    [false, 'not to you'],
  ])
  expect(server.calls.get('GET /bot/v3/info')).toBe(1)
})

it('takes an answer to its own message as spoken to it', async () => {
  const { server, received, send } = await hooked()
  const [sent] = await send('oc_g', 'Shall I?')
  await server.say({ chat: 'oc_g', chatType: 'group', text: 'yes', parentId: sent!.messageId! })
  await server.say({ chat: 'oc_g', chatType: 'group', text: 'no', parentId: 'om_other' })
  expect(received.map(({ addressed }) => addressed)).toEqual([true, false])
})

it('keeps the conversation of a topic in the topic', async () => {
  const { server, received, attempt } = await hooked()
  const topic = { chat: 'oc_g', chatType: 'group' as const, threadId: 'omt_1' }
  await server.say({ ...topic, text: 'first', messageId: 'om_first' })
  await server.say({ ...topic, text: 'second', messageId: 'om_second' })
  await server.say({ chat: 'oc_g', chatType: 'group', text: 'elsewhere' })
  expect(received.map(({ chat }) => chat)).toEqual(['oc_g/omt_1', 'oc_g/omt_1', 'oc_g'])
  await attempt('oc_g/omt_1', { action: 'send', text: 'in the topic' }, 'a')
  await attempt('oc_g/omt_1', { action: 'send', text: 'to the first', replyTo: 'om_first' }, 'b')
  await attempt('oc_g/omt_1', { action: 'send', text: 'to what is gone', replyTo: 'om_gone' }, 'c')
  await attempt('oc_g/omt_2', { action: 'send', text: 'to a topic never heard of' }, 'd')
  await attempt('oc_g', { action: 'send', text: 'to all' }, 'e')
  expect(server.chat('oc_g').map(({ replyTo, inThread }) => [replyTo, inThread])).toEqual([
    ['om_second', true],
    ['om_first', true],
    ['om_second', true],
    [null, false],
    [null, false],
  ])
})

it('reads a pressed button as what it stands for', async () => {
  const { server, received } = await hooked()
  const press = (value: unknown) =>
    server.deliver(
      eventOf(server.secrets, 'card.action.trigger', {
        operator: { open_id: 'ou_person' },
        action: { value, tag: 'button' },
        context: { open_message_id: 'om_out1', open_chat_id: 'oc_1' },
      }),
    )
  await server.say({ chat: 'oc_1', text: 'hello' })
  await press({ data: 'yes' })
  await press({ something: 'else' })
  expect(received.slice(1)).toMatchObject([
    { text: 'yes', chat: 'oc_1', sender: 'ou_person', group: false, addressed: true },
  ])
})

it('fetches what came with a message', async () => {
  const { server, received, channel } = await hooked()
  await server.say({ chat: 'oc_1', type: 'image', content: { image_key: 'img_7' }, messageId: 'om_7' })
  await server.say({
    chat: 'oc_1',
    type: 'file',
    content: { file_key: 'f8', file_name: '../../a b.json' },
    messageId: 'om_8',
  })
  server.resource('om_7', 'img_7', { bytes: Uint8Array.of(1, 2, 3), mime: 'image/png' })
  server.resource('om_8', 'f8', {
    bytes: new TextEncoder().encode('{"code":1}'),
    mime: 'application/json',
    name: 'x.json',
  })
  const fetched = []
  for (const { attachments } of received) {
    const { name, body } = await channel.download!(attachments![0]!, AbortSignal.timeout(5000))
    fetched.push([name, (await new Response(body).bytes()).length])
  }
  expect(fetched).toEqual([
    ['image.png', 3],
    ['a b.json', 10],
  ])
  const gone = { kind: 'file', ref: { message_id: 'om_8', file_key: 'gone', type: 'file' } } as const
  await expect(channel.download!(gone, AbortSignal.timeout(5000))).rejects.toMatchObject({ failure: 'refused' })
})

it('says what is missing where no event can come', async () => {
  const without = async (options: TestChannelOptions) => (await openTestChannel(options)).channel
  const health = (channel: Channel) => channel.health()[0]
  expect(health(await without({ encryptKey: 'k' }))).toMatchObject({
    state: 'failing',
    detail: expect.stringContaining('gateway.public_url'),
  })
  expect(health(await without({ hookUrl: HOOK }))).toMatchObject({
    state: 'failing',
    detail: expect.stringContaining('channels.feishu.encrypt_key'),
  })
})

/** Holds the connection as the gateway does, again and again. */
async function connected(options: TestChannelOptions = {}) {
  const opened = await openTestChannel({ connection: holdFeishuConnection, ...options })
  await opened.channel.start!(AbortSignal.timeout(5000))
  const ended = new AbortController()
  const failures: unknown[] = []
  const holding = (async () => {
    while (!ended.signal.aborted) {
      await opened.channel.connect!(ended.signal).catch((error) => failures.push(error))
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  })()
  onTestFinished(() => {
    ended.abort()
    return holding
  })
  const open = () => vi.waitFor(() => expect(opened.channel.health()[0]!.state).toBe('connected'), { timeout: 10_000 })
  return { ...opened, failures, ended, holding, open }
}

it('takes events over the long connection: whole, in parts, again after a break, once', async () => {
  const { server, received, open, full } = await connected()
  await open()
  await server.say({ chat: 'oc_1', text: 'one' })
  await server.say({ chat: 'oc_1', text: 'two '.repeat(500) }, { parts: 5, repeat: 1 })
  full()
  await server.say({ chat: 'oc_1', text: 'three' })
  server.drop()
  await server.say({ chat: 'oc_1', text: 'four' })
  expect(received.map(({ text }) => text.slice(0, 5).trim())).toEqual(['one', 'two t', 'three', 'four'])
})

it('is well again when the platform takes the app back', async () => {
  const { server, channel, received, attempt } = await hooked()
  await channel.start!(AbortSignal.timeout(5000))
  expect(channel.health()).toMatchObject([{ state: 'connected' }])
  server.failNext({ code: 99991662, msg: 'app is disabled' })
  await expect(attempt('oc_1', { action: 'send', text: 'x' })).rejects.toMatchObject({ failure: 'login' })
  expect(channel.health()).toMatchObject([
    { state: 'login_needed', detail: expect.stringContaining('app is disabled') },
  ])
  await server.say({ chat: 'oc_1', text: 'hello' })
  expect(received).toHaveLength(1)
  await vi.waitFor(() => expect(channel.health()).toMatchObject([{ state: 'connected' }]))
})

it('closes the long connection when it is told to', async () => {
  const { server, open, ended, holding } = await connected()
  await open()
  ended.abort()
  await holding
  await vi.waitFor(() => expect(server.connections()).toBe(0), { timeout: 5000 })
})

it('tries again at once when a handshake is refused, not when the SDK would', async () => {
  const opened = await openTestChannel({ connection: holdFeishuConnection })
  opened.server.refuseConnections(1)
  await expect(opened.channel.connect!(AbortSignal.timeout(10_000))).rejects.toThrow('no connection to Feishu')
  expect(opened.channel.health()).toMatchObject([{ state: 'failing' }])
  expect(opened.server.connections()).toBe(0)
})

it('says why the platform wants no connection', async () => {
  const { channel } = await openTestChannel({ connection: holdFeishuConnection, settings: { app_secret: 'wrong' } })
  await expect(channel.connect!(AbortSignal.timeout(10_000))).rejects.toThrow('code 514')
  expect(channel.health()).toMatchObject([{ state: 'login_needed' }])
  const { channel: misnamed } = await openTestChannel({ connection: holdFeishuConnection, appId: 'cli_1' })
  await expect(misnamed.connect!(AbortSignal.timeout(10_000))).rejects.toThrow('channels.feishu.app_id')
})
