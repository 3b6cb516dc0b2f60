/** The runtime history as a file: taken in once, kept up to date, never outside of its folder. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type AccountHome, openAccountHome } from '../../test/support/account-home.ts'
import { type GuardedModel, startGuardedModel } from '../../test/support/guarded-model.ts'
import { type OAuthServer, startOAuthServer } from '../../test/support/oauth-server.ts'
import { historyPath } from './history-files.ts'

const KEY = 'sk-the-key-of-the-owner'
const FILE = 'runtime/providers/mine.json'
let issuer: OAuthServer
let model: GuardedModel
let home: AccountHome

beforeEach(async () => {
  issuer = await startOAuthServer()
  model = await startGuardedModel({ who: (token) => (token === KEY ? 'key' : undefined) })
})
afterEach(async () => {
  home.close()
  await issuer.close()
  await model.close()
})

/** A provider that keeps its history, in a file that may be there. */
async function open(file?: string, name = FILE): Promise<void> {
  const provider = { auth: 'bearer', api_key: KEY, runtime_persist: true, runtime_history_file: name }
  home = await openAccountHome({ issuer, model, provider, ...(file === undefined ? {} : { others: { [FILE]: file } }) })
}
const nextLife = async () => {
  await home.end()
  home = await openAccountHome({ issuer, model, after: home })
}
const stored = async () =>
  (await home.files.stat(FILE)) ? JSON.parse(new TextDecoder().decode(await home.files.read(FILE))) : null
const errors = () => home.models.pool.history('pool').errors

describe('a history file', () => {
  it('follows what happens, without a secret', async () => {
    await open()
    await home.ask()
    await home.ask()
    await expect.poll(stored, { timeout: 5000 }).toMatchObject({
      api_state: { token_masked: 'sk-t***wner', health_score: 100 },
      recent_hits: [{ kind: 'api_key', target: 'sk-t***wner' }, {}],
      last_success: { kind: 'api_key' },
      candidate_order: [{ kind: 'api_key', available: true }],
    })
    expect(JSON.stringify(await stored())).not.toContain(KEY)
  })

  it('is written at the end of a life, however soon that comes', async () => {
    await open()
    await home.ask()
    await home.end()
    expect(await stored()).toMatchObject({ recent_hits: [{}] })
  })

  it('of an earlier program is taken in once, broken events left out', async () => {
    const old = { when: '2026-05-10T10:00:00+02:00', kind: 'api_key', target: 'sk-o***1234', reason: 'quota' }
    const older = { ...old, when: '2026-05-10T07:00:00Z' }
    await open(JSON.stringify({ recent_errors: [old, { when: 'never' }, 3, older] }))
    expect(errors().map(({ at, reason }) => [new Date(at).toISOString(), reason])).toEqual([
      ['2026-05-10T08:00:00.000Z', 'quota'],
      ['2026-05-10T07:00:00.000Z', 'quota'],
    ])
    await nextLife()
    expect(errors()).toHaveLength(2)
    home.models.pool.clearHistory('pool')
    await nextLife()
    expect(errors()).toHaveLength(0)
  })

  it('that is no JSON does no harm', async () => {
    await open('{"recent_errors": [')
    expect(await home.ask()).toBe('key')
    await home.end()
    expect(await stored()).toHaveProperty('recent_hits')
  })

  it('is not written where the config does not ask for one', async () => {
    await open(undefined, '')
    await home.ask()
    await home.end()
    expect(await home.files.stat('runtime')).toBeNull()
  })
})

describe('its name', () => {
  const names = { home: '/home/u/.clawgo', userHome: '/home/u' }
  it.each<[string, string | null]>([
    ['runtime/providers/x.json', 'runtime/providers/x.json'],
    ['/home/u/.clawgo/runtime/providers/x.json', 'runtime/providers/x.json'],
    ['~/.clawgo/runtime/x.json', 'runtime/x.json'],
    ['/root/.clawgo/runtime/providers/x.json', 'runtime/providers/x.json'],
    ['config.json', null],
    ['auth/codex.json', null],
    ['/etc/passwd', null],
    ['runtime/../config.json', null],
    ['runtime/x.txt', null],
    ['runtime/a/b/c/d.json', null],
  ])('%s is %s', (name, path) => {
    expect(historyPath(name, names)).toBe(path)
  })
})
