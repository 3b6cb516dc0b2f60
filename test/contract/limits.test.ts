/** Limits that the host of a gateway sets: each is refused in the contract's plain text, with what to do. */
import { expect, it } from 'vitest'
import { jsonOf } from '../support/json.ts'
import { connect } from '../support/live-client.ts'
import type { ModelServer } from '../support/model-server.ts'
import { post } from '../support/post.ts'
import { configFor, scriptedModel } from '../support/scripted-model.ts'
import { describeTargets, type Target, type TargetOptions } from '../support/targets.ts'

type Limit = { warn?: number; block?: number }

describeTargets('limits of the host', (open) => {
  async function limited(
    limits: Record<string, Limit>,
    options: TargetOptions = {},
  ): Promise<{ model: ModelServer; target: Target }> {
    const model = await scriptedModel()
    const target = await open({
      config: configFor(model),
      ...options,
      vars: { GATEWAY_LIMITS: JSON.stringify(limits) },
    })
    return { model, target }
  }
  const state = async (target: Target, name: string) => {
    const { limits } = await jsonOf(target.fetch('/api/usage'))
    return limits.find((limit: { name: string }) => limit.name === name)
  }

  it('requests a minute: 429 with Retry-After, for whoever shows the token', async () => {
    const { target } = await limited({ requests_per_minute: { block: 3 } })
    for (let i = 0; i < 3; i++) expect((await target.fetch('/api/version')).status).toBe(200)
    const refused = await target.fetch('/api/version')
    expect([refused.status, await refused.text()]).toEqual([429, expect.stringContaining('3 requests a minute')])
    const wait = Number(refused.headers.get('retry-after'))
    expect(wait).toBeGreaterThan(0)
    expect(wait).toBeLessThanOrEqual(60)
    expect(refused.headers.get('content-type')).toBe('text/plain; charset=utf-8')
    expect((await fetch(`${target.url}/api/version`)).status).toBe(401)
    expect((await fetch(`${target.url}/health`)).status).toBe(200)
  })

  it('say in /api/usage when they are warned of, when they refuse, and when they lift', async () => {
    const { target } = await limited({
      requests_per_minute: { warn: 1, block: 500 },
      tokens_per_day: { block: 500 },
      open_sockets: { warn: 3 },
    })
    const minute = await state(target, 'requests_per_minute')
    expect(minute).toMatchObject({ warn: 1, block: 500, state: 'warn' })
    expect(Date.parse(minute.lifts_at) - Date.now()).toBeLessThanOrEqual(60_000)
    expect(Date.parse(minute.lifts_at)).toBeGreaterThan(Date.now() - 60_000)
    const day = await state(target, 'tokens_per_day')
    expect(day).toMatchObject({ used: 0, warn: null, block: 500, state: 'ok' })
    expect(day.lifts_at).toMatch(/T00:00:00\.000Z$/)
    expect(await state(target, 'open_sockets')).toMatchObject({ warn: 3, block: null, lifts_at: null })
  })

  it('open sockets: 429 for one more, until one closes', async () => {
    const { target } = await limited({ open_sockets: { block: 2 } })
    const url = `${target.socketUrl}/api/events/live?token=${target.token}`
    const [first] = await Promise.all([
      connect(url),
      connect(`${target.socketUrl}/api/chat/live?token=${target.token}`),
    ])
    await expect(connect(url)).rejects.toMatchObject({
      status: 429,
      body: expect.stringContaining('2 open WebSockets'),
    })
    expect(await state(target, 'open_sockets')).toMatchObject({ used: 2, block: 2, state: 'block' })
    first.close()
    await first.closed
    await expect.poll(async () => (await state(target, 'open_sockets')).used).toBe(1)
    ;(await connect(url)).close()
  })

  it('turns at once: further ones wait; queued messages: 429 for one more', async () => {
    const { model, target } = await limited({ turns_at_once: { block: 1 }, queued_messages: { block: 1 } })
    const say = (session: string, message: string) => post(target, '/api/chat', { session, message, wait: false })
    const { turn } = await jsonOf(say('one', 'hang=0x1 text="1"'))
    expect((await say('two', 'text="2"')).status).toBe(202)
    const refused = await say('three', 'text="3"')
    expect([refused.status, await refused.text()]).toEqual([429, expect.stringContaining('1 waiting messages')])
    expect(await state(target, 'turns_at_once')).toMatchObject({ used: 1 })
    expect(await state(target, 'queued_messages')).toMatchObject({ used: 1, state: 'block' })
    expect(model.requests.length).toBeLessThanOrEqual(1)
    await post(target, '/api/chat/stop', { turn })
    await expect.poll(async () => (await say('three', 'text="3"')).status).toBe(202)
  })

  it('files: 413 for an upload or a workspace file, never for the config', async () => {
    const { target } = await limited({ file_bytes: { warn: 1, block: 100_000 } })
    const upload = (size: number) => {
      const body = new FormData()
      body.set('file', new File([new Uint8Array(size)], 'a.bin'))
      return target.fetch('/api/upload', { method: 'POST', body })
    }
    expect((await upload(60_000)).status).toBe(200)
    const refused = await upload(60_000)
    expect([refused.status, await refused.text()]).toEqual([413, expect.stringContaining('100000 bytes of files')])
    const content = 'x'.repeat(60_000)
    expect((await post(target, '/api/workspace_file', { path: 'big.txt', content })).status).toBe(413)
    expect((await upload(1000)).status).toBe(200)
    const config = await jsonOf(target.fetch('/api/config'))
    config.sentinel.webhook_url = `https://hooks.example/${'y'.repeat(60_000)}`
    expect((await post(target, '/api/config', config)).status).toBe(200)
    const usage = await jsonOf(target.fetch('/api/usage'))
    expect(usage.limits).toMatchObject([{ name: 'file_bytes', warn: 1, block: 100_000 }])
    expect(usage.warnings.map(({ level }: { level: string }) => level).sort()).toEqual(['block', 'warn'])
  })

  it('database: 413 for a message, while what is there can still be read', async () => {
    const { model, target } = await limited({ database_bytes: { block: 4096 } })
    const refused = await post(target, '/api/chat', { message: 'text="a"' })
    expect([refused.status, await refused.text()]).toEqual([413, expect.stringContaining('4096 bytes of database')])
    expect((await target.fetch('/api/sessions')).status).toBe(200)
    expect(model.requests).toHaveLength(0)
    expect((await state(target, 'database_bytes')).used).toBeGreaterThan(4096)
  })

  it('the stricter of the host and the owner counts', async () => {
    const { target } = await limited(
      { tokens_per_day: { block: 500 } },
      { config: { limits: { tokens_per_day: { warn: 7, block: 900 } } } },
    )
    expect(await state(target, 'tokens_per_day')).toMatchObject({ warn: 7, block: 500 })
  })
})
