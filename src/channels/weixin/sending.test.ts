/** What goes out, against the platform on loopback (channels.md section 7.7). */
import { afterEach, beforeEach, expect, it } from 'vitest'
import { nodeDatabase } from '../../../adapters/node/database.ts'
import { type IlinkServer, startIlinkServer } from '../../../test/support/ilink-server.ts'
import type { Database } from '../../platform.ts'
import { openForTests } from './channel-for-tests.ts'
import { partsOf } from './sending.ts'

let server: IlinkServer
beforeEach(async () => {
  server = await startIlinkServer({ holdMs: 50 })
})
afterEach(async () => {
  await server.close()
  expect(server.violations).toEqual([])
})

const ANN = 'ann@im.wechat'
const BOB = 'bob@im.wechat'
const open = (more: Record<string, unknown> = {}, db: Database = nodeDatabase(':memory:')) =>
  openForTests({ base_url: server.url, accounts: [server.bot('b1')], ...more }, db)
const failure = (work: Promise<unknown>) =>
  work.then(
    () => 'sent',
    ({ failure, message, retryAfterMs }) => [failure, message, retryAfterMs].filter((each) => each !== undefined),
  )

it('answers with the token of the very user, and with none where there is none', async () => {
  const { poll, send } = open()
  server.say('b1', ANN, 'hi')
  server.say('b1', BOB, 'hi', { context_token: '' })
  await poll('b1')
  const [sent] = await send(`b1|${ANN}`, { text: 'to Ann' })
  await send(`b1|${BOB}`, { text: 'to Bob' }, 'k2')
  expect(sent).toEqual({ messageId: expect.stringMatching(/^73100000000005\d+$/) })
  expect(server.received).toMatchObject([
    { user: ANN, text: 'to Ann', token: 'ctx-ann@im.wechat-1', clientId: 'clawgo-weixin:k:0' },
    { user: BOB, text: 'to Bob', token: '' },
  ])
  expect(server.callsOf('sendmessage')[1]?.body.msg).not.toHaveProperty('context_token')
})

it('keeps a token that a later message does not bring, over restarts too', async () => {
  const first = open()
  server.say('b1', ANN, 'one')
  server.say('b1', ANN, 'two', { context_token: '' })
  await first.poll('b1')
  const second = open({}, first.db)
  await second.send(`b1|${ANN}`, { text: 'hello' })
  expect(server.received[0]?.token).toBe('ctx-ann@im.wechat-1')
})

it('chooses the account: the one named, the one the user wrote to, the default one, the only one', async () => {
  const accounts = [server.bot('b1'), server.bot('b2')]
  const { poll, send } = open({ accounts, default_bot_id: 'b1' })
  server.say('b2', ANN, 'hi')
  await poll('b2')
  await send(ANN, { text: 'where she wrote' }, '1')
  await send(`b1|${ANN}`, { text: 'named' }, '2')
  await send(BOB, { text: 'default' }, '3')
  await open().send(BOB, { text: 'only' }, '4')
  expect(server.received.map(({ bot, text, token }) => [bot, text, token])).toEqual([
    ['b2', 'where she wrote', 'ctx-ann@im.wechat-1'],
    ['b1', 'named', ''],
    ['b1', 'default', ''],
    ['b1', 'only', ''],
  ])
})

it('refuses chats that no account has', async () => {
  const accounts = [server.bot('b1'), server.bot('b2')]
  const { send, sendPart } = open({ accounts })
  const none = (chat: string) => ['refused', `weixin no account available for chat ${chat}`]
  expect(await failure(send(BOB, { text: 'x' }))).toEqual(none(BOB))
  expect(await failure(send(`b9|${BOB}`, { text: 'x' }))).toEqual(none(`b9|${BOB}`))
  expect(await failure(send('b1|', { text: 'x' }))).toEqual(none('b1|'))
  expect(await failure(send(' ', { text: 'x' }))).toEqual(['refused', 'weixin chat_id is required'])
  expect(await failure(sendPart(BOB, { action: 'edit', messageId: '1', text: 'x' }, 'k'))).toEqual([
    'refused',
    'unsupported weixin action "edit"',
  ])
  expect(server.calls).toEqual([])
})

it('cuts long texts at lines and words, never inside a character, the same way every time', () => {
  const lengths = (text: string) => partsOf({ action: 'send', text }).map((part) => part.text!.length)
  expect(lengths('')).toEqual([])
  expect(lengths('x'.repeat(4000))).toEqual([4000])
  expect(lengths('x'.repeat(4001))).toEqual([4000, 1])
  expect(lengths(`${'x'.repeat(3500)}\n${'y'.repeat(3000)}`)).toEqual([3500, 3000])
  expect(lengths(`${'x'.repeat(3500)} ${'y'.repeat(3000)}`)).toEqual([3500, 3000])
  expect(lengths(`short\n${'y'.repeat(5000)}`)).toEqual([4000, 1006])
  const faces = partsOf({ action: 'send', text: `x${'😀'.repeat(4000)}` }).map((part) => part.text!)
  expect(faces.map((piece) => piece.isWellFormed())).toEqual(faces.map(() => true))
  expect(faces.join('')).toBe(`x${'😀'.repeat(4000)}`)
})

it('sends the words of a file first, then the file', () => {
  expect(partsOf({ action: 'send', text: 'look', media: 'a.png' })).toEqual([
    { action: 'send', text: 'look' },
    { action: 'send', file: true },
  ])
  expect(partsOf({ action: 'send', media: 'a.png' })).toEqual([{ action: 'send', file: true }])
})

it('uses the same client id for every attempt, so that a message whose answer was lost arrives once', async () => {
  const { sendPart } = open()
  const part = { action: 'send', text: 'once' } as const
  server.fail('sendmessage', 'lose-answer')
  expect(await failure(sendPart(`b1|${ANN}`, part, '7:0'))).toMatchObject(['ambiguous', expect.any(String)])
  await sendPart(`b1|${ANN}`, part, '7:0', 2)
  expect(server.textsOf(ANN)).toEqual(['once'])
  expect([...server.deliveries]).toEqual([['clawgo-weixin:7:0', 2]])
})

it('tells what a failure means', async () => {
  const { sendPart } = open()
  const attempt = (fault: Parameters<IlinkServer['fail']>[1], n = 1) => {
    server.fail('sendmessage', fault)
    return failure(sendPart(`b1|${ANN}`, { action: 'send', text: 'x' }, 'k', n))
  }
  expect(await attempt(429)).toEqual(['later', 'http 429: {"message":"no"}', 60_000])
  expect(await attempt(400)).toEqual(['refused', 'http 400: {"message":"no"}'])
  expect(await attempt(502)).toEqual(['ambiguous', 'http 502: {"message":"no"}'])
  expect(await attempt({ ret: -5 })).toEqual(['later', 'sendmessage failed: ret=-5 errcode=0 msg=on command'])
  expect(await attempt({ ret: -2 })).toMatchObject(['later', expect.any(String), 60_000])
  expect(await attempt({ ret: -2 }, 3)).toMatchObject(['later', expect.any(String), 240_000])
  expect(await attempt({ ret: -14 })).toMatchObject(['login', expect.any(String)])
})

it('never takes a throttle for the end of a login', async () => {
  const { channel, poll, sendPart } = open()
  await poll('b1')
  server.fail('sendmessage', { ret: -2 })
  await failure(sendPart(`b1|${ANN}`, { action: 'send', text: 'x' }, 'k'))
  expect(channel.health()).toEqual([{ source: 'b1', state: 'connected' }])
  expect(await poll('b1')).toEqual({ more: false })
})

it('after -14 neither sends nor polls for this account any more', async () => {
  const { channel, poll, send } = open()
  server.expire('b1')
  expect(await failure(send(`b1|${ANN}`, { text: 'x' }))).toMatchObject(['login', expect.any(String)])
  const calls = server.calls.length
  expect(await failure(send(`b1|${ANN}`, { text: 'x' }))).toMatchObject(['login', expect.stringContaining('log in')])
  await expect(poll('b1')).rejects.toThrow('log in again')
  expect(server.calls.length).toBe(calls)
  expect(channel.health()).toMatchObject([{ source: 'b1', state: 'login_needed' }])
})

it('holds what the platform would not take until the user writes again', async () => {
  const { poll, send } = open()
  server.say('b1', ANN, 'hi')
  await poll('b1')
  for (let i = 0; i < 10; i++) await send(`b1|${ANN}`, { text: `m${i}` }, `k${i}`)
  expect(await failure(send(`b1|${ANN}`, { text: 'm10' }, 'k10'))).toMatchObject(['until_inbound', expect.any(String)])
  expect(server.textsOf(ANN)).toHaveLength(10)
  server.say('b1', ANN, 'go on')
  await poll('b1')
  await send(`b1|${ANN}`, { text: 'm10' }, 'k10')
  expect(server.textsOf(ANN)).toHaveLength(11)
})

it('holds messages for a user who is silent for a day when the platform says no', async () => {
  const { poll, send, passes } = open()
  server.say('b1', ANN, 'hi')
  await poll('b1')
  passes(25 * 3600_000)
  server.fail('sendmessage', { ret: -2 })
  expect(await failure(send(`b1|${ANN}`, { text: 'x' }))).toMatchObject(['until_inbound', expect.any(String)])
})

it('shows that it writes with a ticket of the user, asked for once', async () => {
  const { channel, poll, passes } = open()
  server.say('b1', ANN, 'hi')
  await poll('b1')
  const { signal } = new AbortController()
  for (let i = 0; i < 3; i++) await channel.typing(`b1|${ANN}`, signal)
  expect(server.typing).toEqual([ANN, ANN, ANN])
  expect(server.callsOf('getconfig').map(({ body }) => [body.ilink_user_id, body.context_token])).toEqual([
    [ANN, 'ctx-ann@im.wechat-1'],
  ])
  passes(24 * 3600_000)
  server.fail('getconfig', 500)
  // An old ticket still does; and the next one is not asked for at once.
  await channel.typing(`b1|${ANN}`, signal)
  await channel.typing(`b1|${ANN}`, signal)
  expect(server.typing).toHaveLength(5)
  expect(server.callsOf('getconfig')).toHaveLength(2)
  passes(3000)
  await channel.typing(`b1|${ANN}`, signal)
  expect(server.callsOf('getconfig')).toHaveLength(3)
  server.fail('sendtyping', { ret: -1 })
  await channel.typing(`b1|${ANN}`, signal)
  await channel.typing(`b1|${ANN}`, signal)
  expect(server.callsOf('getconfig')).toHaveLength(4)
})
