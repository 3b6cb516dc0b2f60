import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type NodeDatabase, nodeDatabase } from '../../adapters/node/database.ts'
import { BEARER, TOKEN, testApp } from './gateway-for-tests.ts'
import { createLoginCode } from './index.ts'

let db: NodeDatabase
beforeEach(() => {
  db = nodeDatabase(':memory:')
})
afterEach(() => db.close())

describe('a sign-in link', () => {
  it('moves the token into a cookie that opens the page it leads to', async () => {
    const { ask, gateway } = testApp({ db })
    const response = await ask(`/login?code=${await createLoginCode(gateway)}`)
    expect(response.status).toBe(303)
    expect(response.headers.get('location')).toBe('/')
    const cookie = response.headers.get('set-cookie') ?? ''
    expect(cookie).toMatch(/^clawgo_webui_token=[^;]+; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Strict$/)
    const page = await ask('/api/docs', { headers: { Cookie: cookie.split(';')[0]! } })
    expect(page.status).toBe(200)
  })

  it('sets a Secure cookie over https, also behind a proxy', async () => {
    const { ask, gateway } = testApp({ db })
    const direct = await ask(`https://gw.example/login?code=${await createLoginCode(gateway)}`)
    expect(direct.headers.get('set-cookie')).toContain('; Secure')
    const proxied = await ask(`/login?code=${await createLoginCode(gateway)}`, {
      headers: { 'X-Forwarded-Proto': 'https' },
    })
    expect(proxied.headers.get('set-cookie')).toContain('; Secure')
  })

  it('carries a token of any characters', async () => {
    const { ask, gateway } = testApp({ db, config: { token: 'a;b c,ü%41' } })
    const response = await ask(`/login?code=${await createLoginCode(gateway)}`)
    const cookie = (response.headers.get('set-cookie') ?? '').split(';')[0]!
    expect((await ask('/api/version', { headers: { Cookie: cookie } })).status).toBe(200)
  })

  it('works once, also when two browsers come at the same moment', async () => {
    const { ask, gateway } = testApp({ db })
    const code = await createLoginCode(gateway)
    const answers = await Promise.all(Array.from({ length: 5 }, () => ask(`/login?code=${code}`)))
    expect(answers.map((answer) => answer.status).sort()).toEqual([303, 403, 403, 403, 403])
  })

  it('is refused after ten minutes, with words on how to get a new one', async () => {
    const { ask, gateway, state } = testApp({ db })
    const code = await createLoginCode(gateway)
    state.now += 10 * 60_000
    const response = await ask(`/login?code=${code}`)
    expect(response.status).toBe(403)
    expect(await response.text()).toMatch(/used already or is older than 10 minutes.*POST \/api\/login\/code/)
    expect(response.headers.get('set-cookie')).toBeNull()
  })

  it.each(['', '?code=', '?code=guess'])('is refused when it is no code: %s', async (query) => {
    const { ask } = testApp({ db })
    expect((await ask(`/login${query}`)).status).toBe(403)
  })

  it('stands in the database as a hash only', async () => {
    const { gateway } = testApp({ db })
    const code = await createLoginCode(gateway)
    expect(JSON.stringify(db.query('SELECT * FROM login_code'))).not.toContain(code)
  })

  it('leaves nothing behind once it is too old', async () => {
    const { gateway, state } = testApp({ db })
    await createLoginCode(gateway)
    state.now += 11 * 60_000
    await createLoginCode(gateway)
    expect(db.query('SELECT * FROM login_code')).toHaveLength(1)
  })

  it('can be asked for with the token, and not without', async () => {
    const { ask } = testApp({ db })
    expect((await ask('/api/login/code', { method: 'POST' })).status).toBe(401)
    const answer = (await (await ask('/api/login/code', { method: 'POST', headers: BEARER })).json()) as {
      path: string
    }
    expect((await ask(answer.path)).status).toBe(303)
  })

  it('sets no cookie where there is no token to carry', async () => {
    const { ask, gateway } = testApp({ db, config: { token: '' } })
    const response = await ask(`/login?code=${await createLoginCode(gateway)}`)
    expect([response.status, response.headers.get('set-cookie')]).toEqual([303, null])
  })

  it('shows the token nowhere but in the cookie', async () => {
    const { ask, gateway, logged } = testApp({ db })
    const code = await createLoginCode(gateway)
    const response = await ask(`/login?code=${code}`)
    expect(await response.text()).toBe('')
    expect(JSON.stringify(logged)).not.toContain(TOKEN)
    expect(JSON.stringify(logged)).not.toContain(code)
  })
})
