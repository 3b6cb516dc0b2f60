import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type NodeDatabase, nodeDatabase } from '../../adapters/node/database.ts'
import { BEARER, TOKEN, testApp } from './gateway-for-tests.ts'
import type { HttpConfig } from './index.ts'

let db: NodeDatabase
beforeEach(() => {
  db = nodeDatabase(':memory:')
})
afterEach(() => db.close())

const COOKIE = `clawgo_webui_token=${TOKEN}`
const REFERER = `http://localhost:18790/console?token=${TOKEN}`

/** The status of `GET /api/version` from a browser or program that sends these headers. */
async function statusOf(headers: Record<string, string>, path = '/api/version', options = {}) {
  const { ask } = testApp({ db, ...options })
  return (await ask(path, { headers: { Host: 'localhost:18790', ...headers } })).status
}

describe('the token', () => {
  it('is accepted as bearer, query parameter, cookie and Referer', async () => {
    expect(await statusOf(BEARER)).toBe(200)
    expect(await statusOf({}, `/api/version?a=1&token=${TOKEN}`)).toBe(200)
    expect(await statusOf({ Cookie: `a=b; ${COOKIE}` })).toBe(200)
    expect(await statusOf({ Cookie: `clawgo_webui_token="${TOKEN}"` })).toBe(200)
    expect(await statusOf({ Referer: REFERER })).toBe(200)
  })

  it('is looked for in every place, whatever the earlier ones hold', async () => {
    expect(await statusOf({ Authorization: 'Bearer wrong', Cookie: COOKIE })).toBe(200)
    expect(await statusOf({ Authorization: 'Basic abc' }, `/api/version?token=${TOKEN}`)).toBe(200)
  })

  it.each([
    ['nothing', {}],
    ['another token', { Authorization: 'Bearer other' }],
    ['a prefix', { Authorization: `Bearer ${TOKEN.slice(0, -1)}` }],
    ['more than it', { Authorization: `Bearer ${TOKEN}0` }],
    ['no scheme', { Authorization: TOKEN }],
    ['an empty cookie', { Cookie: 'clawgo_webui_token=' }],
    ["another cookie's value", { Cookie: `x_clawgo_webui_token=${TOKEN}` }],
    ['a broken Referer', { Referer: `token=${TOKEN}` }],
  ])('refuses %s with plain `unauthorized`', async (_, headers) => {
    const { ask } = testApp({ db })
    const response = await ask('/api/version', { headers: headers as Record<string, string> })
    expect(response.status).toBe(401)
    expect(await response.text()).toBe('unauthorized\n')
  })

  it('may hold any character', async () => {
    const config = { token: 'pä ss+wörd%' }
    const utf8 = String.fromCharCode(...new TextEncoder().encode('Bearer pä ss+wörd%'))
    expect(await statusOf({ Authorization: utf8 }, '/api/version', { config })).toBe(200)
    expect(await statusOf({}, `/api/version?token=${encodeURIComponent(config.token)}`, { config })).toBe(200)
  })

  it('changes with the config at once', async () => {
    const { ask, state } = testApp({ db })
    expect((await ask('/api/version', { headers: BEARER })).status).toBe(200)
    state.gateway = { ...state.gateway, token: 'new' } as HttpConfig
    expect((await ask('/api/version', { headers: BEARER })).status).toBe(401)
    expect((await ask('/api/version?token=new')).status).toBe(200)
  })
})

describe("the browser's own credentials", () => {
  it.each([
    ['a cross-site fetch', { 'Sec-Fetch-Site': 'cross-site' }],
    ['another port of this machine', { 'Sec-Fetch-Site': 'same-site' }],
    ['a form post from elsewhere', { Origin: 'https://evil.example' }],
    ['a sandboxed page', { Origin: 'null' }],
    ['a rebound name', { Host: 'evil.example:18790', Origin: 'http://evil.example:18790' }],
  ])('do not count for %s', async (_, headers) => {
    expect(await statusOf({ ...headers, Cookie: COOKIE } as Record<string, string>)).toBe(401)
    expect(await statusOf({ ...headers, Referer: REFERER } as Record<string, string>)).toBe(401)
    expect(await statusOf({ ...headers, ...BEARER } as Record<string, string>)).toBe(200)
  })

  it.each([
    ['our own page', { Origin: 'http://localhost:18790' }],
    ['a typed address', { 'Sec-Fetch-Site': 'none' }],
    ['our own frame', { 'Sec-Fetch-Site': 'same-origin' }],
    ['a listed origin', { Origin: 'https://console.example', 'Sec-Fetch-Site': 'cross-site' }],
    ['a listed name', { Host: 'console.example' }],
  ])('count for %s', async (_, headers) => {
    const config = { allowed_origins: ['https://console.example'] }
    expect(await statusOf({ ...headers, Cookie: COOKIE } as Record<string, string>, '/api/version', { config })).toBe(
      200,
    )
  })

  it('take no token from the Referer of another site', async () => {
    expect(await statusOf({ Referer: `https://evil.example/?token=${TOKEN}` })).toBe(401)
  })
})

describe('without a token', () => {
  const config = { token: ' ' }

  it('whoever reaches a loopback gateway may use it', async () => {
    expect(await statusOf({}, '/api/version', { config })).toBe(200)
    expect(await statusOf({ Host: '127.0.0.1:18790' }, '/api/version', { config })).toBe(200)
    expect(await statusOf({ Host: '[::1]:18790' }, '/api/version', { config })).toBe(200)
  })

  it('a strange page or a rebound name may not', async () => {
    expect(await statusOf({ Origin: 'https://evil.example' }, '/api/version', { config })).toBe(403)
    expect(await statusOf({ 'Sec-Fetch-Site': 'cross-site' }, '/api/version', { config })).toBe(403)
    expect(await statusOf({ Host: 'evil.example:18790' }, '/api/version', { config })).toBe(403)
  })

  it('a public gateway is closed unless its config opens it', async () => {
    expect(await statusOf({}, '/api/version', { config, loopback: false })).toBe(403)
    const open = { ...config, allow_public_without_token: true }
    expect(await statusOf({ Host: 'gw.example' }, '/api/version', { config: open, loopback: false })).toBe(200)
  })
})

describe('guessing', () => {
  it('is slowed down after five wrong tokens, while the right one always passes at once', async () => {
    const { ask, logged } = testApp({ db })
    const guess = () => ask('/api/version?token=guess')
    for (let i = 0; i < 5; i++) expect((await guess()).status).toBe(401)
    const sixth = guess()
    expect((await ask('/api/version', { headers: BEARER })).status).toBe(200)
    expect(await Promise.race([sixth, 'still waiting'])).toBe('still waiting')
    expect((await sixth).status).toBe(401)
    expect(logged.filter((entry) => entry.level === 'warn')).toHaveLength(6)
  })

  it('is not what a request without any token does: it is refused at once, however often', async () => {
    const { ask } = testApp({ db })
    for (let i = 0; i < 40; i++) expect((await ask('/api/version')).status).toBe(401)
    for (let i = 0; i < 5; i++) expect((await ask('/api/version?token=guess')).status).toBe(401)
  })
})
