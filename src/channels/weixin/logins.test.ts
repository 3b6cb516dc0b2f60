/** Pairing by QR code, against the platform on loopback (channels.md sections 7.4, 7.13). */
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type IlinkServer, startIlinkServer } from '../../../test/support/ilink-server.ts'
import { openWeixin } from '../../../test/support/ilink-server-home.ts'
import { ActivityLog } from './activity.ts'

let server: IlinkServer
let closers: Array<() => unknown>
beforeEach(async () => {
  server = await startIlinkServer()
  closers = [() => server.close()]
})
afterEach(async () => {
  for (const close of closers.reverse()) await close()
  expect(server.violations).toEqual([])
})

async function open(section: Record<string, unknown> = {}, options: Parameters<typeof openWeixin>[1] = {}) {
  const opened = await openWeixin({ base_url: server.url, ...section }, options)
  closers.push(opened.close)
  return opened
}

it('pairs a bot: its account is saved, it is the default, and the login is gone', async () => {
  const { service, look, weixin, sources } = await open()
  await service.startLogin()
  const [login] = (await look()).pending_logins
  expect(login).toMatchObject({
    login_id: expect.stringMatching(/^clawgo-weixin:\d{13}-[0-9a-f]{8}$/),
    qr_code: server.logins.codes[0],
    qr_code_img_content: `https://liteapp.weixin.qq.com/q/${server.logins.codes[0]}`,
    ...{ status: 'wait', last_error: '', qr_available: true },
  })
  server.logins.set({ status: 'scaned' })
  expect((await look()).pending_login.status).toBe('scaned')
  server.confirm('b1', { owner: 'ann', baseurl: `${server.url}/` })
  const { pending_logins, accounts } = await look()
  expect([pending_logins, accounts]).toEqual([
    [],
    [{ bot_id: 'b1', connected: false, default: true, ilink_user_id: 'ann' }],
  ])
  expect(weixin()).toMatchObject({ base_url: server.url, default_bot_id: 'b1', enabled: true })
  expect(weixin().accounts).toMatchObject([{ bot_id: 'b1', bot_token: 'token-b1-1', base_url: '' }])
  expect(sources).toEqual(['weixin'])
})

it('works in the background alone, and rests when no login waits', async () => {
  const { service, weixin, agenda, home } = await open({}, { rings: true })
  await service.startLogin()
  server.confirm('b1')
  await expect.poll(() => weixin().accounts.length, { timeout: 5000 }).toBe(1)
  await expect.poll(() => home.db.query('SELECT * FROM agenda'), { timeout: 5000 }).toEqual([])
  expect(agenda.due('weixin-login', '')).toBeNull()
})

it('goes on with a login after a restart', async () => {
  const first = await open()
  await first.service.startLogin()
  await first.close()
  const second = await open({}, { home: first.home, rings: true })
  server.confirm('b1')
  await expect.poll(() => second.weixin().accounts.length, { timeout: 5000 }).toBe(1)
})

it('asks an old platform in its own way', async () => {
  const old = await startIlinkServer({ newer: false })
  closers.push(() => old.close())
  const { service } = await open({ base_url: old.url })
  await service.startLogin()
  expect(old.callsOf('get_bot_qrcode').map(({ method }) => method)).toEqual(['POST', 'GET'])
  expect(old.violations).toEqual([])
})

it('says in the words of the platform why there is no QR code', async () => {
  const { service, drafts } = await open({ enabled: false })
  server.fail('get_bot_qrcode', 500, 503)
  await expect(service.startLogin()).rejects.toMatchObject({ status: 502, message: 'http 503: {"message":"no"}' })
  server.fail('get_bot_qrcode', 'garbage', { ret: 0 })
  await expect(service.startLogin()).rejects.toMatchObject({ status: 502, message: 'empty qrcode returned' })
  expect(drafts.dirty('weixin')).toBe(false)
})

it('answers at once while the platform holds its answer, and asks once for many', async () => {
  server.logins.holdMs = 10_000
  const { service, look, weixin } = await open()
  await service.startLogin()
  const started = Date.now()
  await Promise.all([look(), service.status(), service.status()])
  expect(Date.now() - started).toBeLessThan(2500)
  const again = Date.now()
  await service.status()
  expect(Date.now() - again).toBeLessThan(500)
  expect([...server.logins.asked.values()]).toEqual([1])
  server.confirm('b1')
  // What is held is answered as soon as something happens.
  await expect.poll(() => weixin().accounts.length).toBe(1)
})

it('asks about a login at most every 1.2 s', async () => {
  const { service, look } = await open()
  await service.startLogin()
  await look()
  for (let i = 0; i < 5; i++) await service.status()
  expect([...server.logins.asked.values()]).toEqual([1])
})

it('follows a login to another host of the platform, and to no stranger', async () => {
  const other = await startIlinkServer()
  closers.push(() => other.close())
  const { service, look } = await open()
  await service.startLogin()
  const code = server.logins.codes[0]!
  server.logins.set({ status: 'scaned_but_redirect' })
  expect((await look()).pending_login).toMatchObject({
    status: 'scaned_but_redirect',
    last_error: 'missing redirect_host',
  })
  server.logins.set({ status: 'scaned_but_redirect', redirect_host: 'evil.example' })
  expect((await look()).pending_login.last_error).toBe('the platform named a host that is not its own')
  server.logins.set({ status: 'scaned_but_redirect', redirect_host: other.url })
  expect((await look()).pending_login.last_error).toBe('')
  await look()
  expect(other.logins.asked.get(code)).toBe(1)
})

it('puts a fresh QR code in the place of an expired one, three times', async () => {
  const { service, look } = await open()
  await service.startLogin()
  const { login_id } = (await look()).pending_login
  for (let i = 1; i <= 3; i++) {
    server.logins.set({ status: 'expired' })
    expect((await look()).pending_login).toMatchObject({ login_id, status: 'wait', qr_code: server.logins.codes[i] })
  }
  server.logins.set({ status: 'expired' })
  expect((await look()).pending_login).toMatchObject({ login_id, status: 'expired', qr_available: true })
  const asked = server.calls.length
  await look()
  expect(server.calls.length).toBe(asked)
})

it('asks its owner for the number on the phone', async () => {
  const { service, look } = await open()
  await service.startLogin()
  const { login_id } = (await look()).pending_login
  await expect(service.verifyLogin(login_id, '42')).rejects.toMatchObject({
    status: 400,
    message: 'this login asks for no code',
  })
  server.logins.askFor('42')
  expect((await look()).pending_login).toMatchObject({ status: 'need_verifycode', last_error: '' })
  const asked = server.calls.length
  await look()
  expect(server.calls.length).toBe(asked)
  await expect(service.verifyLogin(login_id, ' ')).rejects.toMatchObject({ status: 400 })
  await expect(service.verifyLogin('none', '42')).rejects.toMatchObject({ status: 404, message: 'login_id not found' })
  await service.verifyLogin(login_id, '41')
  expect((await look()).pending_login).toMatchObject({
    status: 'need_verifycode',
    last_error: 'this was not the code: enter the one that the phone shows',
  })
  await service.verifyLogin(login_id, ' 42 ')
  expect((await look()).pending_login).toMatchObject({ status: 'scaned', last_error: '' })
})

it('gives a new QR code after too many wrong numbers, and says so', async () => {
  const { service, look } = await open()
  await service.startLogin()
  await look()
  server.logins.set({ status: 'verify_code_blocked' })
  await look()
  const { pending_login } = await look()
  expect(pending_login).toMatchObject({ status: 'wait', qr_code: server.logins.codes[1] })
  expect(pending_login.last_error).toContain('too many wrong codes')
})

it('takes a bot that is paired already for paired', async () => {
  const { service, look, weixin, drafts } = await open({ enabled: false, accounts: [server.bot('b1')] })
  await service.startLogin()
  expect(server.logins.tokensSeen).toEqual([['token-b1']])
  server.logins.set({ status: 'binded_redirect' })
  expect((await look()).pending_logins).toEqual([])
  expect([weixin().enabled, drafts.dirty('weixin')]).toEqual([true, false])
})

it('says that a WeChat is bound to a bot that is none of ours', async () => {
  const { service, look } = await open()
  await service.startLogin()
  server.logins.set({ status: 'binded_redirect' })
  expect((await look()).pending_login).toMatchObject({
    status: 'binded_redirect',
    last_error: expect.stringContaining('bound to another bot'),
  })
})

it('does not tell the platform of a bot whose login is over, so that it is paired anew', async () => {
  const { service, state } = await open({ accounts: [server.bot('b1'), server.bot('b2')] })
  new ActivityLog(state, Date.now).stale('b1', 'token-b1', 'stale')
  await service.startLogin()
  expect(server.logins.tokensSeen).toEqual([['token-b2']])
})

it('keeps what a login that came back leaves out, and refuses one without a token', async () => {
  const { service, look, weixin } = await open()
  const logIn = async (answer: Record<string, string>) => {
    await service.startLogin()
    server.logins.set({ status: 'Confirmed', ...answer })
    return look()
  }
  const refused = await logIn({ ilink_bot_id: 'b1' })
  expect(refused.pending_login).toMatchObject({ status: 'wait', last_error: 'confirmed login missing bot credentials' })
  service.cancelLogin(refused.pending_login.login_id)
  await logIn({ ilink_bot_id: 'b1', bot_token: 't1', ilink_user_id: 'ann' })
  await logIn({ ilink_bot_id: 'b1', bot_token: 't2' })
  await logIn({ ilink_bot_id: 'b1' })
  expect(weixin().accounts).toMatchObject([{ bot_id: 'b1', bot_token: 't2', ilink_user_id: 'ann' }])
})

it('keeps an address that only one of several accounts has with that account, and believes no stranger', async () => {
  const { service, look, weixin } = await open({ accounts: [{ ...server.bot('b1'), context_token: 'old' }] })
  const logIn = async (bot: string, baseurl: string) => {
    await service.startLogin()
    server.confirm(bot, { baseurl })
    await look()
  }
  await logIn('b2', 'https://sz.weixin.qq.com/')
  await logIn('b3', 'https://evil.example')
  expect(weixin().base_url).toBe(server.url)
  expect(weixin().accounts.map(({ bot_id, base_url }) => [bot_id, base_url])).toEqual([
    ['b1', ''],
    ['b2', 'https://sz.weixin.qq.com'],
    ['b3', ''],
  ])
})

it('shows a network failure and goes on', async () => {
  const { service, look } = await open()
  await service.startLogin()
  server.fail('get_qrcode_status', 'lose', 'garbage', 502)
  for (let i = 0; i < 3; i++) {
    expect((await look()).pending_login).toMatchObject({ status: 'wait', last_error: expect.stringMatching(/./) })
  }
  expect((await look()).pending_login.last_error).toBe('')
})

it('keeps five logins at most, and each for five minutes', async () => {
  const { service, look, passes, home } = await open()
  for (let i = 0; i < 5; i++) await service.startLogin()
  await expect(service.startLogin()).rejects.toMatchObject({ status: 429 })
  const [first] = (await look()).pending_logins
  service.cancelLogin(first!.login_id)
  expect(() => service.cancelLogin(first!.login_id)).toThrow('login_id not found')
  await service.startLogin()
  expect((await look()).pending_logins).toHaveLength(5)
  passes(5 * 60_000)
  expect((await look()).pending_logins).toEqual([])
  await service.startLogin()
  expect(home.db.query('SELECT * FROM weixin_login')).toHaveLength(1)
})

it('does nothing with a login that was given up in the meantime', async () => {
  server.logins.holdMs = 5000
  const { service, look, weixin } = await open()
  await service.startLogin()
  const { login_id } = (await look()).pending_login
  service.cancelLogin(login_id)
  server.confirm('b1')
  await look()
  expect(weixin().accounts).toEqual([])
})
