/** The token and the sign-in: gateway-api.md "Authentication", api-behaviour.md section 3, design.md section 5. */
import { expect, it } from 'vitest'
import { jsonOf } from '../support/json.ts'
import { connect } from '../support/live-client.ts'
import { rawRequest } from '../support/raw-connection.ts'
import { describeOwnTargets, describeTargets, shareTarget } from '../support/targets.ts'

const LISTED = 'https://console.example'
const COOKIE = 'clawgo_webui_token'

describeTargets('the token', (_, name) => {
  const target = shareTarget(name, { config: { gateway: { allowed_origins: [LISTED] } } })
  const status = async (headers: Record<string, string>, path = '/api/version') =>
    (await rawRequest(target().url, `GET ${path}`, headers)).status
  const cookie = () => `theme=dark; ${COOKIE}=${target().token}`
  const referer = () => `${target().url}/console?a=1&token=${target().token}`

  it('opens the API as bearer, query parameter, cookie and Referer', async () => {
    expect(await status({ authorization: `Bearer ${target().token}` })).toBe(200)
    expect(await status({ authorization: `bearer ${target().token}` })).toBe(200)
    expect(await status({}, `/api/version?a=b&token=${target().token}`)).toBe(200)
    expect(await status({ cookie: cookie() })).toBe(200)
    expect(await status({ cookie: `${COOKIE}="${target().token}"` })).toBe(200)
    expect(await status({ referer: referer() })).toBe(200)
  })

  it('is looked for in the next place when it is wrong in one', async () => {
    expect(await status({ authorization: 'Bearer wrong', cookie: cookie() })).toBe(200)
    expect(await status({ authorization: 'Basic eDp5' }, `/api/version?token=${target().token}`)).toBe(200)
    expect(await status({ cookie: `${COOKIE}=wrong`, referer: referer() })).toBe(200)
  })

  it('opens a WebSocket in the same places', async () => {
    const url = `${target().socketUrl}/api/events/live`
    for (const client of [
      await connect(url, { authorization: `Bearer ${target().token}` }),
      await connect(`${url}?token=${target().token}`),
      await connect(url, { cookie: cookie() }),
    ]) {
      await client.until(({ type }) => type === 'ready')
      client.close()
    }
    await expect(connect(url)).rejects.toMatchObject({ status: 401, body: 'unauthorized\n' })
  })

  it('counts as cookie or Referer only for our own and listed pages', async () => {
    const own = target().url
    for (const credential of [{ cookie: cookie() }, { referer: referer() }] as Record<string, string>[]) {
      expect(await status({ ...credential, origin: own })).toBe(200)
      expect(await status({ ...credential, origin: LISTED })).toBe(200)
      expect(await status({ ...credential, 'sec-fetch-site': 'same-origin' })).toBe(200)
      expect(await status({ ...credential, origin: 'https://evil.example' })).toBe(401)
    }
    expect(await status({ cookie: cookie(), 'sec-fetch-site': 'cross-site' })).toBe(401)
    expect(await status({ referer: `https://evil.example/?token=${target().token}` })).toBe(401)
  })

  it('in a program’s own header or query counts whatever page asks', async () => {
    const origin = 'https://evil.example'
    expect(await status({ authorization: `Bearer ${target().token}`, origin })).toBe(200)
    expect(await status({ origin }, `/api/version?token=${target().token}`)).toBe(200)
  })

  it('is asked for on every documented path but the open ones, whatever the method', async () => {
    const { paths } = await jsonOf(target().fetch('/api/openapi.json'))
    const open: string[] = []
    for (const path of Object.keys(paths)) {
      for (const method of ['GET', 'POST', 'DELETE']) {
        const answer = await rawRequest(target().url, `${method} ${path.replace(/\{\w+\}/g, 'x')}`)
        if (answer.status === 401) expect(answer.body).toBe('unauthorized\n')
        else if (!open.includes(path)) open.push(path)
      }
    }
    expect(open.sort()).toEqual(['/', '/api/logout', '/console/{file}', '/health', '/hooks/{channel}', '/login'])
  })
})

describeTargets('a refusal', (open, name) => {
  const target = shareTarget(name)

  it('has one form, and tells nothing of what was wrong', async () => {
    const { token } = target()
    const forms = await Promise.all(
      [
        {},
        { authorization: 'Bearer wrong' },
        { authorization: `Bearer ${token.slice(0, -1)}` },
        { cookie: `${COOKIE}=` },
      ].map(async (headers) => {
        const answer = await rawRequest(target().url, 'GET /api/config', headers as Record<string, string>)
        const { date: _, 'x-request-id': __, ...rest } = answer.headers
        return JSON.stringify({ ...answer, headers: Object.fromEntries(Object.entries(rest).sort()) })
      }),
    )
    expect(new Set(forms).size).toBe(1)
    expect(forms[0]).toContain('unauthorized\\n')
    expect(forms[0]).toContain('"x-content-type-options":"nosniff"')
    expect(forms[0]).toContain('"status":401')
    expect(forms[0]).not.toContain('www-authenticate')
  })

  it('comes later and later to whoever guesses, and delays nobody with the token', async () => {
    const guessed = await open()
    const guess = async () => {
      const from = performance.now()
      const answer = await fetch(`${guessed.url}/api/version`, { headers: { authorization: 'Bearer guess' } })
      return [answer.status, performance.now() - from, Number(answer.headers.get('retry-after'))] as const
    }
    for (let i = 0; i < 5; i++) expect((await guess())[0]).toBe(401)
    const [status, slow] = await guess()
    expect(status).toBe(401)
    expect(slow).toBeGreaterThanOrEqual(100)
    const many = Promise.all(Array.from({ length: 30 }, guess))
    expect((await guessed.fetch('/api/version')).status).toBe(200)
    const refused = (await many).filter(([code]) => code === 429)
    expect(refused.length).toBeGreaterThan(0)
    for (const [, , retryAfter] of refused) expect(retryAfter).toBeGreaterThan(0)
    expect((await guessed.fetch('/api/version')).status).toBe(200)
  })
})

describeOwnTargets('a gateway without a token', (_, name) => {
  const target = shareTarget(name, { config: { gateway: { token: '' } } })

  it('is open on its own machine, and closed where others can reach it', async () => {
    const answer = await fetch(`${target().url}/api/version`)
    if (name === 'node') return expect(answer.status).toBe(200)
    expect([answer.status, await answer.text()]).toEqual([403, expect.stringContaining('gateway.token')])
  })

  it('is closed to the pages and names of strangers', async () => {
    const page = { origin: 'https://evil.example' }
    expect((await rawRequest(target().url, 'GET /api/version', page)).status).toBe(403)
    expect((await rawRequest(target().url, 'GET /api/version', { host: 'evil.example' })).status).toBe(403)
    expect((await fetch(`${target().url}/health`)).status).toBe(200)
  })
})

describeTargets('GET /login', (_, name) => {
  const target = shareTarget(name)
  const login = (query: string) => fetch(`${target().url}/login${query}`, { redirect: 'manual' })

  it('signs a browser in once with a code of POST /api/login/code', async () => {
    const made = await jsonOf(target().fetch('/api/login/code', { method: 'POST' }))
    expect(made).toEqual({ ok: true, code: expect.any(String), path: `/login?code=${made.code}`, expires_in: 600 })
    const answer = await fetch(target().url + made.path, { redirect: 'manual' })
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/'])
    expect(answer.headers.get('cache-control')).toBe('no-store')
    const cookie = answer.headers.get('set-cookie')!
    expect(cookie).toMatch(/; HttpOnly; SameSite=Strict/)
    const headers = { cookie: cookie.split(';')[0]! }
    expect((await fetch(`${target().url}/api/docs`, { headers })).status).toBe(200)

    const again = await fetch(target().url + made.path, { redirect: 'manual' })
    expect([again.status, again.headers.get('set-cookie')]).toEqual([403, null])
    expect(await again.text()).toContain('POST /api/login/code')
  })

  it('takes one code for one of several browsers that come at once', async () => {
    const { code } = await jsonOf(target().fetch('/api/login/code', { method: 'POST' }))
    const answers = await Promise.all(Array.from({ length: 3 }, () => login(`?code=${code}`)))
    expect(answers.map(({ status }) => status).sort()).toEqual([303, 403, 403])
  })

  it('refuses what is no code, and makes none without the token', async () => {
    expect((await login('')).status).toBe(403)
    expect((await login('?code=%00')).status).toBe(403)
    expect((await fetch(`${target().url}/api/login/code`, { method: 'POST' })).status).toBe(401)
    expect((await target().fetch('/api/login/code')).status).toBe(405)
  })
})
