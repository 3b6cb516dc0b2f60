/** gateway-api.md "Live Chat", api-behaviour.md section 6.2, and resuming. */
import { expect, it } from 'vitest'
import { jsonOf } from '../support/json.ts'
import { connect, textOf } from '../support/live-client.ts'
import { configFor, scriptedModel } from '../support/scripted-model.ts'
import { describeTargets } from '../support/targets.ts'

describeTargets('GET /api/chat/live', (open) => {
  it('streams deltas while the model still writes, then chat_done, then closes', async () => {
    const model = await scriptedModel()
    const target = await open({ config: configFor(model) })
    const client = await connect(`${target.socketUrl}/api/chat/live?token=${target.token}`)
    client.send({ session: 'main', message: 'tokens=20 delay=25' })
    await client.until(({ type }) => type === 'chat_chunk')
    expect(model.openStreams).toBe(1)
    await client.until(({ type }) => type === 'chat_done')
    expect(await client.closed).toBe(1000)
    expect(textOf(client.frames).trim()).toBe(Array.from({ length: 20 }, (_, i) => `t${i}`).join(' '))
    expect(client.frames.filter(({ type }) => type === 'chat_chunk').length).toBeGreaterThan(5)
    expect(client.frames[0]).toMatchObject({ ok: true, session: 'main', turn: 1 })
    expect(client.frames.at(-1)).toMatchObject({ ok: true, type: 'chat_done', session: 'main' })
    expect([...new Set(client.frames.map(({ type }) => type))]).toEqual(['chat_chunk', 'chat_done'])
  })

  it('never cuts a character', async () => {
    const model = await scriptedModel()
    const target = await open({ config: configFor(model) })
    const said = '日本語😀🦊'.repeat(100)
    const client = await connect(`${target.socketUrl}/api/chat/live?token=${target.token}`)
    client.send({ message: `text="${said}"` })
    await client.closed
    for (const { delta } of client.frames) if (delta) expect(String(delta).isWellFormed()).toBe(true)
    expect(textOf(client.frames)).toBe(said)
  })

  it('stays for further messages when asked, and shows tools when asked', async () => {
    const model = await scriptedModel()
    const target = await open({ config: configFor(model) })
    const client = await connect(`${target.socketUrl}/api/chat/live?session=s&token=${target.token}`)
    client.send({ message: 'call=list_dir:{"path":"."} text="one"', stay: true, events: true })
    await client.until(({ type }) => type === 'chat_done')
    expect(client.frames.map(({ type }) => type)).toEqual(
      expect.arrayContaining(['chat_tool_call', 'chat_tool_result', 'chat_step', 'chat_chunk', 'chat_done']),
    )
    client.send({ message: 'text="two"', stay: true })
    await client.until(({ type, turn }) => type === 'chat_done' && turn === 2)
    expect(client.frames.every(({ session }) => session === 's')).toBe(true)
    client.close()
    await client.closed
  })

  it('stops the answer that is coming on the socket, whatever session the message named', async () => {
    const model = await scriptedModel()
    const target = await open({ config: configFor(model) })
    const client = await connect(`${target.socketUrl}/api/chat/live?session=url&token=${target.token}`)
    client.send({ session: 'named', message: 'tokens=400 delay=25' })
    await client.until(({ type }) => type === 'chat_chunk')
    client.send({ stop: true })
    expect(await client.until(({ type }) => type === 'chat_done')).toMatchObject({ session: 'named', state: 'stopped' })
    await client.closed
  })

  it('goes on from a sequence number after the socket was lost, and after a restart', async () => {
    const model = await scriptedModel()
    const target = await open({ config: configFor(model) })
    const first = await connect(`${target.socketUrl}/api/chat/live?token=${target.token}`)
    first.send({ message: 'tokens=30 delay=20' })
    const seen = await first.until(({ type, seq }) => type === 'chat_chunk' && Number(seq) % 1e9 > 20)
    first.close()
    await first.closed
    const had = first.frames.filter(({ seq }) => Number(seq) <= Number(seen.seq))
    const again = await connect(`${target.socketUrl}/api/chat/live?token=${target.token}`)
    again.send({ turn: seen.turn, after: seen.seq })
    await again.until(({ type }) => type === 'chat_done')
    const expected = Array.from({ length: 30 }, (_, i) => `t${i}`).join(' ')
    expect((textOf(had) + textOf(again.frames)).trim()).toBe(expected)

    await target.restart()
    const later = await connect(`${target.socketUrl}/api/chat/live?token=${target.token}`)
    later.send({ turn: seen.turn, after: seen.seq })
    await later.until(({ type }) => type === 'chat_done')
    expect(textOf(later.frames)).toBe(textOf(again.frames))
  })

  it('answers errors as frames', async () => {
    const model = await scriptedModel()
    const target = await open({ config: configFor(model) })
    const url = `${target.socketUrl}/api/chat/live?token=${target.token}`
    const broken = await connect(url)
    broken.send('{nope')
    await broken.closed
    expect(broken.frames).toEqual([{ ok: false, type: 'chat_error', error: 'invalid json' }])
    const failed = await connect(url)
    failed.send({ session: 's', message: 'fail=400' })
    await failed.closed
    expect(failed.frames).toEqual([expect.objectContaining({ ok: false, type: 'chat_error', session: 's' })])
    const unknown = await connect(url)
    unknown.send({ turn: 99 })
    await unknown.closed
    expect(unknown.frames).toEqual([expect.objectContaining({ type: 'chat_error', error: 'turn not found: 99' })])
    const blank = await connect(url)
    blank.send({ message: ' ' })
    await blank.closed
    expect(blank.frames).toEqual([{ ok: true, type: 'chat_done', session: 'main' }])
    const long = await connect(url)
    long.send({ message: '長'.repeat(600_000) })
    await long.closed
    expect(long.frames).toEqual([
      expect.objectContaining({ error: expect.stringContaining('the message is too long') }),
    ])
  })

  it('refuses the upgrade without the token, from a foreign origin, and what is no upgrade', async () => {
    const target = await open()
    const url = `${target.socketUrl}/api/chat/live`
    await expect(connect(url)).rejects.toMatchObject({ status: 401, body: 'unauthorized\n' })
    const headers = { authorization: `Bearer ${target.token}` }
    await expect(connect(url, { ...headers, origin: 'https://evil.example' })).rejects.toMatchObject({ status: 403 })
    const plain = await target.fetch('/api/chat/live')
    expect([plain.status, plain.headers.get('sec-websocket-version')]).toEqual([400, '13'])
    expect((await target.fetch('/api/chat/live', { method: 'POST' })).status).toBe(405)
    await expect(connect(`${url}?session=${'x'.repeat(257)}`, headers)).rejects.toMatchObject({
      status: 400,
      body: 'session key is longer than 256 characters\n',
    })
    ;(await connect(`${url}?session=${'x'.repeat(256)}`, headers)).close()
  })

  it('survives a client that opens and says nothing, and one that vanishes in the middle', async () => {
    const model = await scriptedModel()
    const target = await open({ config: configFor(model) })
    const url = `${target.socketUrl}/api/chat/live?token=${target.token}`
    const silent = await connect(url)
    const gone = await connect(url)
    gone.send({ session: 'gone', message: 'tokens=20 delay=10' })
    await gone.until(({ type }) => type === 'chat_chunk')
    gone.close()
    const next = await connect(url)
    next.send({ session: 'next', message: 'text="fine"' })
    await next.closed
    expect(textOf(next.frames)).toBe('fine')
    silent.close()
    await expect.poll(async () => (await jsonOf(target.fetch('/api/chat/turn?turn=1'))).state).toBe('done')
  })
})
