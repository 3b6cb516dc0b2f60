/** The runtime view, its actions, and what a turn meets when credentials fail: providers.md sections 5, 9, 10. */
import { afterAll, expect, it, onTestFinished } from 'vitest'
import { type GuardedModel, type ModelFault, startGuardedModel } from '../support/guarded-model.ts'
import { jsonOf } from '../support/json.ts'
import { type OAuthServer, startOAuthServer } from '../support/oauth-server.ts'
import { post } from '../support/post.ts'
import { describeTargets, shareTarget, type Target } from '../support/targets.ts'

const KEY = 'sk-0123456789abcdef'

interface World {
  issuer: OAuthServer
  model: GuardedModel
  faults: Map<string, ModelFault>
  config: Record<string, unknown>
}

/** A provider with a key and accounts, and a second one to fall back to. */
async function openWorld(pool: object = {}): Promise<World> {
  const issuer = await startOAuthServer()
  const faults = new Map<string, ModelFault>()
  const model = await startGuardedModel({
    who: (token) => (token === KEY ? 'key' : token === 'spare-key-123' ? 'spare' : issuer.accountOf(token)),
    fault: (signer) => faults.get(signer),
  })
  const entry = { api_base: model.baseUrl, models: ['m-1'], timeout_sec: 10, type: 'openai-compatible' }
  const oauth = {
    provider: 'gemini',
    client_id: issuer.clientId,
    auth_url: issuer.authorizeUrl,
    token_url: issuer.tokenUrl,
  }
  const config = {
    agents: { defaults: { model: { primary: 'pool/m-1', fallbacks: ['spare/m-1'] } } },
    models: {
      providers: {
        pool: { ...entry, auth: 'hybrid', api_key: KEY, oauth, ...pool },
        spare: { ...entry, api_key: 'spare-key-123' },
      },
    },
  }
  return { issuer, model, faults, config }
}

async function signIn(target: Target, { issuer }: World, account: string): Promise<string> {
  const begun = await jsonOf(post(target, '/api/provider/oauth/start', { provider: 'pool' }))
  const callback_url = await issuer.allow(begun.auth_url, account)
  const body = { provider: 'pool', flow_id: begun.flow_id, callback_url }
  return (await jsonOf(post(target, '/api/provider/oauth/complete', body))).credential_file
}

const viewOf = async (target: Target, query = 'provider=pool') =>
  (await jsonOf(target.fetch(`/api/provider/runtime?${query}`))).view.items
const act = (target: Target, body: object) => post(target, '/api/provider/runtime', body)
const say = async (target: Target) => {
  const answer = await post(target, '/api/chat', { session: crypto.randomUUID(), message: 'hi' })
  const text = await answer.text()
  return answer.ok ? JSON.parse(text).reply.replace('answered for ', '') : `${answer.status} ${text.trim()}`
}
const order = (item: { candidate_order: Array<{ kind: string; target: string }> }) =>
  item.candidate_order.map(({ kind, target }) => `${kind}:${target}`)

async function refusal(answer: Promise<Response>): Promise<string> {
  const response = await answer
  return `${response.status} ${(await response.text()).trimEnd()}`
}

describeTargets('a hybrid provider', (_, name) => {
  let world: World
  const target = shareTarget(name, async () => {
    world = await openWorld()
    return { config: world.config }
  })
  afterAll(async () => {
    await world?.issuer.close()
    await world?.model.close()
  })

  it('asks its key first, then its accounts, the last login first, then the fallback; and the key again when it is cleared', async () => {
    await signIn(target(), world, 'ann@example.com')
    await signIn(target(), world, 'ben@example.com')
    expect(await say(target())).toBe('key')

    world.faults.set('key', { status: 429, body: 'insufficient_quota: pay first' })
    expect(await say(target())).toBe('ben@example.com')
    const asked = world.model.signers.length
    expect(await say(target())).toBe('ben@example.com')
    expect(world.model.signers.slice(asked)).toEqual(['ben@example.com'])
    const [item] = await viewOf(target())
    expect(item.api_state).toMatchObject({
      token_masked: 'sk-0***cdef',
      failure_count: 1,
      last_failure: 'quota',
      health_score: 60,
    })
    expect(Date.parse(item.api_state.cooldown_until) - Date.now()).toBeGreaterThan(59 * 60_000)
    expect(order(item)).toEqual(['oauth:ben@example.com', 'oauth:ann@example.com', 'api_key:sk-0***cdef'])
    expect(item.candidate_order[2]).toMatchObject({ available: false, status: 'cooldown' })
    expect(item.recent_errors[0]).toMatchObject({ kind: 'api_key', target: 'sk-0***cdef', reason: 'quota' })
    expect(JSON.stringify(item)).not.toContain(KEY)

    world.faults.set('ann@example.com', { status: 429, retryAfter: 120 })
    world.faults.set('ben@example.com', { status: 403, body: 'no' })
    expect(await say(target())).toBe('spare')
    const [resting] = await viewOf(target())
    const [ben, ann] = resting.oauth_accounts
    expect([ann.last_failure, ben.last_failure]).toEqual(['rate_limit', 'forbidden'])
    expect(Math.round((Date.parse(ann.cooldown_until) - Date.now()) / 10_000)).toBe(12)

    world.faults.clear()
    expect(await jsonOf(act(target(), { provider: 'pool', action: 'clear_api_cooldown' }))).toEqual({
      ok: true,
      cleared: true,
    })
    expect(await say(target())).toBe('key')
    const changes = await viewOf(target(), 'provider=pool&changes_only=true&reason=manual_clear')
    expect(changes[0].events).toHaveLength(1)
  })

  it('renews a token that the vendor stopped taking, without anybody noticing', async () => {
    world.faults.clear()
    world.faults.set('key', { status: 402, body: 'billing' })
    const file = (await viewOf(target()))[0].oauth_accounts[0].credential_file
    for (const { credential_file } of (await viewOf(target()))[0].oauth_accounts) {
      await post(target(), '/api/provider/oauth/accounts?provider=pool', { action: 'clear_cooldown', credential_file })
    }
    await say(target())
    world.issuer.revokeAccess('ann@example.com')
    world.issuer.revokeAccess('ben@example.com')
    expect(await say(target())).toMatch(/^(ann|ben)@example.com$/)
    const changes = await viewOf(target(), 'provider=pool&reason=oauth_refresh_success')
    expect(changes[0].recent_changes.length).toBeGreaterThan(0)
    expect(file).toMatch(/auth\/gemini/)
    world.faults.clear()
  })

  it('tells what it is asked for: kinds, reasons, targets, pages, times, health', async () => {
    const items = await viewOf(target(), '')
    expect(items.map((item: { name: string }) => item.name)).toEqual(['pool', 'spare'])
    expect(await viewOf(target(), 'provider=nobody')).toEqual([])
    const kinds = (await viewOf(target(), 'provider=pool&kind=OAUTH'))[0].events.map((e: { kind: string }) => e.kind)
    expect(new Set(kinds)).toEqual(new Set(['oauth']))
    const byTarget = (await viewOf(target(), 'provider=pool&target=SK-0'))[0].events
    expect(byTarget.length).toBeGreaterThan(0)
    const [first] = await viewOf(target(), 'provider=pool&limit=2')
    expect([first.events.length, first.next_cursor]).toEqual([2, 2])
    const [next] = await viewOf(target(), 'provider=pool&limit=2&cursor=2')
    const [both] = await viewOf(target(), 'provider=pool&limit=4')
    expect([...first.events, ...next.events]).toEqual(both.events)
    const [last] = await viewOf(target(), 'provider=pool&limit=100&cursor=2')
    expect(last.next_cursor).toBe(0)
    const times = (await viewOf(target(), 'provider=pool&sort=asc&limit=100'))[0].events.map(
      (e: { when: string }) => e.when,
    )
    expect(times).toEqual([...times].sort())
    expect((await viewOf(target(), 'provider=pool&changes_only=true'))[0].recent_hits).toEqual([])
    expect((await viewOf(target(), 'provider=pool&window_sec=3600'))[0].recent_hits.length).toBeGreaterThan(0)
    expect((await viewOf(target(), 'health_below=99')).map((item: { name: string }) => item.name)).toEqual(['pool'])
    expect(await viewOf(target(), 'health_below=1')).toEqual([])
    expect((await viewOf(target(), 'cooldown_until_before_sec=100000')).length).toBeLessThan(2)
  })

  it('refreshes on demand what is worth it, and sums up', async () => {
    const expiring = await jsonOf(act(target(), { action: 'refresh_now', only_expiring: true }))
    expect(expiring.result).toMatchObject({ provider: 'pool', checked: 2, skipped: 2 })
    expect(expiring.result).not.toHaveProperty('failed')
    world.issuer.failNext('status=500')
    const all = await jsonOf(act(target(), { provider: 'pool', action: 'refresh_now' }))
    expect(all).toMatchObject({ ok: true, provider: 'pool', refreshed: true, result: { refreshed: 1, failed: 1 } })
    expect(all.candidate_order).toHaveLength(3)
    expect(all.summary).toMatchObject({
      total_providers: 1,
      providers: [{ name: 'pool', stale_for_sec: expect.any(Number) }],
    })
  })

  it('tells the order anew, and forgets what happened', async () => {
    const reranked = await jsonOf(act(target(), { provider: 'pool', action: 'rerank' }))
    expect(reranked).toMatchObject({ ok: true, provider: 'pool', reranked: true })
    expect(reranked.candidate_order).toHaveLength(3)
    expect(await jsonOf(act(target(), { provider: 'pool', action: 'clear_history' }))).toEqual({
      ok: true,
      cleared: true,
    })
    expect((await viewOf(target()))[0]).toMatchObject({
      recent_hits: [],
      recent_errors: [],
      recent_changes: [],
      last_success: null,
      events: [],
      next_cursor: 0,
    })
  })

  it.each([
    [{ action: 'explode' }, '400 unsupported action'],
    [{ provider: 'nobody', action: 'rerank' }, '404 provider "nobody" not found'],
    [{ provider: 'spare', action: 'refresh_now' }, '400 provider "spare" does not use oauth'],
    [{ action: 3 }, '400 invalid json'],
  ])('refuses %j', async (body, expected) => {
    expect(await refusal(act(target(), body))).toBe(expected)
  })

  it('replaces a model list, each model once', async () => {
    const save = (body: object) => post(target(), '/api/provider/models', body)
    const body = { provider: 'spare', model: 'm-9', models: [' m-1 ', 'm-2', 'm-1', ''] }
    expect(await jsonOf(save(body))).toEqual({ ok: true, models: ['m-1', 'm-2', 'm-9'] })
    const config = await jsonOf(target().fetch('/api/config'))
    expect(config.models.providers.spare).toMatchObject({
      models: ['m-1', 'm-2', 'm-9'],
      api_base: world.model.baseUrl,
    })
    expect(await refusal(save({ provider: 'spare', models: [' '] }))).toBe('400 model required')
    expect(await refusal(save({ provider: 'nobody', model: 'x' }))).toBe('404 provider "nobody" not found')
  })
})

describeTargets('credentials at rest', (open) => {
  it('are encrypted under the key of the environment, survive a restart, and so does the history', async () => {
    const world = await openWorld({ runtime_persist: true, runtime_history_max: 3 })
    try {
      const key = btoa(String.fromCharCode(...new Uint8Array(32).fill(7)))
      const target = await open({ config: world.config, vars: { CLAWGO_AUTH_KEY: key } })
      await signIn(target, world, 'ann@example.com')
      world.faults.set('key', { status: 429, body: 'rate limit' })
      for (let i = 0; i < 5; i++) expect(await say(target)).toBe('ann@example.com')
      await target.restart()
      const [item] = await viewOf(target)
      expect(item.recent_hits).toHaveLength(3)
      expect(item.last_success).toMatchObject({ kind: 'oauth', target: 'ann@example.com' })
      expect(item.api_state).toMatchObject({ last_failure: 'rate_limit', cooldown_until: expect.any(String) })
      const asked = world.model.signers.length
      expect(await say(target)).toBe('ann@example.com')
      expect(world.model.signers.slice(asked)).toEqual(['ann@example.com'])
    } finally {
      await world.issuer.close()
      await world.model.close()
    }
  })
})

describeTargets('a vendor in trouble', (open) => {
  it.each<[string, ModelFault]>([
    ['that is silent', 'hang'],
    ['that falls silent in its answer', 'hang stream'],
    ['that breaks off its answer', 'cut stream'],
    ['that breaks off before it', 'cut'],
    ['that says 503', { status: 503 }],
  ])('%s costs a turn nothing but time', async (_what, fault) => {
    const world = await openWorld({ timeout_sec: 1 })
    onTestFinished(async () => {
      await Promise.all([world.issuer.close(), world.model.close()])
    })
    const target = await open({ config: world.config })
    world.faults.set('key', fault)
    expect(await say(target)).toBe('spare')
    const [item] = await viewOf(target)
    expect(item.api_state).toMatchObject({ last_failure: 'unavailable', cooldown_until: expect.any(String) })
    expect(item.recent_errors[0]).toMatchObject({ kind: 'api_key', reason: 'unavailable' })
  })
})
