/** Polls and what comes in by them, against the platform on loopback (channels.md sections 7.5, 7.6, 7.10). */
import { afterEach, beforeEach, expect, it } from 'vitest'
import { nodeDatabase } from '../../../adapters/node/database.ts'
import { type IlinkServer, startIlinkServer } from '../../../test/support/ilink-server.ts'
import type { Database } from '../../platform.ts'
import { LoginNeeded } from '../channel.ts'
import { openForTests } from './channel-for-tests.ts'

let server: IlinkServer
beforeEach(async () => {
  server = await startIlinkServer({ holdMs: 50 })
})
afterEach(async () => {
  await server.close()
  expect(server.violations).toEqual([])
})

const ANN = 'ann@im.wechat'
const open = (more: Record<string, unknown> = {}, db: Database = nodeDatabase(':memory:')) =>
  openForTests({ base_url: `${server.url}/`, accounts: [server.bot('b1')], ...more }, db)

it('hands a message over with its chat, its exact id and the words of all its items', async () => {
  const { poll, inbound } = open()
  const id = server.say('b1', ANN, [
    { type: 1, text_item: { text: ' hello ' } },
    { type: 2, image_item: {} },
    { type: 3, voice_item: { text: 'spoken words' } },
    { type: 3, voice_item: {} },
    { type: 4, file_item: { file_name: 'a.pdf' } },
    { type: 5, video_item: {} },
    { type: 11, tool_call_start_item: { tool_name: 'x' } },
  ])
  await poll('b1')
  expect(id).toBe('7310000000000000001')
  expect(inbound).toEqual([
    {
      ...{ id, messageId: id, source: 'b1', chat: `b1|${ANN}`, sender: ANN, group: false, addressed: true },
      text: 'hello\n[image]\nspoken words\n[audio]\n[file: a.pdf]\n[video]',
    },
  ])
})

it('skips what the bot itself said and what says nothing, and goes on where it stopped', async () => {
  const { poll, inbound } = open()
  server.say('b1', ANN, 'mine', { message_type: 2 })
  server.say('b1', ANN, [{ type: 1, text_item: { text: '  ' } }])
  server.say('b1', '', 'nobody')
  server.say('b1', ANN, 'one')
  await poll('b1')
  await poll('b1')
  server.say('b1', ANN, 'two')
  await poll('b1')
  expect(inbound.map(({ text }) => text)).toEqual(['one', 'two'])
})

it('shows a quote before the words, but never before a command', async () => {
  const { poll, inbound } = open()
  const ref_msg = { title: 'Bob', message_item: { type: 1, text_item: { text: 'tea?\ncoffee?' } } }
  server.say('b1', ANN, [{ type: 1, text_item: { text: 'tea' }, ref_msg }])
  server.say('b1', ANN, [{ type: 1, text_item: { text: '/stop' }, ref_msg }])
  await poll('b1')
  expect(inbound.map(({ text }) => text)).toEqual(['> Bob: tea?\n> coffee?\n\ntea', '/stop'])
})

it('knows a message without an id by what makes it this one', async () => {
  const { poll, inbound } = open()
  const none = { message_id: 0, seq: 0 }
  server.say('b1', ANN, 'yes', { ...none, create_time_ms: 1 })
  server.say('b1', ANN, 'yes', { ...none, create_time_ms: 2 })
  await poll('b1')
  server.repeat('b1', 2)
  await poll('b1')
  server.say('b1', ANN, 'yes', { ...none, create_time_ms: 0 })
  await poll('b1')
  server.say('b1', ANN, 'yes', { ...none, create_time_ms: 0 })
  await poll('b1')
  expect(inbound.map(({ text }) => text)).toEqual(['yes', 'yes', 'yes', 'yes'])
  expect(new Set(inbound.map(({ id }) => id)).size).toBe(4)
})

it('takes a quiet platform for what it is, whoever of the two stops waiting', async () => {
  const { poll, channel } = open()
  expect(await poll('b1')).toEqual({ more: false })
  server.holdMs = 5000
  expect(await poll('b1', 100)).toEqual({ more: false })
  expect(channel.health()).toEqual([{ source: 'b1', state: 'connected' }])
})

it('ends a poll with its signal', async () => {
  server.holdMs = 5000
  const { channel } = open()
  const stop = new AbortController()
  const polled = channel.poll('b1', { waitMs: 5000, signal: stop.signal })
  setTimeout(() => stop.abort(), 20)
  expect(await polled).toEqual({})
})

it('keeps the cursor over a restart, and loses nothing to a lost answer or one that comes twice', async () => {
  const first = open()
  server.say('b1', ANN, 'one')
  server.fail('getupdates', 'lose-answer', 'garbage', 500)
  for (let i = 0; i < 3; i++) await expect(first.poll('b1')).rejects.toThrow()
  expect(first.channel.health()).toMatchObject([
    { source: 'b1', state: 'failing', detail: 'http 500: {"message":"no"}' },
  ])
  await first.poll('b1')
  const second = open({}, first.db)
  server.say('b1', ANN, 'two')
  server.say('b1', ANN, 'three')
  server.repeat('b1', 1)
  server.reorder('b1')
  await second.poll('b1')
  expect(first.inbound.map(({ text }) => text)).toEqual(['one'])
  expect(second.inbound.map(({ text }) => text).sort()).toEqual(['three', 'two'])
})

it('does not advance when the message could not be taken over', async () => {
  const { channel, db, poll } = open()
  server.say('b1', ANN, 'one')
  db.query(
    "CREATE TRIGGER full BEFORE INSERT ON channel_state WHEN NEW.key LIKE 'cursor:%' BEGIN SELECT RAISE(ABORT, 'disk full'); END",
  )
  await expect(poll('b1')).rejects.toThrow('disk full')
  db.query('DROP TRIGGER full')
  const again = open({}, db)
  await again.poll('b1')
  expect(again.inbound.map(({ text }) => text)).toEqual(['one'])
  expect(channel.sources()).toEqual(['b1'])
})

it('rests an account whose login is over, and no other, until it is logged in again', async () => {
  const accounts = [server.bot('b1'), server.bot('b2')]
  const { poll, channel, db } = open({ accounts })
  server.expire('b1')
  await expect(poll('b1')).rejects.toThrow(LoginNeeded)
  const asked = server.calls.length
  await expect(poll('b1')).rejects.toThrow('log in again')
  expect(server.calls.length).toBe(asked)
  server.say('b2', ANN, 'still here')
  await poll('b2')
  expect(channel.health().map(({ state }) => state)).toEqual(['login_needed', 'connected'])
  const again = open({ accounts: [server.bot('b1', { token: 'fresh' }), accounts[1]] }, db)
  server.say('b1', ANN, 'back')
  await again.poll('b1')
  expect(again.inbound.map(({ text }) => text)).toEqual(['back'])
  expect(again.channel.health().map(({ state }) => state)).toEqual(['connected', 'connected'])
})

it('believes a send that learned of the end of the login while a poll was waiting', async () => {
  server.holdMs = 300
  const { channel, poll, send, inbound, passes } = open()
  const waiting = poll('b1')
  server.fail('sendmessage', { ret: -14 })
  await expect(send(`b1|${ANN}`, { text: 'x' })).rejects.toMatchObject({ failure: 'login' })
  server.say('b1', ANN, 'hello?')
  await expect(waiting).rejects.toThrow(LoginNeeded)
  expect(inbound.map(({ text }) => text)).toEqual(['hello?'])
  expect(channel.health()).toMatchObject([{ state: 'login_needed' }])
  // Whoever opens the channel an hour later finds out whether it was so.
  passes(3600_000)
  await poll('b1')
  expect(channel.health()).toEqual([{ source: 'b1', state: 'connected' }])
})

it('lists its accounts once each, the single one of older versions last', async () => {
  const other = { bot_id: 'b0', bot_token: 'x', ilink_user_id: 'bob' }
  const { channel } = open({
    accounts: [
      server.bot('b1'),
      { bot_id: 'b1', bot_token: 'later' },
      { bot_id: '', bot_token: 'x' },
      { bot_id: 'b3' },
    ],
    ...other,
  })
  expect(channel.sources()).toEqual(['b0', 'b1'])
  expect(channel.owners()).toEqual(['bob', 'owner@im.wechat'])
})

it('takes the state of older versions over once', async () => {
  server.bot('b1')
  for (const text of ['one', 'two']) server.say('b1', ANN, text)
  const cursor = Buffer.from('1').toString('base64')
  const account = { ...server.bot('b1', { owner: ANN }), context_token: 'old-token', get_updates_buf: cursor }
  const first = open({ accounts: [account] })
  await first.send(`b1|${ANN}`, { text: 'hi' })
  expect(server.received[0]).toMatchObject({ token: 'old-token' })
  await first.poll('b1')
  expect(first.inbound.map(({ text }) => text)).toEqual(['two'])
  const second = open({ accounts: [account] }, first.db)
  await second.poll('b1')
  expect(second.inbound).toEqual([])
  await second.send(`b1|${ANN}`, { text: 'hi' }, 'k2')
  expect(server.received[1]?.token).toMatch(/^ctx-ann/)
})

it('tells the platform that it listens and that it stops, and not at every wake-up', async () => {
  const { channel, db } = open()
  const { signal } = new AbortController()
  await channel.start(signal)
  await open({}, db).channel.start(signal)
  expect(server.callsOf('notifystart')).toHaveLength(1)
  await channel.close()
  await channel.close()
  expect(server.callsOf('notifystop')).toHaveLength(1)
  server.fail('notifystart', 'lose')
  await channel.start(signal)
})

it('says of each account whether the platform knows it', async () => {
  const { channel } = open({ accounts: [server.bot('b1'), server.bot('b2')] })
  server.expire('b2')
  const said = await channel.test(new AbortController().signal)
  expect(said).toBe('b1: the platform knows it\nb2: the login of this account is over: log in again')
  expect(await openForTests({}, nodeDatabase(':memory:')).channel.test(new AbortController().signal)).toContain(
    'clawgo channel login weixin',
  )
})
