/** Weixin: its routes (api-behaviour.md section 5.20), and a life with it from the QR code to the goodbye. */
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import { type IlinkServer, startIlinkServer } from '../support/ilink-server.ts'
import { jsonOf } from '../support/json.ts'
import { connect } from '../support/live-client.ts'
import { post } from '../support/post.ts'
import { configFor, scriptedModel } from '../support/scripted-model.ts'
import { describeTargets, shareTarget, type Target } from '../support/targets.ts'

const said = async (answer: Response) => [answer.status, await answer.text()]
const statusOf = (target: Target) => jsonOf(target.fetch('/api/weixin/status'))

async function ilinkServer(): Promise<IlinkServer> {
  const server = await startIlinkServer({ holdMs: 1000 })
  onTestFinished(async () => {
    await server.close()
    expect(server.violations).toEqual([])
  })
  return server
}

describeTargets('/api/weixin while the channel is off', (_, name) => {
  let server: IlinkServer
  beforeAll(async () => {
    server = await startIlinkServer()
  })
  afterAll(() => server.close())
  const target = shareTarget(name, () => ({ config: { channels: { weixin: { base_url: `${server.url}/` } } } }))

  it('says that there is no channel, before it looks at a body', async () => {
    expect(await statusOf(target())).toEqual({
      ...{ ok: false, enabled: false, config_enabled: false, runtime_enabled: false, draft_dirty: false },
      ...{ base_url: server.url, error: 'weixin channel unavailable' },
    })
    for (const path of ['login/cancel', 'login/verify', 'accounts/remove', 'accounts/default']) {
      const answer = await post(target(), `/api/weixin/${path}`, '{')
      expect([path, ...(await said(answer))]).toEqual([path, 503, 'weixin channel unavailable\n'])
    }
    expect(await said(await target().fetch('/api/weixin/qr.svg'))).toEqual([404, 'qr unavailable\n'])
    expect((await fetch(`${target().url}/api/weixin/status`)).status).toBe(401)
  })

  it('starts a login all the same, in a draft that is on', async () => {
    server.fail('get_bot_qrcode', 500, 500)
    const refused = await post(target(), '/api/weixin/login/start', '')
    expect(await said(refused)).toEqual([502, 'http 500: {"message":"no"}\n'])
    const started = await jsonOf(post(target(), '/api/weixin/login/start', 'not looked at'))
    expect(started).toMatchObject({ ok: true, enabled: true, config_enabled: false, draft_dirty: true, accounts: [] })
    expect(started.pending_login).toEqual(started.pending_logins[0])
    expect(Object.keys(started.pending_login)).toEqual([
      ...['login_id', 'qr_code', 'qr_code_img_content', 'status', 'last_error', 'updated_at', 'qr_available'],
    ])
    expect(await jsonOf(target().fetch('/api/channels/draft?channel=weixin'))).toMatchObject({
      dirty: true,
      runtime_enabled: true,
    })
    const { login_id } = started.pending_login
    expect((await post(target(), '/api/weixin/login/cancel', { login_id })).status).toBe(200)
    expect((await target().fetch('/api/channels/draft?channel=weixin', { method: 'DELETE' })).status).toBe(200)
  })
})

describeTargets('/api/weixin', (_, name) => {
  let server: IlinkServer
  beforeAll(async () => {
    server = await startIlinkServer({ holdMs: 1000 })
  })
  afterAll(async () => {
    await server.close()
    expect(server.violations).toEqual([])
  })
  const target = shareTarget(name, () => ({
    config: {
      channels: { weixin: { enabled: true, base_url: server.url, accounts: [server.bot('b2'), server.bot('b1')] } },
    },
  }))

  it('shows the accounts without their tokens', async () => {
    await statusOf(target())
    const connected = async () =>
      (await statusOf(target())).accounts.map((account: { connected: boolean }) => account.connected)
    await expect.poll(connected, { timeout: 10_000 }).toEqual([true, true])
    const status = await statusOf(target())
    expect(status).toMatchObject({
      ...{
        ok: true,
        enabled: true,
        config_enabled: true,
        runtime_enabled: true,
        draft_dirty: false,
        base_url: server.url,
      },
      pending_logins: [],
      pending_login: { login_id: '', qr_available: false },
    })
    expect(status.accounts.map(({ bot_id }: { bot_id: string }) => bot_id)).toEqual(['b1', 'b2'])
    expect(status.accounts[0]).toMatchObject({
      ilink_user_id: 'owner@im.wechat',
      default: false,
    })
    expect(JSON.stringify(status)).not.toMatch(/token/)
  })

  it('shows, draws and cancels logins', async () => {
    await post(target(), '/api/weixin/login/start', '')
    const { pending_logins } = await jsonOf(post(target(), '/api/weixin/login/start', ''))
    expect(pending_logins).toHaveLength(2)
    const qr = async (query: string) => {
      const answer = await target().fetch(`/api/weixin/qr.svg${query}`)
      expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'image/svg+xml'])
      return answer.text()
    }
    const [first, second] = [await qr(''), await qr(`?login_id=${encodeURIComponent(pending_logins[1].login_id)}`)]
    expect(first).toMatch(/^<svg [^>]*viewBox="0 0 (\d+) \1" shape-rendering="crispEdges">.*<\/svg>$/)
    expect(first).not.toBe(second)
    expect(await qr('?login_id=unknown')).toBe(first)
    for (const { login_id } of pending_logins) await post(target(), '/api/weixin/login/cancel', { login_id })
    expect((await statusOf(target())).pending_logins).toEqual([])
    expect((await target().fetch('/api/weixin/qr.svg')).status).toBe(404)
  })

  it('refuses what it cannot understand or find', async () => {
    const ask = async (path: string, body: unknown) => said(await post(target(), `/api/weixin/${path}`, body))
    for (const path of ['login/cancel', 'login/verify', 'accounts/remove', 'accounts/default']) {
      for (const body of ['', '{', '[]', { login_id: 7, bot_id: 7 }]) {
        expect([path, body, ...(await ask(path, body))]).toEqual([path, body, 400, 'invalid json body\n'])
      }
      expect((await ask(path, 'x'.repeat(100_000)))[0]).toBe(413)
    }
    expect(await ask('login/cancel', {})).toEqual([404, 'login_id not found\n'])
    expect(await ask('login/verify', { login_id: 'none', code: '1' })).toEqual([404, 'login_id not found\n'])
    for (const path of ['accounts/remove', 'accounts/default']) {
      expect(await ask(path, { bot_id: ' ' })).toEqual([400, 'bot_id is required\n'])
      expect(await ask(path, { bot_id: 'b9' })).toEqual([400, 'bot_id not found: b9\n'])
    }
  })

  it('chooses and removes accounts, and tells those who watch', async () => {
    const watcher = await connect(`${target().socketUrl}/api/events/live?token=${target().token}`)
    await watcher.until(({ type }) => type === 'ready')
    const chosen = await jsonOf(post(target(), '/api/weixin/accounts/default', { bot_id: 'b2' }))
    expect(chosen.accounts.map((account: { default: boolean }) => account.default)).toEqual([false, true])
    await watcher.until(({ type, source }) => type === 'config_changed' && source === 'weixin')
    const left = await jsonOf(post(target(), '/api/weixin/accounts/remove', { bot_id: 'b2' }))
    expect(left.accounts).toMatchObject([{ bot_id: 'b1', default: true }])
    watcher.close()
  })
})

describeTargets('a life with Weixin', (open) => {
  it('logs in by QR code, chats, restarts, chats again and logs out', async () => {
    const server = await ilinkServer()
    const model = await scriptedModel()
    const ann = 'ann@im.wechat'
    const target = await open({ config: { ...configFor(model), channels: { weixin: { base_url: server.url } } } })

    await post(target, '/api/weixin/login/start', '')
    server.logins.askFor('4711')
    await expect
      .poll(async () => (await statusOf(target)).pending_login.status, { timeout: 10_000 })
      .toBe('need_verifycode')
    const { login_id } = (await statusOf(target)).pending_login
    await post(target, '/api/weixin/login/verify', { login_id, code: 4711 })
    server.confirm('b1', { owner: ann })
    await expect.poll(() => server.callsOf('getupdates').length, { timeout: 15_000 }).toBeGreaterThan(0)
    expect(await statusOf(target)).toMatchObject({
      ...{
        ok: true,
        enabled: true,
        config_enabled: true,
        runtime_enabled: true,
        draft_dirty: false,
        pending_logins: [],
      },
      accounts: [{ bot_id: 'b1', default: true, ilink_user_id: ann }],
    })

    server.say('b1', ann, 'text="Hello Ann" k=first')
    await expect.poll(() => server.textsOf(ann), { timeout: 20_000 }).toEqual(['Hello Ann'])
    expect(server.received[0]?.token).toBe(`ctx-${ann}-1`)
    expect((await statusOf(target)).accounts[0]).toMatchObject({
      ...{ connected: true, last_inbound_chat: `b1|${ann}`, last_inbound_text: 'text="Hello Ann" k=first' },
    })
    const { messages } = await jsonOf(
      target.fetch(`/api/chat/history?session=${encodeURIComponent(`weixin:b1|${ann}`)}`),
    )
    expect(messages.at(-1)).toMatchObject({ role: 'assistant', content: 'Hello Ann' })

    await target.restart()
    // The platform repeats itself, and loses the first answer; the person gets each answer once.
    server.repeat('b1', 1)
    server.fail('sendmessage', 'lose-answer')
    server.say('b1', ann, 'text="Still here" k=second')
    await statusOf(target)
    await expect.poll(() => server.textsOf(ann), { timeout: 25_000 }).toEqual(['Hello Ann', 'Still here'])
    expect([model.requestsOf('first').length, model.requestsOf('second').length]).toEqual([1, 1])
    await expect.poll(() => Math.max(...server.deliveries.values()), { timeout: 25_000 }).toBe(2)

    const out = await jsonOf(post(target, '/api/weixin/accounts/remove', { bot_id: 'b1' }))
    expect(out).toMatchObject({ ok: true, accounts: [] })
    await expect.poll(() => server.callsOf('notifystop').length, { timeout: 10_000 }).toBeGreaterThan(0)
    server.say('b1', ann, 'anybody?')
    const polls = server.callsOf('getupdates').length
    await new Promise((resolve) => setTimeout(resolve, 1500))
    expect(server.callsOf('getupdates').length).toBe(polls)
    expect(server.textsOf(ann)).toEqual(['Hello Ann', 'Still here'])
  }, 90_000)
})

describeTargets('a Weixin account whose login is over', (open) => {
  it('asks its owner to log in again, holds what it has to say, and says it after the login', async () => {
    const server = await ilinkServer()
    const model = await scriptedModel()
    const ann = 'ann@im.wechat'
    const account = server.bot('b1', { owner: ann })
    const target = await open({
      config: {
        ...configFor(model),
        channels: { weixin: { enabled: true, base_url: server.url, accounts: [account] } },
      },
    })
    await statusOf(target)
    server.fail('sendmessage', { ret: -14 })
    server.say('b1', ann, 'text="From before" k=before')
    await expect
      .poll(async () => (await statusOf(target)).accounts[0].last_error, { timeout: 20_000 })
      .toMatch(/ret=-14/)
    server.expire('b1')
    const channel = async () =>
      (await jsonOf(target.fetch('/api/channels'))).channels.find((each: { name: string }) => each.name === 'weixin')
    await expect.poll(async () => (await channel()).accounts[0].state).toBe('login_needed')
    expect(server.textsOf(ann)).toEqual([])

    await post(target, '/api/weixin/login/start', '')
    server.confirm('b1', { owner: ann })
    await expect.poll(() => server.textsOf(ann), { timeout: 25_000 }).toEqual(['From before'])
    expect((await channel()).accounts).toMatchObject([{ source: 'b1', state: 'connected' }])
  }, 60_000)
})
