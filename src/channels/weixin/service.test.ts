/** Accounts, drafts and pictures, against the platform on loopback (channels.md sections 7.9, 7.11). */
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type IlinkServer, startIlinkServer } from '../../../test/support/ilink-server.ts'
import { openWeixin } from '../../../test/support/ilink-server-home.ts'

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

it('on a channel that is off makes a draft that is on, which the login then saves', async () => {
  const { service, look, weixin, drafts } = await open({ enabled: false })
  expect(await service.status()).toEqual({
    ...{ ok: false, enabled: false, config_enabled: false, runtime_enabled: false, draft_dirty: false },
    ...{ base_url: server.url, error: 'weixin channel unavailable' },
  })
  await service.startLogin()
  const on = { ok: true, enabled: true, config_enabled: false, runtime_enabled: true, draft_dirty: true }
  expect(await look()).toMatchObject(on)
  server.confirm('b1')
  expect(await look()).toMatchObject({ ...on, config_enabled: true, draft_dirty: false })
  expect(weixin()).toMatchObject({ enabled: true, accounts: [{ bot_id: 'b1' }] })
  expect(drafts.dirty('weixin')).toBe(false)
})

it('leaves other unsaved edits as they are, and committing them later keeps the login', async () => {
  const { service, look, weixin, drafts, config } = await open({ enabled: false })
  await drafts.merge('weixin', { enabled: true, allow_from: ['bob'] })
  await service.startLogin()
  server.confirm('b1')
  expect(await look()).toMatchObject({ draft_dirty: true, config_enabled: true })
  expect(weixin().allow_from).toEqual([])
  await config.update((document) => drafts.foldInto(document), 'webui')
  expect(weixin()).toMatchObject({ enabled: true, allow_from: ['bob'], accounts: [{ bot_id: 'b1' }] })
})

it('is not there for logins while a draft switches it off', async () => {
  const { service, drafts } = await open()
  await drafts.merge('weixin', { enabled: false })
  await expect(service.startLogin()).rejects.toMatchObject({ status: 503, message: 'weixin channel unavailable' })
  expect(() => service.checkAvailable()).toThrow('weixin channel unavailable')
})

it('removes an account with all it remembers, and names another default', async () => {
  const accounts = [server.bot('b2'), server.bot('b1'), server.bot('b3')]
  const { service, weixin, state, sources } = await open({ accounts, default_bot_id: 'b2' })
  state.set('cursor:b2', 'x')
  state.set('talk:b2|ann', { token: 't', heardAt: 1, sent: 0 })
  state.set('cursor:b1', 'y')
  await service.remove(' b2 ')
  expect(weixin().default_bot_id).toBe('b1')
  expect(weixin().accounts.map(({ bot_id }) => bot_id)).toEqual(['b1', 'b3'])
  expect(state.list('').map(({ key }) => key)).toEqual(['cursor:b1', 'taken:b1', 'taken:b3'])
  await service.setDefault('b3')
  expect(weixin().default_bot_id).toBe('b3')
  for (const act of [(id: string) => service.remove(id), (id: string) => service.setDefault(id)]) {
    await expect(act(' ')).rejects.toMatchObject({ status: 400, message: 'bot_id is required' })
    await expect(act('b9')).rejects.toMatchObject({ status: 400, message: 'bot_id not found: b9' })
  }
  expect(sources).toEqual(['weixin', 'weixin'])
  for (const bot of ['b3', 'b1']) await service.remove(bot)
  expect(weixin()).toMatchObject({ accounts: [], default_bot_id: '' })
})

it('puts the single account of older versions into the list, and what it remembered where it belongs', async () => {
  const old = { ...server.bot('b0', { owner: 'ann' }), context_token: 'old-token', get_updates_buf: 'old-cursor' }
  const { service, look, config, state } = await open(old)
  await service.startLogin()
  server.confirm('b1', { owner: 'bob' })
  const { accounts } = await look()
  expect(accounts.map(({ bot_id, default: chosen }) => [bot_id, chosen])).toEqual([
    ['b0', false],
    ['b1', true],
  ])
  expect(JSON.stringify(config.get('channels.weixin', { reveal: true }))).not.toMatch(/old-/)
  expect([state.get('cursor:b0'), state.get('talk:b0|ann')]).toEqual([
    'old-cursor',
    expect.objectContaining({ token: 'old-token' }),
  ])
})

it('draws the QR code of a login', async () => {
  const { service } = await open()
  expect(await service.qr('')).toBeNull()
  await service.startLogin()
  await service.startLogin()
  const status = await service.status()
  const ids = status.ok ? status.pending_logins.map(({ login_id }) => login_id) : []
  const [first, second] = await Promise.all(ids.map((id) => service.qr(id)))
  expect(first).not.toBe(second)
  expect([await service.qr(''), await service.qr('unknown')]).toEqual([first, first])
  const side = Number(
    /^<svg xmlns="http:\/\/www.w3.org\/2000\/svg" viewBox="0 0 (\d+) \1" shape-rendering="crispEdges">/.exec(
      first!,
    )?.[1],
  )
  const modules = side / 8 - 48
  expect((modules - 17) % 4).toBe(0)
  expect(first).toContain(`<rect width="${side}" height="${side}" fill="#ffffff"/><g fill="#111111">`)
  // The three corners have their dark frames.
  for (const [x, y] of [
    [0, 0],
    [modules - 1, 0],
    [0, modules - 1],
  ] as const) {
    expect(first).toContain(`<rect x="${(x + 24) * 8}" y="${(y + 24) * 8}" width="8" height="8"/>`)
  }
  expect(first).not.toContain(`<rect x="${23 * 8}"`)
})
