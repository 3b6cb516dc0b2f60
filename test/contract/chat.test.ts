/** gateway-api.md "Chat", "Chat History", "Sessions", and what we add: turns, stop, idempotency, streams. */
import { expect, it } from 'vitest'
import { jsonOf } from '../support/json.ts'
import { configFor, scriptedModel } from '../support/scripted-model.ts'
import { describeTargets, type Target } from '../support/targets.ts'

const post = (target: Target, path: string, body: unknown, headers: Record<string, string> = {}) =>
  target.fetch(path, { method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body), headers })

describeTargets('POST /api/chat', (open) => {
  it('answers with the offline model when no model is configured', async () => {
    const target = await open()
    const answer = await post(target, '/api/chat', { session: 'main', message: 'Hello' })
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-type')).toBe('application/json')
    const text = await answer.text()
    expect(text.endsWith('}\n')).toBe(true)
    const body = JSON.parse(text)
    expect(body).toMatchObject({ ok: true, session: 'main', state: 'done' })
    expect(body.reply.length).toBeGreaterThan(20)
  })

  it('takes the session from the body, then the query, then main; a blank prompt never reaches a model', async () => {
    const model = await scriptedModel()
    const target = await open({ config: configFor(model) })
    expect(await jsonOf(post(target, '/api/chat', { message: '  ' }))).toEqual({
      ok: true,
      reply: '',
      session: 'main',
    })
    expect(await jsonOf(post(target, '/api/chat?session=q', { message: 'text="hi"' }))).toMatchObject({
      reply: 'hi',
      session: 'q',
    })
    expect(await jsonOf(post(target, '/api/chat?session=q', { session: 'b', message: 'text="hi"' }))).toMatchObject({
      session: 'b',
    })
    expect(model.requests).toHaveLength(2)
  })

  it('reads and writes workspace files through tool calls', async () => {
    const model = await scriptedModel()
    const target = await open({ config: configFor(model) })
    const message =
      'call=write_file:{"path":"notes/a.txt","content":"tea"} call=read_file:{"path":"notes/a.txt"} text="It says {result}."'
    const body = await jsonOf(post(target, '/api/chat', { message }))
    expect(body).toMatchObject({ ok: true, reply: 'It says tea.', state: 'done' })
    const { messages } = await jsonOf(target.fetch('/api/chat/history'))
    expect(messages.map(({ role }: { role: string }) => role)).toEqual([
      'user',
      'assistant',
      'tool',
      'assistant',
      'tool',
      'assistant',
    ])
    expect(messages[1].tool_calls[0]).toMatchObject({ type: 'function', function: { name: 'write_file' } })
    expect(messages[2].tool_call_id).toBe(messages[1].tool_calls[0].id)
  })

  it('adds media to the prompt', async () => {
    const model = await scriptedModel()
    const target = await open({ config: configFor(model) })
    await post(target, '/api/chat', { message: 'text="ok"', media: '/tmp/x.png' })
    expect(model.lastRequest!.prompt).toBe('text="ok"\n[file: /tmp/x.png]')
  })

  it('gives the same turn for the same idempotency key, and 409 for other input', async () => {
    const model = await scriptedModel()
    const target = await open({ config: configFor(model) })
    const key = { 'idempotency-key': 'abc' }
    const [a, b] = await Promise.all(
      [1, 2].map(async () => jsonOf(post(target, '/api/chat', { message: 'text="once"' }, key))),
    )
    expect(a.turn).toBe(b.turn)
    expect(model.requests).toHaveLength(1)
    const other = await post(target, '/api/chat', { message: 'else' }, key)
    expect([other.status, await other.text()]).toEqual([409, 'this idempotency key was used for another message\n'])
  })

  it('answers turns of one session in order and sessions side by side', async () => {
    const model = await scriptedModel()
    const target = await open({ config: configFor(model) })
    const replies: string[] = []
    const say = async (session: string, text: string, script: string) => {
      const { reply } = await jsonOf(post(target, '/api/chat', { session, message: `${script} text="${text}"` }))
      replies.push(reply)
    }
    const slow = say('a', 'a1', 'first=300')
    await new Promise((resolve) => setTimeout(resolve, 50))
    await Promise.all([slow, say('a', 'a2', ''), say('b', 'b1', '')])
    expect(replies).toEqual(['b1', 'a1', 'a2'])
  })

  it('answers 429 with Retry-After when a session has too many waiting, and drops none of them', async () => {
    const model = await scriptedModel()
    const target = await open({ config: configFor(model) })
    await post(target, '/api/chat', { message: 'hang=0', wait: false })
    const statuses = await Promise.all(
      Array.from({ length: 25 }, async (_, i) => {
        const answer = await post(target, '/api/chat', { message: `text="m${i}"`, wait: false })
        return [answer.status, answer.headers.get('retry-after')]
      }),
    )
    expect(statuses.filter(([status]) => status === 202)).toHaveLength(19)
    expect(statuses.find(([status]) => status === 429)).toEqual([429, '5'])
    expect(await jsonOf(post(target, '/api/chat/stop', { session: 'main' }))).toEqual({
      ok: true,
      stopped: true,
    })
    for (let i = 0; i < 200; i++) {
      const { messages } = await jsonOf(target.fetch('/api/chat/history?limit=2000'))
      const answers = messages.filter(({ role }: { role: string }) => role === 'assistant').length
      if (answers === 19) return
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    expect.unreachable('not every accepted message was answered')
  })

  it('refuses what is no chat message with the contract’s plain text', async () => {
    const target = await open()
    for (const body of ['', '{', '[]', '"x"', '{"message": 5}', '{"session": {}}']) {
      const answer = await post(target, '/api/chat', body)
      expect([body, answer.status, await answer.text()]).toEqual([body, 400, 'invalid json\n'])
      expect(answer.headers.get('content-type')).toBe('text/plain; charset=utf-8')
    }
    const big = await post(target, '/api/chat', { message: 'x'.repeat(10 * 1024 * 1024) })
    expect(big.status).toBe(413)
    expect((await post(target, '/api/chat', { message: 'still there?' })).status).toBe(200)
  })

  it('says why the model failed, keeps the message, and the next one works', async () => {
    const model = await scriptedModel()
    const target = await open({ config: configFor(model) })
    const failed = await post(target, '/api/chat', { message: 'fail=400' })
    expect(failed.status).toBe(502)
    expect(await failed.text()).toMatch(/^LLM call failed: local\/script: /)
    const garbage = await post(target, '/api/chat', { message: 'garbage=html' })
    expect([garbage.status, (await garbage.text()).startsWith('LLM call failed: ')]).toEqual([502, true])
    const fine = await jsonOf(post(target, '/api/chat', { message: 'text="fine"' }))
    expect(fine.reply).toBe('fine')
    const { messages } = await jsonOf(target.fetch('/api/chat/history'))
    expect(messages.map(({ content }: { content: string }) => content)).toEqual([
      'fail=400',
      'garbage=html',
      'text="fine"',
      'fine',
    ])
  })

  it('tries again when the model server dies in the middle, and takes back what it had shown', async () => {
    const model = await scriptedModel()
    const target = await open({ config: configFor(model) })
    const body = await jsonOf(post(target, '/api/chat', { message: 'die=5x1 tokens=20' }))
    expect(body.reply.trim()).toBe(Array.from({ length: 20 }, (_, i) => `t${i}`).join(' '))
    expect(model.requests.map(({ outcome }) => outcome)).toEqual(['cut', 'done'])
  })

  it('ends at the step limit with an answer instead of an error', async () => {
    const model = await scriptedModel()
    const target = await open({ config: configFor(model, { max_tool_iterations: 2 }) })
    const message = `${[1, 2, 3, 4].map((n) => `call=list_dir:{"path":".","n":${n}}`).join(' ')} text="never"`
    const answer = await post(target, '/api/chat', { message })
    expect(answer.status).toBe(200)
    const { messages } = await jsonOf(target.fetch('/api/chat/history'))
    expect(messages.filter(({ role }: { role: string }) => role === 'tool')).toHaveLength(2)
  })
})

describeTargets('turns', (open) => {
  it('are stopped by POST /api/chat/stop, not by a client that leaves', async () => {
    const model = await scriptedModel()
    const target = await open({ config: configFor(model) })
    const left = new AbortController()
    const gone = target
      .fetch('/api/chat', {
        method: 'POST',
        body: JSON.stringify({ message: 'first=200 text="kept"' }),
        signal: left.signal,
      })
      .catch(() => 'left')
    await expect.poll(() => model.requests.length).toBe(1)
    left.abort()
    expect(await gone).toBe('left')
    await expect.poll(async () => (await jsonOf(target.fetch('/api/chat/turn?turn=1'))).state).toBe('done')
    expect(await jsonOf(target.fetch('/api/chat/turn?turn=1'))).toMatchObject({ ok: true, reply: 'kept' })

    const running = post(target, '/api/chat', { message: 'tokens=3 hang=3' })
    await expect.poll(() => model.requests.length).toBe(2)
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(await jsonOf(post(target, '/api/chat/stop', { session: 'main' }))).toEqual({
      ok: true,
      stopped: true,
    })
    expect(await jsonOf(running)).toMatchObject({ ok: true, state: 'stopped' })
    await expect.poll(() => model.openStreams).toBe(0)
    expect(await jsonOf(post(target, '/api/chat/stop', {}))).toEqual({ ok: true, stopped: false })
    expect((await post(target, '/api/chat/stop', { turn: 99 })).status).toBe(404)
  })

  it('can be followed as server-sent events from any number', async () => {
    const model = await scriptedModel()
    const target = await open({ config: configFor(model) })
    const accepted = await post(target, '/api/chat', { message: 'tokens=10 delay=10', wait: false })
    expect(accepted.status).toBe(202)
    const { turn } = await jsonOf(accepted)
    const whole = await (await target.fetch(`/api/chat/stream?turn=${turn}`)).text()
    expect(whole).toContain('event: end')
    const last = [...whole.matchAll(/^id: (\d+)$/gm)].at(-2)![1]
    const rest = await (
      await target.fetch(`/api/chat/stream?turn=${turn}`, { headers: { 'last-event-id': last! } })
    ).text()
    expect([...rest.matchAll(/^event: (\w+)$/gm)].map(([, type]) => type)).toEqual(['end'])
    expect((await target.fetch('/api/chat/stream?turn=99')).status).toBe(404)
    expect((await target.fetch('/api/chat/turn')).status).toBe(404)
  })

  it('survive a restart: the message, the answer and the history are there once', async () => {
    const model = await scriptedModel()
    const target = await open({ config: configFor(model) })
    await post(target, '/api/chat', { message: 'text="before"' })
    const { turn } = await jsonOf(post(target, '/api/chat', { message: 'first=1500 text="after"', wait: false }))
    await expect.poll(() => model.requests.length).toBe(2)
    await target.restart()
    await expect
      .poll(async () => (await jsonOf(target.fetch(`/api/chat/turn?turn=${turn}`))).state, { timeout: 15_000 })
      .toBe('done')
    const { messages } = await jsonOf(target.fetch('/api/chat/history'))
    expect(messages.map(({ content }: { content: string }) => content)).toEqual([
      'text="before"',
      'before',
      'first=1500 text="after"',
      'after',
    ])
  })

  it('know the commands that need no model', async () => {
    const model = await scriptedModel()
    const target = await open({ config: configFor(model) })
    const say = async (message: string) => (await jsonOf(post(target, '/api/chat', { message }))).reply as string
    expect(await say('/help')).toContain('/new')
    expect(await say('/status')).toContain('local/script')
    expect(await say('/stop')).toBe('Nothing is running.')
    expect(await say('text="zebra"')).toBe('zebra')
    expect(await say('/new')).toBe('A new conversation.')
    await say('text="fresh"')
    expect(JSON.stringify(model.lastRequest!.body)).not.toContain('zebra')
    expect(await say('/usage')).toContain('local/script')
  })
})

describeTargets('GET /api/chat/history', (open) => {
  it('shows the window that was asked for', async () => {
    const model = await scriptedModel()
    const target = await open({ config: configFor(model) })
    for (let i = 1; i <= 5; i++) await post(target, '/api/chat', { session: 'w', message: `text="a${i}"` })
    const seqs = async (query: string) =>
      ((await jsonOf(target.fetch(`/api/chat/history?session=w&${query}`))).messages as Array<{ seq: number }>).map(
        ({ seq }) => seq,
      )
    expect(await seqs('')).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
    expect(await seqs('limit=3')).toEqual([8, 9, 10])
    expect(await seqs('before=5')).toEqual([1, 2, 3, 4])
    expect(await seqs('after=7')).toEqual([8, 9, 10])
    expect(await seqs('around=5&limit=4')).toEqual([4, 5, 6, 7])
    expect(await seqs('after=2&before=8&limit=2')).toEqual([6, 7])
    expect(await seqs('after=10')).toEqual([])
    expect(await seqs('limit=x&before=-1')).toHaveLength(10)
    const unknown = await jsonOf(target.fetch('/api/chat/history?session=nobody'))
    expect(unknown).toEqual({ ok: true, session: 'nobody', messages: [] })
  })
})

describeTargets('GET /api/sessions', (open) => {
  it('lists keys decoded, internal ones only when asked, and main when there is none', async () => {
    const model = await scriptedModel()
    const target = await open({ config: configFor(model) })
    const keys = async (query = '') =>
      (await jsonOf(target.fetch(`/api/sessions${query}`))).sessions.map(({ key, channel }: Record<string, string>) => [
        key,
        channel,
      ])
    expect(await keys()).toEqual([['main', 'main']])
    for (const session of ['telegram:42', 'cron:1', 'a/b %3A 日本', 'main']) {
      await post(target, '/api/chat', { session, message: 'text="x"' })
    }
    expect((await keys()).sort()).toEqual([
      ['a/b %3A 日本', undefined],
      ['main', undefined],
      ['telegram:42', 'telegram'],
    ])
    expect(await keys('?include_internal=1')).toContainEqual(['cron:1', 'cron'])
    expect(await keys('?include_internal=true')).toHaveLength(3)
  })
})
