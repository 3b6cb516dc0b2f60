/** Tokens stay fresh, each refresh token is used once, and what a refresh brings is stored before it is used. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type AccountHome, type AccountHomeOptions, openAccountHome } from '../../test/support/account-home.ts'
import { type GuardedModel, startGuardedModel } from '../../test/support/guarded-model.ts'
import { type OAuthServer, startOAuthServer } from '../../test/support/oauth-server.ts'

const HOUR = 3_600_000
let issuer: OAuthServer
let model: GuardedModel
let home: AccountHome

beforeEach(async () => {
  issuer = await startOAuthServer()
  model = await startGuardedModel({ who: (token) => issuer.accountOf(token) })
})
afterEach(async () => {
  home.close()
  await issuer.close()
  await model.close()
})

/** One account whose token ends in `left` ms and was got `age` ms ago. */
async function open(left: number, age = HOUR, more: Partial<AccountHomeOptions> = {}): Promise<void> {
  const file = {
    ...issuer.issue('ann@example.com'),
    email: 'ann@example.com',
    expire: new Date(Date.now() + left).toISOString(),
    last_refresh: new Date(Date.now() - age).toISOString(),
  }
  home = await openAccountHome({ issuer, model, files: { 'a.json': file }, ...more })
}
const path = 'auth/a.json'
const refreshes = () => issuer.tokenRequests.length
const stored = async () => JSON.parse(await home.stored('a.json'))

describe('a token', () => {
  it('is used while it lasts', async () => {
    await open(2 * HOUR)
    expect(await home.ask()).toBe('ann@example.com')
    expect(refreshes()).toBe(0)
  })

  it('is refreshed by the agenda, half an hour before its end, and stored', async () => {
    await open(HOUR, HOUR)
    const before = await stored()
    home.time.now += 29 * 60_000
    await home.wake()
    expect(refreshes()).toBe(0)
    home.time.now += 2 * 60_000
    await home.wake()
    expect(refreshes()).toBe(1)
    const after = await stored()
    expect([after.access_token, after.refresh_token]).not.toEqual([before.access_token, before.refresh_token])
    expect(Date.parse(after.expire)).toBeGreaterThan(home.time.now + 59 * 60_000)
  })

  it('that lives shortly is refreshed after half of its life, not at once again', async () => {
    await open(10 * 60_000, 0)
    await home.wake()
    expect(refreshes()).toBe(0)
    home.time.now += 5 * 60_000 + 1000
    await home.wake()
    expect(refreshes()).toBe(1)
  })

  it('that is over is refreshed before its use, once for all who wait', async () => {
    await open(-HOUR, 2 * HOUR)
    const answers = await Promise.all(Array.from({ length: 20 }, () => home.ask()))
    expect(new Set(answers)).toEqual(new Set(['ann@example.com']))
    expect([refreshes(), Math.max(...issuer.refreshUses.values())]).toEqual([1, 1])
  })

  it('that the vendor refuses is refreshed once, and the call repeated', async () => {
    await open(2 * HOUR)
    issuer.revokeAccess('ann@example.com')
    const answers = await Promise.all(Array.from({ length: 20 }, () => home.ask()))
    expect(new Set(answers)).toEqual(new Set(['ann@example.com']))
    expect(refreshes()).toBe(1)
  })

  it('is used to its end when the issuer has trouble, and refreshed later', async () => {
    await open(50_000)
    issuer.failNext('status=500', 'cut')
    expect(await home.ask()).toBe('ann@example.com')
    home.time.now += 2000
    await home.wake()
    expect(refreshes()).toBe(2)
    home.time.now += 11 * 60_000
    await home.wake()
    expect(refreshes()).toBe(3)
    expect(await home.ask()).toBe('ann@example.com')
  })
})

describe('an account', () => {
  it('that the issuer gave up is disabled in its file, and named as the cause', async () => {
    await open(-HOUR)
    issuer.failNext('invalid_grant')
    await expect(home.ask()).rejects.toThrow('gemini refused the login: invalid_grant')
    expect(await stored()).toMatchObject({ disabled: true, disable_reason: 'invalid_grant' })
    await expect(home.ask()).rejects.toThrow('no usable account is connected to "pool"')
    expect(home.models.pool.history('pool').changes.map(({ reason }) => reason)).toContain(
      'oauth_disabled_invalid_grant',
    )
    expect(refreshes()).toBe(1)
  })

  it('without a client to refresh it says what to set', async () => {
    await open(-HOUR, HOUR, { oauth: { client_id: '' } })
    await expect(home.ask()).rejects.toThrow('CLAWGO_GEMINI_CLIENT_ID')
  })

  it('does not lose a new token when the disk takes it late', async () => {
    await open(-HOUR)
    const write = home.files.write
    let full = true
    home.files.write = (...given) => (full ? Promise.reject(new Error('disk full')) : write(...given))
    await expect(home.ask()).rejects.toThrow()
    full = false
    expect(await home.ask()).toBe('ann@example.com')
    expect([refreshes(), Math.max(...issuer.refreshUses.values())]).toEqual([1, 1])
    expect(issuer.accountOf((await stored()).access_token)).toBe('ann@example.com')
  })

  it('whose file somebody replaces is seen soon', async () => {
    await open(2 * HOUR)
    expect(await home.ask()).toBe('ann@example.com')
    await home.files.write(path, JSON.stringify({ ...issuer.issue('ben@example.com'), email: 'ben@example.com' }))
    home.time.now += 6000
    expect(await home.ask()).toBe('ben@example.com')
  })

  it('never shows a token in the log', async () => {
    await open(-HOUR)
    issuer.failNext('status=500', 'garbage')
    await home.ask().catch(() => {})
    await home.accounts.refresh('pool', path).catch(() => {})
    await home.ask()
    expect(home.lines.length).toBeGreaterThan(0)
    expect(home.lines.join('\n')).not.toMatch(/(at|rt)-[\w-]{20}/)
  })

  it('is encrypted at rest as soon as there is a key', async () => {
    const key = 'ab'.repeat(32)
    await open(2 * HOUR, HOUR, { env: { CLAWGO_AUTH_KEY: key } })
    expect(await home.ask()).toBe('ann@example.com')
    expect(await home.stored('a.json')).toMatch(/^eyJ[\w-]+\.\.[\w-]+\.[\w-]+\.[\w-]+$/)
  })
})
