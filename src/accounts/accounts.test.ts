/** Tokens stay fresh, each refresh token is used once, and what a refresh brings is stored before it is used. */
import { createHash } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type AccountHome, type AccountHomeOptions, openAccountHome } from '../../test/support/account-home.ts'
import { type GuardedModel, startGuardedModel } from '../../test/support/guarded-model.ts'
import { type OAuthServer, startOAuthServer } from '../../test/support/oauth-server.ts'
import { type ProxyServer, startConnectProxy } from '../../test/support/proxy-server.ts'
import { accountView } from './account-view.ts'

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
    await home.ask()
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
    await home.ask()
    await home.wake()
    expect(refreshes()).toBe(0)
    home.time.now += 5 * 60_000 + 1000
    await home.wake()
    expect(refreshes()).toBe(1)
  })

  it('that nobody used for a day is left alone, and refreshed when somebody needs it', async () => {
    await open(HOUR)
    const entries = () => home.db.query("SELECT 1 FROM agenda WHERE kind = 'account_refresh'").length
    expect(entries()).toBe(0)
    await home.ask()
    expect(entries()).toBe(1)
    for (let hours = 0; hours < 30; hours++) {
      home.time.now += HOUR
      await home.wake()
    }
    expect([entries(), refreshes()]).toEqual([0, expect.toBeOneOf([23, 24, 25, 26])])
    const idle = refreshes()
    home.time.now += 30 * 24 * HOUR
    await home.wake()
    expect(refreshes()).toBe(idle)
    expect(await home.ask()).toBe('ann@example.com')
    expect([entries(), refreshes()]).toEqual([1, idle + 1])
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

  describe('whose refresh was cut off by a crash', () => {
    /** The vendor has answered; the new token never reached the disk. */
    async function crash(left: number) {
      await open(left)
      const write = home.files.write
      let writing = false
      home.files.write = () => {
        writing = true
        return new Promise(() => {})
      }
      home.accounts.refresh('pool', path).catch(() => {})
      await expect.poll(() => writing).toBe(true)
      home.files.write = write
      home = await openAccountHome({ issuer, model, files: { 'a.json': {} }, after: home })
    }
    const view = async () => {
      const [account] = await home.accounts.of('pool')
      const { pool } = home.models
      return accountView('pool', account!, { pool, names: { home: '/h' }, now: () => home.time.now })
    }
    const reasons = () => home.models.pool.history('pool').changes.map(({ reason }) => reason)

    it('says so at once, and answers as long as its access token lasts', async () => {
      await crash(HOUR)
      expect(reasons()).toContain('oauth_refresh_interrupted')
      expect(await view()).toMatchObject({ warning: expect.stringContaining('sign in again') })
      expect(await home.ask()).toBe('ann@example.com')
      home.time.now += 50 * 60_000
      await home.wake()
      expect(refreshes()).toBe(1)
    })

    it('is disabled with what to do when the vendor takes its refresh token no more', async () => {
      await crash(-HOUR)
      await expect(home.ask()).rejects.toThrow(/stopped in the middle of a refresh.*sign in again/)
      expect(await view()).toMatchObject({ disabled: true, disable_reason: expect.stringContaining('sign in again') })
      expect(reasons()).toContain('oauth_disabled_refresh_interrupted')
    })

    it('goes on as if nothing had been when the vendor never saw the request', async () => {
      await open(-HOUR)
      home.db.query(
        'INSERT INTO refresh_note (path, token) SELECT ?, ?',
        path,
        createHash('sha256')
          .update((await stored()).refresh_token)
          .digest('hex')
          .slice(0, 24),
      )
      home = await openAccountHome({ issuer, model, files: { 'a.json': {} }, after: home })
      expect(await view()).toHaveProperty('warning')
      expect(await home.ask()).toBe('ann@example.com')
      expect(await view()).not.toHaveProperty('warning')
      expect(home.db.query('SELECT * FROM refresh_note')).toEqual([])
    })
  })

  describe('with a proxy', () => {
    let proxy: ProxyServer
    beforeEach(async () => {
      proxy = await startConnectProxy({ login: 'me:secret-of-the-proxy' })
    })
    afterEach(() => proxy.close())
    const url = (password = 'secret-of-the-proxy') => `http://me:${password}@${proxy.address}`
    const targets = () => new Set(proxy.tunnels)
    const hosts = () => new Set([new URL(issuer.url).host, new URL(model.baseUrl).host])

    it('refreshes and answers through it, and through nothing else', async () => {
      await open(-HOUR, HOUR, { oauth: { network_proxy: url() } })
      expect(await home.ask()).toBe('ann@example.com')
      expect([targets(), refreshes()]).toEqual([hosts(), 1])
    })

    it('of its own goes through that one', async () => {
      const file = { ...issuer.issue('ann@example.com'), email: 'ann@example.com', network_proxy: url() }
      // Named by the config, else a private address is refused.
      const oauth = { network_proxy: `http://${proxy.address}` }
      home = await openAccountHome({ issuer, model, files: { 'a.json': file }, oauth })
      expect(await home.ask()).toBe('ann@example.com')
      expect(proxy.tunnels).toEqual([new URL(model.baseUrl).host])
    })

    it('that refuses it is asked no further, and nobody goes around it', async () => {
      await open(2 * HOUR, HOUR, { oauth: { network_proxy: url('wrong') } })
      await expect(home.ask()).rejects.toThrow('the network proxy refused its user name and password')
      expect([proxy.tunnels, model.signers]).toEqual([[], []])
      const said = JSON.stringify([home.models.pool.history('pool'), home.lines])
      expect(said).not.toMatch(/wrong|secret-of-the-proxy/)
    })

    it('at a private address that only its file names is refused', async () => {
      const file = { ...issuer.issue('ann@example.com'), email: 'ann@example.com', network_proxy: url() }
      home = await openAccountHome({ issuer, model, files: { 'a.json': file } })
      await expect(home.ask()).rejects.toThrow(/private or local address/)
      expect(proxy.tunnels).toEqual([])
    })
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
