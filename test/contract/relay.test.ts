/** The model relay at `/v1/ws` and the provider `aistudio` over it: relay.md, gateway-api.md "Protected Extra Routes". */
import { expect, it, onTestFinished } from 'vitest'
import { jsonOf } from '../support/json.ts'
import { connect, type Frame } from '../support/live-client.ts'
import { connectRelay, type RelayClientOptions } from '../support/relay-client.ts'
import { configFor, scriptedModel } from '../support/scripted-model.ts'
import { describeTargets, HOSTED, shareTarget, type Target } from '../support/targets.ts'
import { startWorker } from '../support/worker-target.ts'

const RELAY_TOKEN = 'relay-token-of-the-test'
const PAGE = 'https://studio.example'

type Server = Awaited<ReturnType<typeof scriptedModel>>

/** A config whose first model is behind the relay, and whose fallback is the same server reached directly. */
function configOver(server: Server, timeout_sec = 10): Record<string, unknown> {
  const base = configFor(server) as { models: { providers: object } }
  return {
    agents: { defaults: { model: { primary: 'aistudio/gemini-test(high)', fallbacks: ['local/script'] } } },
    models: {
      providers: {
        aistudio: { api_base: server.url, models: ['gemini-test'], timeout_sec },
        ...base.models.providers,
      },
    },
    gateway: { relay_token: RELAY_TOKEN, allowed_origins: [PAGE] },
  }
}

const relayTo = async (target: Target, options: Partial<RelayClientOptions> = {}) => {
  const relay = await connectRelay(target.socketUrl, { token: target.relayToken, ...options })
  onTestFinished(() => relay.kill())
  return relay
}

const say = async (target: Target, message: string, session: string = crypto.randomUUID()) =>
  jsonOf(target.fetch('/api/chat', { method: 'POST', body: JSON.stringify({ message, session }) }))

describeTargets('the relay', (open, name) => {
  const target = shareTarget(name, { config: { gateway: { relay_token: RELAY_TOKEN, allowed_origins: [PAGE] } } })

  it.skipIf(HOSTED)(
    'GET /v1/ws opens with the gateway token or the relay token, which opens nothing else',
    async () => {
      const url = `${target().socketUrl}/v1/ws`
      for (const client of [
        await connect(`${url}?token=${target().token}&provider=a`),
        await connect(`${url}?token=${RELAY_TOKEN}&provider=b`),
        await connect(`${url}?provider=c`, { authorization: `Bearer ${RELAY_TOKEN}` }),
      ]) {
        client.close()
        await client.closed
      }
      await expect(connect(url)).rejects.toMatchObject({ status: 401, body: 'unauthorized\n' })
      await expect(connect(`${url}?token=relay-token-of-the-tesu`)).rejects.toMatchObject({ status: 401 })
      const cookie = `clawgo_webui_token=${RELAY_TOKEN}`
      await expect(connect(url, { cookie })).rejects.toMatchObject({ status: 401 })
      for (const path of ['/api/status', '/api/config', `/api/events/live?token=${RELAY_TOKEN}`]) {
        const answer = await fetch(target().url + path, { headers: { authorization: `Bearer ${RELAY_TOKEN}` } })
        expect([path, answer.status]).toEqual([path, 401])
      }
      expect(await (await target().fetch('/api/config')).text()).not.toContain(RELAY_TOKEN)
    },
  )

  it('refuses what is no upgrade, other methods, bad names, and pages that are not listed', async () => {
    const plain = await target().fetch('/v1/ws')
    expect([plain.status, await plain.text(), plain.headers.get('sec-websocket-version')]).toEqual([
      400,
      'Bad Request\n',
      '13',
    ])
    const post = await target().fetch('/v1/ws', { method: 'POST' })
    expect([post.status, post.headers.get('allow')]).toEqual([405, 'GET'])
    const url = `${target().socketUrl}/v1/ws?token=${target().relayToken}`
    await expect(connect(`${url}&provider=${'x'.repeat(65)}`)).rejects.toMatchObject({ status: 400 })
    await expect(connect(url, { origin: 'https://evil.example' })).rejects.toMatchObject({ status: 403 })
    ;(await connect(url, { origin: PAGE })).close()
  })

  it('answers ping with pong, replaces a relay of the same name with a close frame, and says who comes and goes', async () => {
    const events = await connect(`${target().socketUrl}/api/events/live?token=${target().token}`)
    await events.until(({ type }) => type === 'ready')
    const first = await relayTo(target(), { name: ' Studio-1 ' })
    first.send({ id: 'k1', type: 'ping' })
    expect(await first.signal('pong')).toEqual({ id: 'k1', type: 'pong' })
    const second = await relayTo(target(), { name: '', headers: { 'x-clawgo-provider': 'STUDIO-1' } })
    expect(await first.closed).toBe('4001 replaced by a new connection')
    second.close()
    await second.closed
    const of = (frame: Frame) => frame.relay === 'studio-1'
    await events.until((frame) => of(frame) && String(frame.detail).endsWith('the connection was closed'))
    expect(events.frames.filter(of).map(({ type }) => type)).toEqual([
      'relay_connected',
      'relay_disconnected',
      'relay_connected',
      'relay_disconnected',
    ])
    events.close()
  })

  it('forgives one message that is none, closes at the second with 1007, and ignores what it does not know', async () => {
    const relay = await relayTo(target(), { name: 'odd' })
    relay.send({ id: 'x', type: 'hello', payload: { version: 2 } })
    relay.send({ id: 'unknown-request', type: 'stream_end', more: true })
    relay.send('[1]')
    relay.send({ id: 'k2', type: 'ping' })
    expect(await relay.signal('pong')).toEqual({ id: 'k2', type: 'pong' })
    relay.send('{nope')
    expect(await relay.closed).toMatch(/^1007 /)
  })

  it.skipIf(HOSTED)('sends away who came with the relay token when it changes, and nobody else', async () => {
    const own = await open({ config: { gateway: { relay_token: RELAY_TOKEN } } })
    const revoked = await relayTo(own, { name: 'a' })
    const stays = await relayTo(own, { name: 'b', token: own.token })
    // As relays do. (Local workerd ends the connection of a socket that never spoke only 12 s after its close frame.)
    revoked.send({ id: 'k', type: 'ping' })
    await revoked.signal('pong')
    const config = await jsonOf(own.fetch('/api/config?mode=raw'))
    const next = { ...(config.config ?? config) }
    next.gateway = { ...next.gateway, relay_token: 'another-relay-token' }
    const saved = await own.fetch('/api/config?mode=raw', { method: 'POST', body: JSON.stringify(next) })
    expect([saved.status, await saved.text()]).toEqual([200, expect.any(String)])
    expect(await revoked.closed).toBe('1008 the relay token was changed')
    stays.send({ id: 'k', type: 'ping' })
    await stays.signal('pong')
    await expect(connectRelay(own.socketUrl, { token: RELAY_TOKEN })).rejects.toMatchObject({ status: 401 })
  })
})

describeTargets('the aistudio provider', (_, name) => {
  let server: Server
  const target = shareTarget(name, async () => {
    const { startModelServer } = await import('../support/model-server.ts')
    server = await startModelServer()
    return { config: configOver(server) }
  })

  it.each(['objects', 'raw'] as const)(
    'streams an answer through the relay (%s), calls tools included',
    async (framing) => {
      const relay = await relayTo(target(), { name: 'streams', framing })
      const client = await connect(`${target().socketUrl}/api/chat/live?token=${target().token}`)
      client.send({
        session: crypto.randomUUID(),
        message: 'call=list_dir:{"path":"."} text="a  b\\n\\nc 日本 😀" delay=5',
      })
      await client.closed
      const said = client.frames.map(({ delta }) => delta ?? '').join('')
      expect(said).toBe('a  b\n\nc 日本 😀')
      expect(relay.requests).toHaveLength(2)
      const { method, url, headers, body, sent_at } = relay.requests[0]!.payload
      expect([method, url]).toEqual(['POST', `${server.url}/v1beta/models/gemini-test:streamGenerateContent?alt=sse`])
      expect(headers).toEqual({ 'Content-Type': ['application/json'], Accept: ['text/event-stream'] })
      expect(JSON.parse(body)).toMatchObject({ contents: expect.any(Array), tools: expect.any(Array) })
      expect(new Date(sent_at).toISOString()).toBe(sent_at)
      relay.close()
      await relay.closed
    },
  )

  it('takes a whole answer for a stream, also in an envelope', async () => {
    const candidates = [{ content: { parts: [{ text: 'all at once' }] }, finishReason: 'STOP' }]
    const relay = await relayTo(target(), {
      name: 'whole',
      answer: ({ id }, { send }) =>
        send({
          id,
          type: 'http_response',
          payload: { status: 200, body: JSON.stringify({ response: { candidates } }) },
        }),
    })
    expect((await say(target(), 'hi')).reply).toBe('all at once')
    relay.close()
    await relay.closed
  })

  it('asks the next relay when one fails before its answer, and lets the failed one rest', async () => {
    const bad = await relayTo(target(), {
      name: 'bad',
      answer: ({ id }, { send }) => send({ id, type: 'error', payload: { error: 'no capacity', status: 503 } }),
    })
    const good = await relayTo(target(), { name: 'good' })
    for (let i = 0; i < 3; i++) expect((await say(target(), `text="fine ${i}"`)).reply).toBe(`fine ${i}`)
    expect(good.requests).toHaveLength(3)
    expect(bad.requests.length).toBeLessThanOrEqual(1)
    for (const relay of [bad, good]) relay.close()
    await Promise.all([bad.closed, good.closed])
  })

  it('shows its relays in the runtime view, as accounts and candidates, and who came and went', async () => {
    const view = async (query = '') =>
      (await jsonOf(target().fetch(`/api/provider/runtime?provider=aistudio${query}`))).view.items[0]
    await jsonOf(
      target().fetch('/api/provider/runtime', {
        method: 'POST',
        body: JSON.stringify({ provider: 'aistudio', action: 'clear_history' }),
      }),
    )
    const empty = await view()
    expect(empty).toMatchObject({ candidate_order: [], recent_changes: [], recent_hits: [] })
    expect(empty).not.toHaveProperty('oauth_accounts')
    const bad = await relayTo(target(), {
      name: 'view-bad',
      answer: ({ id }, { send }) => send({ id, type: 'error', payload: { error: 'no capacity', status: 503 } }),
    })
    const good = await relayTo(target(), { name: 'view-good' })
    for (let i = 0; i < 2; i++) await say(target(), 'text=ok')
    const item = await view()
    expect(item.candidate_order).toMatchObject([
      { kind: 'relay', target: 'view-good', available: true, status: 'ready', health_score: 100, failure_count: 0 },
      { kind: 'relay', target: 'view-bad', available: false, status: 'cooldown', health_score: 80, failure_count: 1 },
    ])
    expect(item.oauth_accounts).toMatchObject([
      { email: 'view-bad', account_id: 'view-bad', plan_type: 'relay', failure_count: 1 },
      { email: 'view-good', quota_source: 'relay', balance_label: 'connected', last_refresh: expect.any(String) },
    ])
    const reason = expect.stringContaining('no capacity')
    expect(item.recent_errors).toMatchObject([{ kind: 'relay', target: 'view-bad', reason }])
    expect(item.last_success).toMatchObject({ kind: 'relay', target: 'view-good', reason: 'success' })
    for (const relay of [bad, good]) relay.close()
    await Promise.all([bad.closed, good.closed])
    await expect
      .poll(async () =>
        (await view('&reason=relay_dis')).recent_changes.map((each: { target: string }) => each.target).sort(),
      )
      .toEqual(['view-bad', 'view-good'])
    const summary = await view('&kind=relay&changes_only=true')
    expect(summary.events.map(({ reason }: { reason: string }) => reason)).toContain('relay_connected')
    expect(summary.candidate_order).toEqual([])
  })

  it('takes turns over healthy relays', async () => {
    const relays = await Promise.all(['turn-a', 'turn-b'].map((each) => relayTo(target(), { name: each })))
    for (let i = 0; i < 4; i++) await say(target(), 'text=ok')
    expect(relays.map(({ requests }) => requests.length)).toEqual([2, 2])
    for (const relay of relays) relay.close()
    await Promise.all(relays.map(({ closed }) => closed))
  })

  it('falls over to the next model when the relay dies in the middle of its answer', async () => {
    const relay = await relayTo(target(), { name: 'dies' })
    const client = await connect(`${target().socketUrl}/api/chat/live?token=${target().token}`)
    client.send({ session: crypto.randomUUID(), message: 'tokens=30 delay=20', events: true })
    await client.until(({ type }) => type === 'chat_chunk')
    const before = server.requests.filter(({ path }) => path.endsWith('/chat/completions')).length
    relay.kill()
    const done = await client.until(({ type }) => type === 'chat_done' || type === 'chat_error')
    expect(done.type).toBe('chat_done')
    expect(server.requests.filter(({ path }) => path.endsWith('/chat/completions'))).toHaveLength(before + 1)
    const { reply } = await jsonOf(target().fetch(`/api/chat/turn?turn=${done.turn}`))
    expect(reply.trim().split(' ')).toHaveLength(30)
  })

  it('tells the relay when a turn is stopped', async () => {
    const relay = await relayTo(target(), { name: 'stopped' })
    const session = crypto.randomUUID()
    const client = await connect(`${target().socketUrl}/api/chat/live?token=${target().token}`)
    client.send({ session, message: 'k=stop-me tokens=500 delay=10' })
    await client.until(({ type }) => type === 'chat_chunk')
    await target().fetch('/api/chat/stop', { method: 'POST', body: JSON.stringify({ session }) })
    expect((await relay.signal('cancel')).id).toBe(relay.requests[0]!.id)
    await expect.poll(() => server.requestsOf('stop-me').map(({ outcome }) => outcome)).toEqual(['left'])
    relay.close()
    await relay.closed
  })
})

describeTargets('a relay that is silent or away', (open) => {
  it('is given up after timeout_sec, told so, and the next model answers', async () => {
    const server = await scriptedModel()
    const target = await open({ config: configOver(server, 1) })
    const relay = await relayTo(target, { answer: () => true })
    expect((await say(target, 'text="from the other"')).reply).toBe('from the other')
    expect((await relay.signal('cancel')).id).toBe(relay.requests[0]!.id)
  })

  it('is waited for when it was here a moment ago, and missed at once when it never was', async () => {
    const server = await scriptedModel()
    const target = await open({ config: configOver(server) })
    expect((await say(target, 'text="without"')).reply).toBe('without')
    const gone = await relayTo(target)
    gone.close()
    await gone.closed
    const asked = say(target, 'text="it came back"', 'waits')
    await expect.poll(async () => (await jsonOf(target.fetch('/api/status'))).active_turns).toBe(1)
    const back = await relayTo(target)
    expect((await asked).reply).toBe('it came back')
    expect(back.requests).toHaveLength(1)
  })
})

it('a relay stays connected while the Gateway object hibernates, and answers the next life', async () => {
  const server = await scriptedModel()
  const config = { ...configOver(server), gateway: { token: 'owner-token-of-the-test', relay_token: RELAY_TOKEN } }
  const worker = await startWorker({
    entry: 'adapters/cloudflare/worker.ts',
    objects: { GATEWAY: 'GatewayObject', DIRECTORY: 'TenantDirectory' },
    vars: { GATEWAY_CONFIG: JSON.stringify(config) },
  })
  onTestFinished(() => worker.close())
  const relay = await connectRelay(worker.url.replace('http', 'ws'), { token: RELAY_TOKEN })
  onTestFinished(() => relay.kill())
  const headers = { authorization: 'Bearer owner-token-of-the-test' }
  const ask = async (message: string) =>
    jsonOf(fetch(`${worker.url}/api/chat`, { method: 'POST', headers, body: JSON.stringify({ message }) }))
  expect((await ask('text=before')).reply).toBe('before')
  await worker.evict()
  expect((await ask('text=after')).reply).toBe('after')
  expect(relay.requests).toHaveLength(2)
})
