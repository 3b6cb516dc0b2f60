/** The Feishu channel against an Open Platform on loopback (channels.md sections 9 and 13). */
import { afterAll, beforeAll, expect, it, onTestFinished, vi } from 'vitest'
import { type FeishuServer, startFeishuServer } from '../support/feishu-server.ts'
import { messageEvent, sealed } from '../support/feishu-server-events.ts'
import { jsonOf } from '../support/json.ts'
import { type ModelServer, startModelServer } from '../support/model-server.ts'
import { post } from '../support/post.ts'
import { configFor, scriptedModel } from '../support/scripted-model.ts'
import { describeTargets, shareTarget, type Target, targets } from '../support/targets.ts'

const LOCKED = { encryptKey: 'the-encrypt-key', verificationToken: 'the-verification-token' }
const SLOW = { timeout: 20_000, interval: 50 }

function configWith(platform: FeishuServer, model: ModelServer, gateway: Record<string, unknown> = {}) {
  const { appId, appSecret, encryptKey, verificationToken } = platform.secrets
  return {
    ...configFor(model),
    gateway,
    channels: {
      feishu: {
        enabled: true,
        domain: platform.url,
        app_id: appId,
        app_secret: appSecret,
        encrypt_key: encryptKey,
        verification_token: verificationToken,
        allow_from: ['ou_person'],
      },
    },
  }
}

const health = async (target: Target) =>
  (await jsonOf(target.fetch('/api/channels'))).channels.find(({ name }: { name: string }) => name === 'feishu')

const textsOf = (platform: FeishuServer, chat: string) => platform.chat(chat).map(({ content }) => content.text)

describeTargets('feishu over its webhook', (_, name) => {
  let platform: FeishuServer
  let model: ModelServer
  beforeAll(async () => {
    platform = await startFeishuServer(LOCKED)
    model = await startModelServer()
  })
  afterAll(() => Promise.all([platform.close(), model.close()]))
  const target = shareTarget(name, () => configOf(platform, model))
  const hook = () => {
    platform.hookTo(`${target().hookUrl}/hooks/feishu`)
    return `${target().hookUrl}/hooks/feishu`
  }

  it('POST /hooks/feishu proves the address, and refuses strangers', async () => {
    const url = hook()
    const handshake = { type: 'url_verification', challenge: 'c-1', token: LOCKED.verificationToken }
    const ask = (body: string, headers: Record<string, string> = {}) => fetch(url, { method: 'POST', body, headers })
    const { body, headers } = sealed(handshake, LOCKED, { unsigned: true })
    expect(await jsonOf(ask(body, headers))).toEqual({ challenge: 'c-1' })
    const forged = sealed(messageEvent(platform.secrets, { chat: 'oc_x', text: 'hi' }), { encryptKey: 'guess' })
    expect((await ask(forged.body, forged.headers)).status).toBe(401)
    expect((await ask('{')).status).toBe(400)
    expect(platform.chat('oc_x')).toEqual([])
  })

  it('answers a message once, however it is delivered', async () => {
    hook()
    const event = await platform.say({ chat: 'oc_once', text: 'text="here you are"' }, { lose: 1, repeat: 2 })
    await vi.waitFor(() => expect(textsOf(platform, 'oc_once')).toEqual(['here you are']), SLOW)
    await platform.deliver(event)
    await platform.deliver({ ...event, header: { ...event.header, event_id: 'the same message again' } })
    await platform.say({ chat: 'oc_once', text: 'text="and more"' })
    await vi.waitFor(() => expect(textsOf(platform, 'oc_once')).toEqual(['here you are', 'and more']), SLOW)
    expect(await jsonOf(target().fetch('/api/sessions'))).toMatchObject({
      sessions: expect.arrayContaining([expect.objectContaining({ key: 'feishu:oc_once' })]),
    })
  })

  it('shows an answer once, also when the line is cut after it arrived', async () => {
    hook()
    platform.failNext('cut')
    await platform.say({ chat: 'oc_cut', text: 'text="just once"' })
    await vi.waitFor(async () => {
      const { messages } = await jsonOf(target().fetch('/api/channels/outbox?channel=feishu&state=sent'))
      expect(messages.some(({ chat }: { chat: string }) => chat === 'oc_cut')).toBe(true)
    }, SLOW)
    expect(textsOf(platform, 'oc_cut')).toEqual(['just once'])
    expect(platform.duplicates()).toEqual([])
  })

  it('listens in a group to those who speak to it', async () => {
    hook()
    const mentions = [{ key: '@_user_1', openId: platform.botId, name: 'Claw' }]
    const group = { chat: 'oc_group', chatType: 'group' as const }
    await platform.say({ ...group, text: 'text="not asked"' })
    await platform.say({
      ...group,
      text: '@_user_2 text="not asked"',
      mentions: [{ ...mentions[0]!, key: '@_user_2', openId: 'ou_ann' }],
    })
    await platform.say({ ...group, text: '@_user_1 text="asked"', mentions })
    await vi.waitFor(() => expect(textsOf(platform, 'oc_group')).toEqual(['asked']), SLOW)
    expect(JSON.stringify(model.requests)).not.toContain('not asked')
  })

  it('fetches what came with a message', async () => {
    hook()
    const content = { file_key: 'file_in', file_name: 'notes.txt' }
    platform.resource('om_notes', 'file_in', {
      bytes: new TextEncoder().encode('remember the milk'),
      mime: 'text/plain',
    })
    await platform.say({ chat: 'oc_file', type: 'file', content, messageId: 'om_notes' })
    await vi.waitFor(() => expect(platform.chat('oc_file').length).toBe(1), SLOW)
    expect(platform.calls.get('GET /im/v1/messages/:id/resources')).toBe(1)
  })

  it('POST /api/channels/test asks the platform and sends', async () => {
    hook()
    expect(await jsonOf(post(target(), '/api/channels/test', { channel: 'feishu' }))).toMatchObject({
      ok: true,
      result: 'Claw (ou_bot) can be used.',
    })
    const sent = await jsonOf(
      post(target(), '/api/channels/test', { channel: 'feishu', to: 'oc_test', message: '# Hi' }),
    )
    expect(sent).toMatchObject({ ok: true })
    expect(platform.chat('oc_test')).toMatchObject([{ type: 'interactive' }])
    const stranger = await jsonOf(post(target(), '/api/channels/test', { channel: 'feishu', to: 'ou_x', message: 'x' }))
    expect(stranger).toMatchObject({ ok: false, result: expect.stringContaining('code 230001') })
    expect(await health(target())).toMatchObject({ state: 'open', accounts: [{ state: 'connected' }] })
  })
})

const configOf = (platform: FeishuServer, model: ModelServer) => ({
  config: configWith(platform, model, { public_url: 'https://gateway.example' }),
})

async function opened(name: 'node' | 'workerd', platform: FeishuServer): Promise<Target> {
  const target = await targets[name]({ config: configWith(platform, await scriptedModel()) })
  onTestFinished(() => target.close())
  return target
}

async function platformOf(options = {}): Promise<FeishuServer> {
  const platform = await startFeishuServer(options)
  onTestFinished(() => platform.close())
  return platform
}

it('holds the long connection on Node, over a break and a restart, and answers once', { timeout: 60_000 }, async () => {
  const platform = await platformOf()
  const target = await opened('node', platform)
  await vi.waitFor(() => expect(platform.connections()).toBe(1), SLOW)
  const event = await platform.say({ chat: 'oc_1', text: 'text="one"' }, { parts: 3, repeat: 1 })
  await vi.waitFor(() => expect(textsOf(platform, 'oc_1')).toEqual(['one']), SLOW)
  platform.drop()
  await vi.waitFor(() => expect(platform.connections()).toBe(1), SLOW)
  await platform.say({ chat: 'oc_1', text: 'text="two"' })
  await vi.waitFor(() => expect(textsOf(platform, 'oc_1')).toEqual(['one', 'two']), SLOW)
  await target.restart()
  await vi.waitFor(() => expect(platform.connections()).toBe(1), SLOW)
  await platform.deliver(event)
  await platform.say({ chat: 'oc_1', text: 'text="three"' })
  await vi.waitFor(() => expect(textsOf(platform, 'oc_1')).toEqual(['one', 'two', 'three']), SLOW)
  expect(await health(target)).toMatchObject({ accounts: [{ state: 'connected' }] })
})

it('says on workerd what to set where there is no public address', async () => {
  const target = await opened('workerd', await platformOf(LOCKED))
  expect(await health(target)).toMatchObject({
    state: 'open',
    accounts: [{ state: 'failing', detail: expect.stringContaining('gateway.public_url') }],
  })
})
