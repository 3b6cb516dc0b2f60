/** The chat channels from both ends: people write on a platform, and the API shows and steers what becomes of it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { jsonOf } from '../support/json.ts'
import { connect } from '../support/live-client.ts'
import {
  CHANNEL_TOKEN,
  type ChannelGateway,
  channelConfig,
  openChannelGateway,
} from '../support/loopback-channel-gateway.ts'
import { type LoopbackPlatform, loopbackPlatform } from '../support/loopback-channel-platform.ts'
import { type ModelServer, startModelServer } from '../support/model-server.ts'
import type { TargetName } from '../support/targets.ts'

const SOON = { timeout: 15_000, interval: 50 }

describe.each(['node', 'workerd'] as TargetName[])('the chat channels (%s)', (name) => {
  let platform: LoopbackPlatform
  let models: ModelServer
  let gateway: ChannelGateway

  beforeAll(async () => {
    platform = await loopbackPlatform({ keep: true })
    models = await startModelServer()
    gateway = await openChannelGateway(name, channelConfig(platform, models, { settings: { streaming: true } }))
  })
  afterAll(async () => {
    await gateway?.close()
    await platform?.close()
    await models?.close()
  })

  const channel = async () =>
    (await jsonOf(gateway.fetch('/api/channels'))).channels.find((each: { name: string }) => each.name === 'loopback')
  const texts = (chat: string, expected: string[]) => expect.poll(() => platform.texts(chat), SOON).toEqual(expected)

  it('names the channels it has, sorted', async () => {
    const { compiled_channels: names } = await jsonOf(gateway.fetch('/api/version'))
    expect(names).toEqual([...names].sort())
    expect(names).toEqual(expect.arrayContaining(['feishu', 'loopback', 'telegram', 'weixin']))
  })

  it('answers an owner in the order of the messages, each once, also when the platform repeats one', async () => {
    const id = platform.says('text="one" delay=20 tokens=3', { chat: 'order' })
    platform.says('text="two"', { chat: 'order' })
    platform.says('text="one" delay=20 tokens=3', { chat: 'order', id })
    platform.says('text="three"', { chat: 'order' })
    await texts('order', ['one', 'two', 'three'])
    const { messages } = await jsonOf(gateway.fetch('/api/chat/history?session=loopback:order'))
    expect(messages.filter(({ role }: { role: string }) => role === 'user')).toHaveLength(3)
  })

  it('shows typing and the growing answer, which the final one replaces', async () => {
    const before = platform.typings
    platform.says('delay=60 tokens=40', { chat: 'stream' })
    await expect.poll(() => platform.texts('stream'), SOON).toHaveLength(1)
    const drafts = platform.drafts.filter(({ chat }) => chat === 'stream')
    expect(drafts.length).toBeGreaterThan(0)
    expect(platform.sent.at(-1)).toMatchObject({ chat: 'stream', draft: expect.stringMatching(/^d/) })
    expect(platform.texts('stream')[0]!.startsWith(drafts[0]!.text.trimEnd())).toBe(true)
    expect(platform.typings).toBeGreaterThan(before)
  })

  it('follows reply tags, and says nothing for NO_REPLY', async () => {
    platform.says('text="[[reply_to_current]] to you"', { chat: 'tags', id: 'tag-1' })
    await texts('tags', ['to you'])
    platform.says('text="NO_REPLY"', { chat: 'tags' })
    platform.says('text="[[reply_to:other-9]] to them"', { chat: 'tags' })
    await texts('tags', ['to you', 'to them'])
    const [first, second] = platform.sent.filter(({ chat }) => chat === 'tags')
    expect([first!.replyTo, second!.replyTo]).toEqual(['tag-1', 'other-9'])
  })

  it('stops a running answer past the queue with /stop, and says so once', async () => {
    platform.says('delay=100 tokens=200', { chat: 'stop' })
    await expect.poll(() => models.requests.some(({ key }) => key === 'delay=100 tokens=200'), SOON).toBe(true)
    platform.says('/stop', { chat: 'stop' })
    await texts('stop', ['Stopped.'])
    platform.says('/stop', { chat: 'stop' })
    await texts('stop', ['Stopped.', 'Nothing is running.'])
  })

  it('runs the commands of the chat for an owner, and for nobody else', async () => {
    platform.says('/help', { chat: 'commands' })
    await expect.poll(() => platform.texts('commands').join(), SOON).toContain('/model: ')
    await gateway.post('/api/channels/people', { channel: 'loopback', sender: 'carl', action: 'guest' })
    platform.says('/help k=guest', { chat: 'commands2', from: 'carl' })
    await expect.poll(() => platform.texts('commands2').join(), SOON).toContain('You said: /help')
  })

  it('gives files to the agent as uploads, and names those it cannot fetch', async () => {
    platform.files.set('notes.txt', 'the password is swordfish')
    platform.says('look k=file', { chat: 'files', files: ['notes.txt', 'gone.pdf'] })
    await expect.poll(() => platform.texts('files').length, SOON).toBe(1)
    const [answer] = platform.texts('files')
    expect(answer).toContain('[file: gone.pdf] (it could not be fetched)')
    expect(JSON.stringify(models.requestsOf('file')[0]!.body)).toContain('swordfish')
  })

  it('lets a stranger in by a code, answers what they wrote, and says the code only once', async () => {
    platform.says('text="hello stranger"', { chat: 'zoe', from: 'zoe', name: 'Zoe' })
    platform.says('are you there?', { chat: 'zoe', from: 'zoe', name: 'Zoe' })
    await expect.poll(() => platform.texts('zoe').length, SOON).toBe(1)
    const [code] = /[A-Z2-9]{4}-[A-Z2-9]{4}/.exec(platform.texts('zoe')[0]!)!
    expect((await channel()).codes).toMatchObject([{ code, sender: 'zoe', name: 'Zoe' }])
    expect((await gateway.post('/api/channels/approve', { code: 'AAAA-AAAA' })).status).toBe(404)
    const { person } = await jsonOf(gateway.post('/api/channels/approve', { code: code.toLowerCase() }))
    // There is an owner in allow_from already.
    expect(person).toMatchObject({ channel: 'loopback', sender: 'zoe', name: 'Zoe', role: 'guest' })
    await expect
      .poll(() => platform.texts('zoe').slice(1), SOON)
      .toEqual(['hello stranger', 'You said: are you there?'])
    const change = (action: string, sender = 'zoe') =>
      gateway.post('/api/channels/people', { channel: 'loopback', sender, action })
    expect((await change('owner')).status).toBe(200)
    expect((await channel()).people).toContainEqual(expect.objectContaining({ sender: 'zoe', role: 'owner' }))
    expect((await change('remove')).status).toBe(200)
    expect([(await change('remove')).status, (await change('king')).status]).toEqual([404, 400])
  })

  it('hears in a group only those it knows, and only what is said to it', async () => {
    platform.says('text="not to you"', { chat: 'group', group: true })
    platform.says('text="a stranger"', { chat: 'group', group: true, addressed: true, from: 'mallory' })
    platform.says('k=group text="heard"', { chat: 'group', group: true, addressed: true, name: 'Ann' })
    await texts('group', ['heard'])
    expect(JSON.stringify(models.requestsOf('group')[0]!.body)).toContain('Ann: k=group')
  })

  it('sends again what may not have arrived, with the same key, and counts it', async () => {
    platform.fates.push('lost')
    platform.says('text="twice"', { chat: 'lost' })
    await expect.poll(() => platform.sent.filter(({ chat }) => chat === 'lost').length, SOON).toBe(2)
    const [first, second] = platform.sent.filter(({ chat }) => chat === 'lost')
    expect(first!.key).toBe(second!.key)
    const sent = async () =>
      (await jsonOf(gateway.fetch('/api/channels/outbox?channel=loopback&state=sent&limit=1'))).messages[0]
    await expect
      .poll(sent, SOON)
      .toMatchObject({ chat: 'lost', ambiguous_attempts: 1, attempts: 2, message_ids: [expect.any(String)] })
  })

  it('keeps what failed for its owner to retry or drop, and holds what waits for its person', async () => {
    platform.fates.push(400)
    platform.says('text="refused at first"', { chat: 'refused' })
    const listed = async (query: string) => (await jsonOf(gateway.fetch(`/api/channels/outbox?${query}`))).messages
    await expect.poll(() => listed('state=failed'), SOON).toMatchObject([{ chat: 'refused', text: 'refused at first' }])
    expect((await channel()).failed).toBe(1)
    const [{ id, reason }] = await listed('state=failed')
    expect(reason).toBe('the platform answered 400')
    expect((await gateway.post('/api/channels/outbox', { id: 9999, action: 'retry' })).status).toBe(404)
    expect((await gateway.post('/api/channels/outbox', { id, action: 'retry' })).status).toBe(200)
    await texts('refused', ['refused at first'])
    expect((await gateway.post('/api/channels/outbox', { id, action: 'drop' })).status).toBe(400)
    expect((await gateway.fetch('/api/channels/outbox?state=nonsense')).status).toBe(400)

    platform.fates.push(409)
    platform.says('text="window closed"', { chat: 'held' })
    await expect
      .poll(() => listed('state=held'), SOON)
      .toMatchObject([{ chat: 'held', reason: 'the platform answered 409' }])
    platform.says('text="here again"', { chat: 'held' })
    await texts('held', ['window closed', 'here again'])
  })

  it('delivers what tools and jobs put into the outbox, files included, in parts', async () => {
    await gateway.post('/api/chat', {
      message: 'call=write_file:{"path":"out/report.txt","content":"numbers"} text="written"',
    })
    const call = { channel: 'loopback', to: 'direct', message: 'x'.repeat(900), media: 'out/report.txt' }
    await gateway.post('/api/chat', { message: `call=message:${JSON.stringify(call)} text="queued"` })
    await expect.poll(() => platform.texts('direct').map(({ length }) => length), SOON).toEqual([400, 400, 100])
    const [first] = platform.sent.filter(({ chat }) => chat === 'direct')
    expect(first!.file).toMatchObject({ name: 'report.txt', size: 7 })
    const inside = { channel: 'loopback', to: 'direct', media: 'https://127.0.0.1:8443/secret' }
    await gateway.post('/api/chat', { message: `call=message:${JSON.stringify(inside)} text="queued"` })
    const failed = async () => (await jsonOf(gateway.fetch('/api/channels/outbox?state=failed'))).messages
    await expect.poll(failed, SOON).toMatchObject([{ chat: 'direct', media: 'https://127.0.0.1:8443/secret' }])
  })

  it('tests a channel: who we are, and one message there and back', async () => {
    expect(await jsonOf(gateway.post('/api/channels/test', { channel: 'loopback' }))).toMatchObject({
      ok: true,
      result: `loopback at ${platform.url}`,
    })
    const sent = await jsonOf(
      gateway.post('/api/channels/test', { channel: 'loopback', to: 'tester', message: 'ping' }),
    )
    expect(sent).toMatchObject({
      ok: true,
      result: 'sent',
      message: { state: 'sent', message_ids: [expect.any(String)] },
    })
    expect(platform.texts('tester')).toEqual(['ping'])
    platform.fates.push(400)
    const refused = await jsonOf(gateway.post('/api/channels/test', { channel: 'loopback', to: 'tester' }))
    expect(refused).toMatchObject({ ok: false, result: 'failed: the platform answered 400' })
    expect((await gateway.post('/api/channels/test', { channel: 'telegram', to: '1' })).status).toBe(400)
    expect((await gateway.post('/api/channels/test', { channel: 'pigeon' })).status).toBe(400)
  })

  it('takes what a platform pushes, without a token, and knows no other hooks', async () => {
    const push = (channel: string, body: string) => fetch(`${gateway.url}/hooks/${channel}`, { method: 'POST', body })
    const update = { id: 'push-1', chat: 'pushed', from: 'ann', text: 'text="pushed"' }
    const taken = await push('loopback', JSON.stringify({ cursor: 0, updates: [update] }))
    expect([taken.status, await taken.text()]).toEqual([200, 'taken'])
    await texts('pushed', ['pushed'])
    expect((await push('feishu', '{}')).status).toBe(404)
    expect((await push('pigeon', '{}')).status).toBe(404)
    expect((await push('loopback', 'x'.repeat(1024 * 1024 + 1))).status).toBe(413)
  })

  it('tells watchers of messages that come and go', async () => {
    const events = await connect(`${gateway.url.replace('http', 'ws')}/api/events/live`, {
      authorization: `Bearer ${CHANNEL_TOKEN}`,
    })
    await events.until(({ type }) => type === 'ready')
    platform.says('text="watched"', { chat: 'watched' })
    const seen = { type: 'channel_message', channel: 'loopback', chat: 'watched' }
    expect(await events.until(({ direction }) => direction === 'in')).toMatchObject({ ...seen, state: 'accepted' })
    expect(await events.until(({ state, chat }) => state === 'sent' && chat === 'watched')).toMatchObject({
      ...seen,
      direction: 'out',
    })
    events.close()
  })
})
