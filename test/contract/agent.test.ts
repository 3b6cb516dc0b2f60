/** The agent loop from outside: fallback, cooldown, overflow, compaction that survives a restart, usage. */
import { expect, it } from 'vitest'
import { jsonOf } from '../support/json.ts'
import { configFor, scriptedModel } from '../support/scripted-model.ts'
import { describeTargets, type Target } from '../support/targets.ts'

const say = (target: Target, message: string, session = 'main') =>
  target.fetch('/api/chat', { method: 'POST', body: JSON.stringify({ session, message }) })

describeTargets('the agent', (open) => {
  it('walks the fallbacks in order and comes back to the primary', async () => {
    const [first, second] = [await scriptedModel(), await scriptedModel()]
    const provider = (url: string) => ({ api_base: `${url}/v1`, models: ['script'], auth: 'none', timeout_sec: 10 })
    const target = await open({
      config: {
        agents: { defaults: { model: { primary: 'one/script', fallbacks: ['two/script'] } } },
        models: { providers: { one: provider(first.url), two: provider(second.url) } },
      },
    })
    first.close() // nobody listens there any more
    const answer = await jsonOf(say(target, 'text="from two"'))
    expect(answer).toMatchObject({ reply: 'from two', usage: { models: { 'two/script': expect.anything() } } })
    const again = await jsonOf(say(target, 'text="again"'))
    expect(again.reply).toBe('again')
    expect(second.requests).toHaveLength(2)
  })

  it('answers when the context is too long: it compacts once and tries again', async () => {
    const model = await scriptedModel()
    const target = await open({
      config: configFor(model, {
        context_compaction: { protect_last_n: 2, target_ratio: 0.1, keep_recent_messages: 2, max_summary_chars: 200 },
      }),
    })
    for (let i = 0; i < 6; i++) await say(target, 'tokens=400')
    const size = JSON.stringify(model.lastRequest!.body).length
    const answer = await say(target, `overflow=${size - 2000} text="it fits now"`)
    expect([answer.status, (await jsonOf(answer)).reply]).toEqual([200, 'it fits now'])
    const { messages } = await jsonOf(target.fetch('/api/chat/history'))
    expect(messages).toHaveLength(14)
  })

  it('keeps a compaction over a restart, and the whole history readable', async () => {
    const model = await scriptedModel()
    const target = await open({
      config: configFor(model, {
        context_compaction: { trigger_messages: 6, keep_recent_messages: 2, protect_last_n: 2, target_ratio: 0.1 },
      }),
    })
    for (let i = 0; i < 4; i++) await say(target, `text="fact number ${i}"`)
    await expect.poll(async () => (await jsonOf(say(target, '/status'))).reply).toMatch(/[1-9] compactions/)
    await target.restart()
    await say(target, 'text="after"')
    const sent = JSON.stringify(model.lastRequest!.body)
    expect(sent).not.toContain('text=\\"fact number 0')
    expect(sent).toContain('Earlier in this session')
    const { messages } = await jsonOf(target.fetch('/api/chat/history'))
    expect(messages[1].content).toBe('fact number 0')
  })

  it('runs parallel-safe calls of a step side by side and records every result', async () => {
    const model = await scriptedModel()
    const target = await open({ config: configFor(model) })
    await say(
      target,
      'call=write_file:{"path":"a","content":"A"} +call=write_file:{"path":"b","content":"B"} text="ok"',
    )
    const { reply } = await jsonOf(
      say(
        target,
        'call=read_file:{"path":"a"} +call=read_file:{"path":"b"} +call=read_file:{"path":"none"} text="{results}"',
      ),
    )
    expect(reply).toMatch(/^A\|B\|Error: /)
  })

  it('counts tokens by turn and model', async () => {
    const model = await scriptedModel()
    const target = await open({ config: configFor(model) })
    const { usage } = await jsonOf(say(target, 'usage=120,30 call=list_dir:{"path":"."} text="x"'))
    expect(usage).toMatchObject({ input: 240, output: 60, models: { 'local/script': { input: 240, output: 60 } } })
  })

  it('gives up on a model that hangs, and the next message works', async () => {
    const model = await scriptedModel()
    const config = configFor(model) as { models: { providers: { local: { timeout_sec: number } } } }
    config.models.providers.local.timeout_sec = 1
    const target = await open({ config })
    const hung = await say(target, 'hang=0x1 text="second try"')
    expect((await jsonOf(hung)).reply).toBe('second try')
  })
})
