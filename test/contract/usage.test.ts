/** `GET /api/usage` and `/usage`: what was used, counted as it happens. */
import { expect, it } from 'vitest'
import { jsonOf } from '../support/json.ts'
import { connect } from '../support/live-client.ts'
import { post } from '../support/post.ts'
import { configFor, scriptedModel } from '../support/scripted-model.ts'
import { describeTargets } from '../support/targets.ts'

describeTargets('GET /api/usage', (open) => {
  it('sums by day, model and session, with prices, and is the same after a restart', async () => {
    const model = await scriptedModel()
    const prices = { 'local/script': { input: 1_000_000, output: 2_000_000 } }
    const target = await open({ config: { ...configFor(model), limits: { prices, currency: 'EUR' } } })
    expect(await jsonOf(target.fetch('/api/usage'))).toMatchObject({
      ok: true,
      timezone: 'UTC',
      days: [],
      models: [],
      sessions: [],
      limits: [],
      total: { input: 0, turns: 0, cost: 0 },
    })
    const first = await jsonOf(post(target, '/api/chat', { session: 'one', message: 'text="a"' }))
    const second = await jsonOf(
      post(target, '/api/chat', { session: 'two', message: 'call=list_dir:{} text="{result}"' }),
    )
    const { input, output } = first.usage
    const all = { input: input + second.usage.input, output: output + second.usage.output, turns: 2 }
    const used = await jsonOf(target.fetch('/api/usage?days=7'))
    expect(used.total).toMatchObject({ ...all, unpriced_tokens: 0 })
    expect(used.total.cost).toBeCloseTo(all.input + 2 * all.output, 6)
    expect(used.currency).toBe('EUR')
    expect(used.days).toMatchObject([{ day: used.today, ...all }])
    expect(used.models).toMatchObject([{ model: 'local/script', ...all }])
    expect(used.sessions.map(({ session }: { session: string }) => session).sort()).toEqual(['one', 'two'])
    expect(used).not.toHaveProperty('models_by_day')
    const { models_by_day, sessions_by_day } = await jsonOf(target.fetch('/api/usage?days=7&series=1'))
    expect(models_by_day).toMatchObject([{ day: used.today, model: 'local/script', ...all }])
    expect(sessions_by_day).toMatchObject([
      { day: used.today, session: 'one', input, output },
      { day: used.today, session: 'two', input: second.usage.input },
    ])
    await target.restart()
    expect((await jsonOf(target.fetch('/api/usage?days=7'))).total).toEqual(used.total)
    const { reply } = await jsonOf(post(target, '/api/chat', { session: 'one', message: '/usage' }))
    expect(reply).toBe(`local/script: ${input} tokens in, ${output} out`)
  })

  it('counts an answer that was stopped in the middle: the provider does', async () => {
    const model = await scriptedModel()
    const target = await open({ config: configFor(model) })
    const { turn } = await jsonOf(post(target, '/api/chat', { message: 'tokens=30 hang=3', wait: false }))
    const stream = (await target.fetch(`/api/chat/stream?turn=${turn}`)).body!.pipeThrough(new TextDecoderStream())
    const reader = stream.getReader()
    for (let seen = ''; !seen.includes('"text"'); ) seen += (await reader.read()).value
    await reader.cancel()
    await post(target, '/api/chat/stop', { turn })
    await expect.poll(async () => (await jsonOf(target.fetch('/api/usage'))).total.output).toBeGreaterThan(0)
    const { total } = await jsonOf(target.fetch('/api/usage'))
    expect(total.input).toBeGreaterThan(100)
  })

  it('says that a cost is unknown, never that it is nothing', async () => {
    const model = await scriptedModel()
    const target = await open({ config: configFor(model) })
    await post(target, '/api/chat', { message: 'text="a"' })
    const { total } = await jsonOf(target.fetch('/api/usage'))
    expect(total).toMatchObject({ cost: null, unpriced_tokens: total.input + total.output })
  })
})

describeTargets('the budget of a day', (open) => {
  it('warns once, ends a turn that reaches it with an answer, and refuses the next message with 402', async () => {
    const model = await scriptedModel()
    const limits = { tokens_per_day: { warn: 1, block: 2 } }
    const target = await open({ config: { ...configFor(model), limits } })
    const events = await connect(`${target.socketUrl}/api/events/live?token=${target.token}`)
    const turn = await jsonOf(post(target, '/api/chat', { message: 'call=list_dir:{} text="never said"' }))
    expect(turn).toMatchObject({ state: 'done', reply: expect.stringContaining('2 tokens a day') })
    const refused = await post(target, '/api/chat', { message: 'text="more"' })
    expect([refused.status, await refused.text()]).toEqual([
      402,
      expect.stringMatching(
        /^The limit of this gateway is reached: 2 tokens a day, \d+ used\. It lifts at \d{4}-.*Z\. /,
      ),
    ])
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(model.requests).toHaveLength(1)
    const help = await jsonOf(post(target, '/api/chat', { message: '/help' }))
    expect(help.reply).toContain('/usage')
    const usage = await jsonOf(target.fetch('/api/usage'))
    expect(usage.limits).toMatchObject([{ name: 'tokens_per_day', warn: 1, block: 2, state: 'block' }])
    expect(Date.parse(usage.limits[0].lifts_at)).toBeGreaterThan(Date.now())
    const levels = usage.warnings.map(({ level }: { level: string }) => level).sort()
    expect(levels).toEqual(['block', 'warn'])
    await expect.poll(() => events.frames.filter(({ type }) => type === 'limit_warning')).toHaveLength(2)
    events.close()
  })

  it('lets go on as soon as the owner raises it', async () => {
    const model = await scriptedModel()
    const config = {
      ...configFor(model),
      limits: { money_per_day: { block: 0.5 }, prices: { script: { input: 1e6, output: 1e6 } } },
    }
    const target = await open({ config })
    await post(target, '/api/chat', { message: 'text="a"' })
    expect((await post(target, '/api/chat', { message: 'text="b"' })).status).toBe(402)
    const current = await jsonOf(target.fetch('/api/config'))
    current.limits.money_per_day.block = 1e9
    expect((await post(target, '/api/config', current)).status).toBe(200)
    expect((await post(target, '/api/chat', { message: 'text="b"' })).status).toBe(200)
  })
})
