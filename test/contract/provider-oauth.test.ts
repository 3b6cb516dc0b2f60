/** Signing in to model providers, seen from outside: gateway-api.md "Provider OAuth", providers.md sections 6 to 8. */
import { afterAll, expect, it, onTestFinished } from 'vitest'
import { type GuardedModel, startGuardedModel } from '../support/guarded-model.ts'
import { jsonOf } from '../support/json.ts'
import { type OAuthServer, startOAuthServer } from '../support/oauth-server.ts'
import { post } from '../support/post.ts'
import { startConnectProxy } from '../support/proxy-server.ts'
import { describeTargets, shareTarget, type Target } from '../support/targets.ts'

const SECRET = 'secret-of-the-owners-client'

/** Providers of every flow, all of them at one issuer. */
function configOf(issuer: OAuthServer, model: GuardedModel) {
  const provider = (flow: string, oauth: object) => ({
    api_base: model.baseUrl,
    models: ['m-1'],
    auth: 'oauth',
    timeout_sec: 10,
    type: 'openai-compatible',
    oauth: { provider: flow, client_id: issuer.clientId, client_secret: SECRET, token_url: issuer.tokenUrl, ...oauth },
  })
  const page = { auth_url: issuer.authorizeUrl }
  return {
    agents: { defaults: { model: { primary: 'google/m-1' } } },
    models: {
      providers: {
        google: provider('gemini', page),
        json: provider('claude', page),
        typed: provider('qwen', { auth_url: issuer.deviceUrl }),
        gpt: provider('codex', {
          auth_url: issuer.codexDeviceUrl,
          redirect_url: `${issuer.url}/deviceauth/callback`,
        }),
        imports: provider('gemini', page),
        clientless: provider('kimi', { client_id: '' }),
        plain: { api_base: model.baseUrl, models: ['m-1'], timeout_sec: 10, auth: 'none' },
      },
    },
  }
}

const start = (target: Target, body: object) => jsonOf(post(target, '/api/provider/oauth/start', body))
const complete = (target: Target, body: object) => post(target, '/api/provider/oauth/complete', body)
const accounts = async (target: Target, provider: string) =>
  (await jsonOf(target.fetch(`/api/provider/oauth/accounts?provider=${provider}`))).accounts
const act = (target: Target, provider: string, body: object) =>
  post(target, `/api/provider/oauth/accounts?provider=${provider}`, body)

function form(fields: Record<string, string>, file?: unknown): RequestInit {
  const body = new FormData()
  for (const [name, value] of Object.entries(fields)) body.set(name, value)
  if (file !== undefined) body.set('file', new File([JSON.stringify(file)], 'auth.json'))
  return { method: 'POST', body }
}
const importFile = (target: Target, fields: Record<string, string>, file?: unknown) =>
  target.fetch('/api/provider/oauth/import', form(fields, file))

async function signIn(target: Target, issuer: OAuthServer, provider: string, account: string, more: object = {}) {
  const { flow_id, auth_url } = await start(target, { provider, ...more })
  const callback_url = await issuer.allow(auth_url, account)
  return jsonOf(complete(target, { provider, flow_id, callback_url }))
}

async function refusal(answer: Promise<Response>): Promise<string> {
  const { status, ...response } = await answer.then(async (r) => ({ status: r.status, text: await r.text() }))
  return `${status} ${response.text.trimEnd()}`
}

describeTargets('signing in', (_, name) => {
  let issuer: OAuthServer
  let model: GuardedModel
  const target = shareTarget(name, async () => {
    issuer = await startOAuthServer({ clientSecret: SECRET })
    model = await startGuardedModel({ who: (token) => issuer.accountOf(token) })
    return { config: configOf(issuer, model) }
  })
  afterAll(async () => {
    await issuer?.close()
    await model?.close()
  })
  const shownFile = (file: string) => expect.stringMatching(new RegExp(`^/.*auth/${file}$`))

  it('goes over a page and its pasted address, and the account answers turns', async () => {
    const begun = await start(target(), { account_label: ' work ' })
    expect(begun).toMatchObject({ ok: true, mode: 'callback', user_code: '', account_label: 'work', network_proxy: '' })
    expect(begun.flow_id).toMatch(/^[\w-]{32}$/)
    const page = new URL(begun.auth_url).searchParams
    expect(Object.fromEntries(page)).toMatchObject({
      client_id: issuer.clientId,
      code_challenge_method: 'S256',
      redirect_uri: 'http://localhost:8085/oauth2callback',
      access_type: 'offline',
      prompt: 'consent',
    })
    const callback_url = await issuer.allow(begun.auth_url, 'ann@example.com')
    expect(await jsonOf(complete(target(), { flow_id: begun.flow_id, callback_url }))).toEqual({
      ok: true,
      account: 'ann@example.com',
      credential_file: shownFile('gemini.json'),
      network_proxy: '',
      models: ['m-1', 'm-2'],
    })
    const { reply } = await jsonOf(post(target(), '/api/chat', { session: 'main', message: 'hi' }))
    expect(reply).toBe('answered for ann@example.com')
  })

  it('keeps both of two accounts that sign in at the same moment', async () => {
    const people = ['one@example.com', 'two@example.com', 'three@example.com']
    const done = await Promise.all(people.map((who) => signIn(target(), issuer, 'imports', who)))
    expect(new Set(done.map(({ credential_file }) => credential_file)).size).toBe(3)
    const found = await accounts(target(), 'imports')
    expect(found.map(({ email }: { email: string }) => email).sort()).toEqual([...people].sort())
    for (const { credential_file } of done) await act(target(), 'imports', { action: 'delete', credential_file })
    expect(await accounts(target(), 'imports')).toEqual([])
  })

  it('completes once; the same account keeps its file, another gets its own, named by its label', async () => {
    const { flow_id, auth_url } = await start(target(), { provider: 'google' })
    const callback_url = await issuer.allow(auth_url, 'ann@example.com')
    const body = { provider: 'google', flow_id, callback_url }
    expect(await jsonOf(complete(target(), body))).toMatchObject({ credential_file: shownFile('gemini.json') })
    expect(await refusal(complete(target(), body))).toMatch(/^404 oauth flow not found/)
    expect(await signIn(target(), issuer, 'google', 'ben@example.com', { account_label: 'At Home' })).toMatchObject({
      account: 'ben@example.com',
      credential_file: shownFile('gemini-at-home.json'),
    })
    const found = await accounts(target(), 'google')
    expect(found.map(({ email }: { email: string }) => email)).toEqual(
      expect.arrayContaining(['ann@example.com', 'ben@example.com']),
    )
    expect(found).toHaveLength(2)
    const config = await (await target().fetch('/api/config')).text()
    expect(config).toContain('gemini-at-home.json')
    expect(JSON.stringify(found) + config).not.toMatch(/(at|rt)-[\w-]{20}|secret-of-the-owners/)
  })

  it('asks a JSON token endpoint in JSON, and takes a code as its page shows it', async () => {
    const { flow_id, auth_url } = await start(target(), { provider: 'json' })
    const { searchParams } = new URL(await issuer.allow(auth_url, 'cat@example.com'))
    const callback_url = `${searchParams.get('code')}#${searchParams.get('state')}`
    expect(await jsonOf(complete(target(), { provider: 'json', flow_id, callback_url }))).toMatchObject({
      account: 'cat@example.com',
    })
    const asked = issuer.tokenRequests.at(-1)!
    expect(asked.type).toBe('application/json')
    expect(asked.form).toMatchObject({ state: searchParams.get('state'), grant_type: 'authorization_code' })
  })

  it.each([
    ['typed', 'qwen'],
    ['gpt', 'codex'],
  ])('waits for a typed code without making anybody wait: %s', async (provider, flow) => {
    const begun = await start(target(), { provider })
    expect(begun).toMatchObject({ mode: 'device', user_code: expect.stringMatching(/^.{8}$/) })
    const ask = () => jsonOf(complete(target(), { provider, flow_id: begun.flow_id }))
    const before = Date.now()
    expect(await ask()).toMatchObject({ ok: true, pending: true, account: '', retry_after_sec: expect.any(Number) })
    expect(await ask()).toMatchObject({ pending: true })
    expect(Date.now() - before).toBeLessThan(5000)
    issuer.approve(begun.user_code, 'dan@example.com')
    await expect.poll(ask, { timeout: 12_000, interval: 500 }).toMatchObject({
      account: 'dan@example.com',
      credential_file: shownFile(`${flow}.json`),
    })
  })

  it('says when a device login was denied, and ends it', async () => {
    const { flow_id, user_code } = await start(target(), { provider: 'typed' })
    issuer.deny(user_code)
    const body = { provider: 'typed', flow_id }
    expect(await refusal(complete(target(), body))).toBe('400 oauth device flow denied by user')
    expect(await refusal(complete(target(), body))).toMatch(/^404 oauth flow not found/)
  })

  it('keeps the flow when a try fails for another reason', async () => {
    const { flow_id, auth_url } = await start(target(), { provider: 'google' })
    const good = await issuer.allow(auth_url, 'ann@example.com')
    const state = new URL(good).searchParams.get('state')
    const attempt = (callback_url: string) => refusal(complete(target(), { provider: 'google', flow_id, callback_url }))
    const at = (query: string) => attempt(`http://localhost:8085/oauth2callback?${query}`)
    expect(await attempt('what?')).toMatch(/^400 invalid callback url/)
    expect(await at('code=x')).toBe('400 oauth callback state mismatch')
    expect(await at('code=x&state=other')).toBe('400 oauth callback state mismatch')
    expect(await at(`error=access_denied&state=${state}`)).toBe('400 oauth callback returned error: access_denied')
    expect(await at(`state=${state}`)).toBe('400 oauth callback missing code')
    issuer.failNext('status=500')
    expect(await attempt(good)).toMatch(/^502 gemini did not answer the login as expected/)
    expect(await jsonOf(complete(target(), { provider: 'google', flow_id, callback_url: good }))).toMatchObject({
      account: 'ann@example.com',
    })
  })

  it('binds a flow to its provider', async () => {
    const { flow_id, auth_url } = await start(target(), { provider: 'google' })
    const callback_url = await issuer.allow(auth_url)
    const other = complete(target(), { provider: 'json', flow_id, callback_url })
    expect(await refusal(other)).toMatch(/^404 oauth flow not found/)
  })

  it('takes answers that bend the standard', async () => {
    issuer.failNext('no_token_type')
    expect(await signIn(target(), issuer, 'google', 'ann@example.com')).toMatchObject({ account: 'ann@example.com' })
    const { flow_id, auth_url } = await start(target(), { provider: 'google' })
    const callback_url = await issuer.allow(auth_url)
    issuer.failNext('error_as_200')
    expect(await refusal(complete(target(), { provider: 'google', flow_id, callback_url }))).toBe(
      '400 gemini refused the login: invalid_grant',
    )
  })

  it.each([
    [{ provider: 'nobody' }, /^404 provider "nobody" not found$/],
    [{ provider: 'plain' }, /^400 oauth provider is required/],
    [{ provider: 'clientless' }, /^400 no OAuth client for kimi: .*CLAWGO_KIMI_CLIENT_ID$/],
    [{ network_proxy: 'ftp://p.example' }, /^400 invalid network proxy: unsupported scheme "ftp"$/],
    [{ network_proxy: 'http://' }, /^400 invalid network proxy: /],
    [{ provider_config: 3 }, /^400 invalid json$/],
    [{ provider: 'x', provider_config: { auth: 'oauth', oauth: { provider: 'nope' } } }, /^400 unsupported oauth/],
    ['[]', /^400 invalid json$/],
  ])('refuses %j', async (body, expected) => {
    expect(await refusal(post(target(), '/api/provider/oauth/start', body))).toMatch(expected)
  })

  it.each([
    ['api_base', 'http://127.0.0.1:9/v1'],
    ['api_base', 'http://169.254.169.254/latest'],
    ['api_base', 'https://collector.example/v1'],
    ['token_url', 'https://collector.example/token'],
    ['token_url', 'http://localhost:1/token'],
    ['auth_url', 'file:///etc/passwd'],
  ])('sends no code and no token to an address that came with the request: %s %s', async (member, address) => {
    const oauth = { provider: 'gemini', client_id: 'c', ...(member === 'api_base' ? {} : { [member]: address }) }
    const api_base = member === 'api_base' ? address : 'https://generativelanguage.googleapis.com'
    const body = { provider: 'new-one', provider_config: { api_base, auth: 'oauth', models: ['m'], oauth } }
    expect(await refusal(post(target(), '/api/provider/oauth/start', body))).toMatch(/^400 provider_config: /)
  })

  it('takes a provider with the request when its addresses are known, and stores it', async () => {
    const oauth = {
      provider: 'gemini',
      client_id: issuer.clientId,
      client_secret: SECRET,
      auth_url: issuer.authorizeUrl,
      token_url: issuer.tokenUrl,
    }
    const entry = { api_base: model.baseUrl, auth: 'oauth', models: ['m-1'], timeout_sec: 10, oauth }
    const provider = `brought-${name}`
    expect(await signIn(target(), issuer, provider, 'eve@example.com', { provider_config: entry })).toMatchObject({
      account: 'eve@example.com',
    })
    const [account] = await accounts(target(), provider)
    expect(account).toMatchObject({ email: 'eve@example.com', account_id: 'id-of-eve@example.com' })
  })

  it('also starts with GET', async () => {
    const begun = await jsonOf(target().fetch('/api/provider/oauth/start?provider=google&account_label=x'))
    expect(begun).toMatchObject({ ok: true, mode: 'callback', account_label: 'x' })
  })

  it('imports the files of other programs, and refreshes one that has only a refresh token', async () => {
    const { access_token, refresh_token } = issuer.issue('fay@example.com')
    const files: Array<[string, unknown]> = [
      ['fay@example.com', { access_token, refresh_token, email: 'fay@example.com', expiry_date: Date.now() + 9e6 }],
      [
        'gil@example.com',
        { tokens: { access_token: 'a', refresh_token: 'r', account_id: 'acc' }, email: 'gil@example.com' },
      ],
      ['hal', { claudeAiOauth: { accessToken: 'a', refreshToken: 'r', expiresAt: 1_900_000_000_000 } }],
      ['ida@example.com', { refresh_token: issuer.issue('ida@example.com').refresh_token }],
    ]
    for (const [account, file] of files) {
      const label = account.includes('@') ? '' : account
      const answer = await jsonOf(importFile(target(), { provider: 'imports', account_label: label }, file))
      expect(answer).toMatchObject({ ok: true, account })
    }
    const found = await accounts(target(), 'imports')
    expect(found).toHaveLength(4)
    expect(found.find((each: { account_label?: string }) => each.account_label === 'hal')).toMatchObject({
      expire: '2030-03-17T17:46:40Z',
    })
    expect(JSON.stringify(found)).not.toContain(access_token)
  })

  it.each([
    ['no file', {}, undefined, /^400 file required$/],
    ['no token in it', {}, { email: 'x' }, /^400 auth.json missing access_token\/refresh_token in auth.json$/],
    ['no object', {}, [1], /^400 auth.json is no JSON object/],
    ['a bad inline config', { provider_config: '{' }, { access_token: 'a' }, /^400 invalid provider_config$/],
    ['a refused refresh token', {}, { refresh_token: 'rt-unknown' }, /^400 gemini refused the login: invalid_grant$/],
  ])('refuses an import with %s', async (_what, fields, file, expected) => {
    expect(await refusal(importFile(target(), { provider: 'imports', ...fields }, file))).toMatch(expected)
  })

  it.each([
    ['antigravity', 'antigravity', ''],
    ['iflow', 'iflow', 'https://apis.iflow.cn/v1'],
    ['kimi', 'kimi', 'https://api.kimi.com/coding/v1'],
  ])('does not sign in where only the vendor’s own program is served: %s', async (provider, flow, api_base) => {
    const oauth = { provider: flow, client_id: 'mine' }
    const body = { provider, provider_config: { api_base, auth: 'oauth', models: ['m'], timeout_sec: 10, oauth } }
    expect(await refusal(post(target(), '/api/provider/oauth/start', body))).toMatch(/^400 .* own program.*API key/)
  })

  it('refreshes, rests and removes only accounts of the pool', async () => {
    const { credential_file } = await signIn(target(), issuer, 'json', 'joe@example.com')
    const refreshed = await jsonOf(act(target(), 'json', { action: 'Refresh', credential_file }))
    expect(refreshed).toMatchObject({ ok: true, account: { email: 'joe@example.com', credential_file } })
    expect(await jsonOf(act(target(), 'json', { action: 'clear_cooldown', credential_file }))).toEqual({
      ok: true,
      cleared: true,
    })
    expect(await refusal(act(target(), 'json', { action: 'delete', credential_file: '/etc/passwd' }))).toBe(
      '404 oauth credential not found',
    )
    expect(await refusal(act(target(), 'json', { action: 'delete', credential_file: 'auth/../config.json' }))).toBe(
      '404 oauth credential not found',
    )
    expect(await refusal(act(target(), 'json', { action: 'delete' }))).toBe('400 oauth credential file is empty')
    expect(await refusal(act(target(), 'json', { action: 'steal', credential_file }))).toBe('400 unsupported action')
    expect(await jsonOf(act(target(), 'json', { action: 'delete', credential_file }))).toEqual({
      ok: true,
      deleted: true,
    })
    const left = await accounts(target(), 'json')
    expect(left.map(({ email }: { email: string }) => email)).not.toContain('joe@example.com')
    expect(await refusal(act(target(), 'json', { action: 'refresh', credential_file }))).toMatch(/^404 /)
  })

  it('shows an account that the vendor gave up as disabled, with the reason', async () => {
    const { credential_file } = await signIn(target(), issuer, 'json', 'kim@example.com')
    issuer.failNext('invalid_grant')
    expect(await refusal(act(target(), 'json', { action: 'refresh', credential_file }))).toBe(
      '400 claude refused the login: invalid_grant',
    )
    const found = await accounts(target(), 'json')
    expect(found.find((each: { email: string }) => each.email === 'kim@example.com')).toMatchObject({
      disabled: true,
      disable_reason: 'invalid_grant',
    })
  })
})

describeTargets('signing in through a proxy', (open, name) => {
  async function world() {
    const issuer = await startOAuthServer({ clientSecret: SECRET })
    const model = await startGuardedModel({ who: (token) => issuer.accountOf(token) })
    const proxy = await startConnectProxy({ login: 'me:pw-of-the-proxy' })
    onTestFinished(async () => {
      await Promise.all([issuer.close(), model.close(), proxy.close()])
    })
    const target = await open({ config: configOf(issuer, model) })
    return { issuer, model, proxy, target }
  }
  const REFUSED = /^501 network_proxy is not supported on this runtime/

  it(name === 'node' ? 'goes through it, and so do the refreshes and the turns' : 'is refused', async () => {
    const { issuer, model, proxy, target } = await world()
    const network_proxy = `http://me:pw-of-the-proxy@${proxy.address}`
    const begin = () => post(target, '/api/provider/oauth/start', { provider: 'google', network_proxy })
    if (name === 'workerd') {
      expect(await refusal(begin())).toMatch(REFUSED)
      const file = { access_token: 'a', proxy_url: network_proxy }
      expect(await refusal(importFile(target, { provider: 'imports' }, file))).toMatch(REFUSED)
      return
    }
    // A proxy on the owner's own machine has to be named by the config, as any private address.
    expect(await refusal(begin())).toMatch(/^400 invalid network proxy: AddressRefused/)
    const config = await jsonOf(target.fetch('/api/config?mode=raw'))
    const next = config.config ?? config
    next.tools = { ...next.tools, web: { ...next.tools?.web, allow_private_hosts: [proxy.address] } }
    const saved = await target.fetch('/api/config?mode=raw', { method: 'POST', body: JSON.stringify(next) })
    expect([saved.status, await saved.text()]).toEqual([200, expect.any(String)])

    const begun = await jsonOf(begin())
    expect(begun.network_proxy).toBe(`http://me:%2A%2A%2A@${proxy.address}`)
    const callback_url = await issuer.allow(begun.auth_url, 'ann@example.com')
    const done = await jsonOf(complete(target, { provider: 'google', flow_id: begun.flow_id, callback_url }))
    expect(done).toMatchObject({ account: 'ann@example.com', models: ['m-1', 'm-2'] })
    const { credential_file } = done
    await jsonOf(act(target, 'google', { action: 'refresh', credential_file }))
    const { reply } = await jsonOf(post(target, '/api/chat', { session: 'main', message: 'hi' }))
    expect(reply).toBe('answered for ann@example.com')
    const hosts = [new URL(issuer.url).host, new URL(model.baseUrl).host]
    expect(new Set(proxy.tunnels)).toEqual(new Set(hosts))
    const shown = JSON.stringify([begun, done, await accounts(target, 'google')])
    expect(shown).not.toContain('pw-of-the-proxy')
    expect(await (await target.fetch('/api/provider/runtime')).text()).not.toContain('pw-of-the-proxy')
  })
})

describeTargets('a login that waits over a restart', (open) => {
  it.each([
    ['keeps no secret of the request without a key, and says what to send again', undefined],
    ['keeps all of it, sealed, under a key', { CLAWGO_AUTH_KEY: 'ab'.repeat(32) }],
  ])('%s', async (_what, vars) => {
    const issuer = await startOAuthServer({ clientSecret: SECRET })
    const model = await startGuardedModel({ who: (token) => issuer.accountOf(token) })
    onTestFinished(async () => {
      await Promise.all([issuer.close(), model.close()])
    })
    const config = configOf(issuer, model)
    const provider_config = config.models.providers.google
    const target = await open({ config, ...(vars ? { vars } : {}) })
    const { flow_id, auth_url } = await start(target, { provider: 'brought', provider_config })
    const callback_url = await issuer.allow(auth_url, 'ann@example.com')
    await target.restart()
    const body = { provider: 'brought', flow_id, callback_url }
    if (!vars) {
      expect(await refusal(complete(target, body))).toMatch(/^400 .*send provider_config/)
      Object.assign(body, { provider_config })
    }
    expect(await jsonOf(complete(target, body))).toMatchObject({ account: 'ann@example.com' })
  })
})
