/** Upstream fault by kind of credential: who answers next, what the runtime view shows, what the user sees. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type AccountHome, openAccountHome } from '../../test/support/account-home.ts'
import { type GuardedModel, type ModelFault, startGuardedModel } from '../../test/support/guarded-model.ts'
import { type OAuthServer, startOAuthServer } from '../../test/support/oauth-server.ts'
import { classify } from '../models/index.ts'

const KEY = 'sk-the-key-of-the-owner'
const MINUTE = 60_000
type Faults = Record<string, (model: string) => ModelFault | undefined>

let issuer: OAuthServer
let model: GuardedModel
let home: AccountHome
let faults: Faults

beforeEach(async () => {
  faults = {}
  issuer = await startOAuthServer()
  const who = (token: string) => (token === KEY ? 'key' : issuer.accountOf(token))
  model = await startGuardedModel({ who, fault: (signer, asked) => faults[signer]?.(asked) })
})
afterEach(async () => {
  home.close()
  await issuer.close()
  await model.close()
})

async function open(auth: 'hybrid' | 'oauth' | 'bearer') {
  const file = (email: string) => ({ ...issuer.issue(email), email })
  home = await openAccountHome({
    ...{ issuer, model, provider: { auth, api_key: KEY } },
    files: { 'a.json': file('ann'), 'b.json': file('ben') },
  })
}

const always = (fault: ModelFault) => () => fault
const order = async () => (await home.models.pool.order('pool')).map(({ target, status }) => `${target} ${status}`)
const KEY_SHOWN = 'sk-t***wner'

describe.each<[fault: string, ModelFault, reason: string, keyRest: number, accountRest: number, keyHealth: number]>([
  ['an empty account', { status: 429, body: 'insufficient_quota' }, 'quota', 60, 60, 60],
  ['a payment due', { status: 402, body: 'billing hard limit' }, 'quota', 60, 60, 60],
  ['a rate', { status: 429, body: 'slow down' }, 'rate_limit', 15, 15, 90],
  ['a rate with its end', { status: 429, retryAfter: 120 }, 'rate_limit', 2, 2, 90],
  ['a ban', { status: 403, body: 'no' }, 'forbidden', 30, 30, 75],
  ['a refused credential', { status: 401, body: 'who?' }, 'unauthorized', 30, 30, 75],
  ['the vendor’s trouble', { status: 503 }, 'unavailable', 1 / 6, 1 / 6, 95],
  ['a broken connection', 'cut', 'unavailable', 1 / 6, 1 / 6, 95],
])('%s', (_what, fault, reason, keyRest, accountRest, keyHealth) => {
  it('of the key: an account answers, the key rests, the user sees an answer', async () => {
    await open('hybrid')
    faults.key = always(fault)
    expect(await home.ask()).toBe('ann')
    expect(await home.ask()).toBe('ann')
    expect(model.signers).toEqual(['key', 'ann', 'ann'])
    expect(home.models.pool.keyState('pool')).toMatchObject({
      target: KEY_SHOWN,
      health: keyHealth,
      failures: 1,
      last_failure: reason,
      cooldownUntil: home.time.now + keyRest * MINUTE,
    })
    expect(await order()).toEqual(['ann ready', 'ben ready', `${KEY_SHOWN} cooldown`])
    const { errors, changes } = home.models.pool.history('pool')
    expect(errors[0]).toMatchObject({ kind: 'api_key', target: KEY_SHOWN, reason })
    expect(changes.map((change) => change.reason)).toContain(`api_key_cooldown_${reason}`)
    home.time.now += keyRest * MINUTE + 1
    delete faults.key
    expect(await home.ask()).toBe('key')
  })

  it('of an account: the next one answers', async () => {
    await open('oauth')
    faults.ann = always(fault)
    expect(await home.ask()).toBe('ben')
    expect(await home.ask()).toBe('ben')
    const resting = home.models.pool.view('pool', 'auth/a.json')
    expect(resting).toMatchObject({
      last_failure: reason,
      cooldownUntil: home.time.now + accountRest * MINUTE,
    })
    expect(await order()).toEqual(['ben ready', 'ann cooldown'])
  })

  it('of everything: the user learns every cause, and no secret', async () => {
    await open('hybrid')
    for (const who of ['key', 'ann', 'ben']) faults[who] = always(fault)
    const error = await home.ask().then(
      () => null,
      (e: unknown) => e,
    )
    const { message } = classify(error)
    expect(message).toMatch(/^no credential worked: API key: .+; account 1: .+; account 2: .+/)
    expect(message).not.toMatch(/sk-the-key|at-|ann|ben/)
    expect(await order()).toHaveLength(3)
  })

  it('of the only key: the vendor’s own words, and it is asked again', async () => {
    await open('bearer')
    faults.key = always(fault)
    await expect(home.ask()).rejects.toThrow()
    await expect(home.ask()).rejects.toThrow()
    expect(model.signers).toEqual(['key', 'key'])
  })
})

describe.each<[fault: string, ModelFault]>([
  ['is silent', 'hang'],
  ['falls silent in its answer', 'hang stream'],
  ['breaks off its answer', 'cut stream'],
])('a vendor that %s', (_what, fault) => {
  it('fails the call that waited; the next one goes to the next credential', async () => {
    await open('hybrid')
    faults.key = always(fault)
    await expect(home.stream(300)).rejects.toThrow()
    expect(home.models.pool.keyState('pool')).toMatchObject({ last_failure: 'unavailable', failures: 1 })
    expect(await order()).toEqual(['ann ready', 'ben ready', `${KEY_SHOWN} cooldown`])
    expect(await home.stream(5000)).toBe('ann')
    expect(model.signers).toEqual(['key', 'ann'])
  })

  it('is asked again when there is nobody else', async () => {
    await open('bearer')
    faults.key = always(fault)
    await expect(home.stream(300)).rejects.toThrow()
    delete faults.key
    expect(await home.stream(5000)).toBe('key')
  })
})

it('a call that its caller stopped says nothing about the credential', async () => {
  await open('hybrid')
  faults.key = always('hang')
  const [candidate] = await home.models.candidates('pool/m-1')
  const stop = new AbortController()
  const asked = candidate!.model.doStream({ prompt: [], abortSignal: stop.signal })
  await expect.poll(() => model.signers).toEqual(['key'])
  stop.abort(new Error('stopped'))
  await expect(asked).rejects.toThrow()
  expect(home.models.pool.keyState('pool')).toMatchObject({ health: 100, failures: 0 })
})

describe('a fault of the request', () => {
  it.each([
    ['a bad request', { status: 400, body: 'messages.0 is wrong' }],
    ['a prompt that is too long', { status: 400, body: 'prompt is too long' }],
    ['a model that is not there', { status: 404, body: 'model not found' }],
  ])('is nobody else’s: %s', async (_what, fault) => {
    await open('hybrid')
    faults.key = always(fault)
    await expect(home.ask()).rejects.toMatchObject({ statusCode: fault.status })
    expect(model.signers).toEqual(['key'])
    expect(home.models.pool.keyState('pool')).toMatchObject({ health: 100, cooldownUntil: 0 })
  })
})

describe('a rest', () => {
  it('holds for the model whose rate was exceeded, not for another', async () => {
    await open('hybrid')
    faults.key = (asked) => (asked === 'm-1' ? { status: 429 } : undefined)
    expect(await home.ask('m-1')).toBe('ann')
    expect(await home.ask('m-2')).toBe('key')
    expect(await home.ask('m-1')).toBe('ann')
  })

  it('holds for every model when the account is empty', async () => {
    await open('hybrid')
    faults.key = always({ status: 429, body: 'quota exceeded' })
    await home.ask('m-1')
    expect(await home.ask('m-2')).toBe('ann')
    expect(model.signers).toEqual(['key', 'ann', 'ann'])
  })

  it('of all of them leaves the one that is free first', async () => {
    await open('oauth')
    faults.ann = always({ status: 429, retryAfter: 600 })
    faults.ben = always({ status: 429, retryAfter: 60 })
    await expect(home.ask()).rejects.toThrow('no credential worked')
    faults = {}
    model.signers.length = 0
    expect(await home.ask()).toBe('ben')
    expect(model.signers).toEqual(['ben'])
  })

  it('is not ended by the answer to a call that began before it', async () => {
    await open('hybrid')
    const { pool } = home.models
    const [key] = await pool.attempts('pool', 'm-1', KEY, true)
    const failure = { kind: 'rate_limit', status: 429, retryable: true, retryAfterMs: undefined, message: 'x' } as const
    const before = home.time.now
    home.time.now += 10
    pool.failed('pool', 'm-1', key!, 'rate_limit', failure)
    pool.succeeded('pool', 'm-1', key!, before)
    expect(await order()).toEqual(['ann ready', 'ben ready', `${KEY_SHOWN} cooldown`])
  })

  it('of the provider’s models ends when its credentials are renewed', async () => {
    await open('oauth')
    const [candidate] = await home.models.candidates()
    home.models.failed(candidate!, { statusCode: 401, message: 'no' })
    expect((await home.models.describe()).cooling).toHaveLength(1)
    await home.accounts.refresh('pool', 'auth/a.json')
    expect((await home.models.describe()).cooling).toEqual([])
  })
})
