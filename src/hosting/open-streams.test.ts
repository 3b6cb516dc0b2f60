import { describe, expect, it } from 'vitest'
import { OpenStreams } from './open-streams.ts'

/** An event stream whose end the test decides. */
function events() {
  let controller: ReadableStreamDefaultController<Uint8Array>
  let cancelled = false
  const body = new ReadableStream<Uint8Array>({
    start(given) {
      controller = given
    },
    cancel() {
      cancelled = true
    },
  })
  return {
    response: new Response(body, { headers: { 'content-type': 'text/event-stream' } }),
    send: (text: string) => controller.enqueue(new TextEncoder().encode(text)),
    end: () => controller.close(),
    isCancelled: () => cancelled,
  }
}

describe('long answers', () => {
  it('pass whole and are forgotten at their end', async () => {
    const [streams, source] = [new OpenStreams(), events()]
    const carried = streams.carry(source.response, 'a')
    source.send('one ')
    source.send('two')
    expect(streams.count).toBe(1)
    source.end()
    expect(await carried.text()).toBe('one two')
    expect(carried.headers.get('content-type')).toBe('text/event-stream')
    expect(streams.count).toBe(0)
  })

  it('are cut with their token, and nobody else’s are', async () => {
    const [streams, lost, kept] = [new OpenStreams(), events(), events()]
    const [first, second] = [streams.carry(lost.response, 'a'), streams.carry(kept.response, 'b')]
    lost.send('one')
    const reader = first.body!.getReader()
    await reader.read()
    streams.cut('a')
    await expect(reader.read()).rejects.toThrow('revoked')
    expect([lost.isCancelled(), kept.isCancelled(), streams.count]).toEqual([true, false, 1])
    kept.send('still here')
    kept.end()
    expect(await second.text()).toBe('still here')
  })

  it('are forgotten when their reader leaves', async () => {
    const [streams, source] = [new OpenStreams(), events()]
    await streams.carry(source.response, 'a').body!.cancel()
    expect([streams.count, source.isCancelled()]).toEqual([0, true])
  })

  it('are none of the short ones, which pass untouched', () => {
    const streams = new OpenStreams()
    const short = Response.json({ ok: true })
    expect(streams.carry(short, 'a')).toBe(short)
    expect(streams.count).toBe(0)
  })
})
