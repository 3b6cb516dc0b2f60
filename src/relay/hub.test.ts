import { beforeEach, describe, expect, it } from 'vitest'
import { nodeDatabase } from '../../adapters/node/database.ts'
import { migrate } from '../db/index.ts'
import type { Socket } from '../platform.ts'
import { GIVE_UP_AT, PAUSE_AT } from './exchange.ts'
import { RelayHub, type RelayNews, relayMigrations } from './index.ts'
import { newSeat, type Seat } from './seat.ts'

/** A socket whose other end is the test: real ones carry whole requests in test/contract/relay.test.ts. */
class RelayEnd implements Socket {
  readonly endpoint = 'relay'
  readonly sent: Array<{ id: string; type: string; payload?: { url: string } }> = []
  attachment: Seat
  isOpen = true
  closedWith: string | undefined
  constructor(name: string, now: number, byRelayToken = false) {
    this.attachment = newSeat(name, byRelayToken, now)
  }
  attach(value: unknown) {
    this.attachment = value as Seat
  }
  async send(text: string) {
    if (this.isOpen) this.sent.push(JSON.parse(text))
  }
  close(code?: number, reason?: string) {
    this.isOpen = false
    this.closedWith = `${code} ${reason}`
  }
  get asked() {
    return this.sent.filter(({ type }) => type === 'http_request')
  }
  said(type: string) {
    return this.sent.filter((frame) => frame.type === type).length
  }
}

const URL_ = 'https://vendor.example/v1beta/models/m:streamGenerateContent?alt=sse'
const WHOLE = 'https://vendor.example/v1beta/models/m:generateContent'

let now: number
let ends: RelayEnd[]
let hub: RelayHub
let news: RelayNews[]
const db = nodeDatabase(':memory:')
migrate(db, [relayMigrations])

function open() {
  const log = { debug() {}, info() {}, warn() {}, error() {} }
  const sockets = { accept: () => new Response(null), open: () => ends.filter(({ isOpen }) => isOpen) }
  return new RelayHub({ sockets, db, now: () => now, log, publish: (event) => news.push(event) })
}

beforeEach(() => {
  now = Date.UTC(2026, 0, 2)
  ends = []
  news = []
  db.query('DELETE FROM relay_change')
  hub = open()
})

function connected(name: string, byRelayToken = false) {
  const end = new RelayEnd(name, now, byRelayToken)
  ends.push(end)
  void hub.endpoint.opened?.(end)
  return end
}

const ask = (url = URL_, timeoutMs = 1000, signal?: AbortSignal) =>
  hub.fetch({ timeoutMs })(url, { method: 'POST', body: '{}', ...(signal && { signal }) })

/** Says something about the n-th request an end was asked. */
function reply(end: RelayEnd, type: string, payload?: object, n = -1) {
  void hub.endpoint.message?.(end, JSON.stringify({ id: end.asked.at(n)!.id, type, ...(payload && { payload }) }))
}

const candidate = (text: string) => JSON.stringify({ candidates: [{ content: { parts: [{ text }] } }] })
const asked = (end: RelayEnd, n = 1) => expect.poll(() => end.asked.length, { interval: 1 }).toBe(n)

describe('an answer through a relay', () => {
  it.each<[string, string[], string[]]>([
    ['one object a chunk', [candidate(' a'), candidate('b\n')], [' a', 'b\n']],
    [
      'the vendor’s own events, cut anywhere',
      [...`data: ${candidate('a}"{')}\r\n\r\ndata: ${candidate('b')}\n\n`],
      ['a}"{', 'b'],
    ],
    ['an array without events', [`[${candidate('a')},`, `\n${candidate('b')}]`], ['a', 'b']],
    ['objects in an envelope', [`{"response":${candidate('a')}}`], ['a']],
  ])('is a stream of events from %s', async (_, chunks, texts) => {
    const relay = connected('a')
    const answer = ask()
    await asked(relay)
    reply(relay, 'stream_start', { status: 200, headers: { 'Content-Type': ['text/event-stream'] } })
    for (const data of chunks) reply(relay, 'stream_chunk', { data })
    reply(relay, 'stream_end')
    const response = await answer
    expect(response.headers.get('content-type')).toBe('text/event-stream')
    const events = (await response.text()).split('\n\n').filter(Boolean)
    expect(events.map((event) => JSON.parse(event.slice(6)).candidates[0].content.parts[0].text)).toEqual(texts)
  })

  it('is one document from chunks where one was asked for', async () => {
    const relay = connected('a')
    const answer = ask(WHOLE)
    await asked(relay)
    reply(relay, 'stream_chunk', { data: '{"total' })
    reply(relay, 'stream_chunk', { data: 'Tokens":42}' })
    reply(relay, 'http_response', { status: 200 })
    expect(await (await answer).json()).toEqual({ totalTokens: 42 })
  })

  it('keeps status and body of a refusal, also one that was streamed', async () => {
    const relay = connected('a')
    const answer = ask()
    await asked(relay)
    reply(relay, 'stream_start', { status: 400, headers: { 'content-type': 'application/json' } })
    reply(relay, 'stream_chunk', { data: '{"error":{"message":' })
    reply(relay, 'stream_chunk', { data: '"no such field"}}' })
    reply(relay, 'stream_end')
    const response = await answer
    expect([response.status, await response.json()]).toEqual([400, { error: { message: 'no such field' } }])
    expect(hub.relays()[0]).toMatchObject({ status: 'ready', failures: 0 })
  })

  it.each([
    ['stops in the middle', (end: RelayEnd) => reply(end, 'error', { error: 'network changed' }), 'network changed'],
    [
      'reports an error in its stream',
      (end: RelayEnd) => reply(end, 'stream_chunk', { data: '{"error":{"code":429,"message":"slow"}}' }),
      'slow',
    ],
    ['is none of the vendor’s', (end: RelayEnd) => reply(end, 'stream_chunk', { data: '{body: none}' }), 'no JSON'],
  ])('that %s is an error, not a short answer, and the relay rests', async (_, how, words) => {
    const relay = connected('a')
    const answer = ask()
    await asked(relay)
    reply(relay, 'stream_chunk', { data: candidate('begun') })
    const response = await answer
    how(relay)
    await expect(response.text()).rejects.toThrow(words)
    expect(hub.relays()[0]).toMatchObject({ status: 'cooldown', available: false, health: 80, failures: 1 })
  })

  it('without any data is a failure', async () => {
    const relay = connected('a')
    const answer = ask()
    await asked(relay)
    reply(relay, 'stream_end')
    await expect((await answer).text()).rejects.toThrow('without any data')
  })

  it('counts from the relay that was asked only', async () => {
    const relay = connected('a')
    const other = connected('b')
    const answer = ask(WHOLE)
    await asked(relay)
    void hub.endpoint.message?.(
      other,
      JSON.stringify({ id: relay.asked[0]!.id, type: 'http_response', payload: { body: '"forged"' } }),
    )
    reply(relay, 'http_response', { body: '{"ok":1}' })
    expect(await (await answer).json()).toEqual({ ok: 1 })
  })
})

describe('a fast relay and a slow reader', () => {
  it('is asked to pause and to go on, and nothing is lost', async () => {
    const relay = connected('a')
    const answer = ask()
    await asked(relay)
    const chunk = candidate('x'.repeat(PAUSE_AT / 8))
    for (let i = 0; i < 20; i++) reply(relay, 'stream_chunk', { data: chunk })
    reply(relay, 'stream_chunk', { data: candidate('last') })
    expect([relay.said('pause'), relay.said('resume')]).toEqual([1, 0])
    const text = (await answer).text()
    await expect.poll(() => relay.said('resume')).toBe(1)
    reply(relay, 'stream_end')
    expect((await text).split('\n\n').filter(Boolean)).toHaveLength(21)
  })

  it('that does not pause fails loudly in the end, and is told to stop', async () => {
    const relay = connected('a')
    const answer = ask()
    await asked(relay)
    const chunk = candidate('x'.repeat(1 << 20))
    for (let i = 0; i <= GIVE_UP_AT >> 20; i++) reply(relay, 'stream_chunk', { data: chunk })
    await expect(answer).rejects.toMatchObject({
      message: 'fetch failed',
      cause: expect.objectContaining({ message: expect.stringContaining('8 MiB') }),
    })
    expect(relay.said('cancel')).toBe(1)
  })
})

describe('several relays', () => {
  it('are asked in turns; the next one when one is overloaded, refuses its account or is silent', async () => {
    const [a, b, c] = [connected('a'), connected('b'), connected('c')]
    const answer = ask(WHOLE, 60)
    await asked(a)
    reply(a, 'http_response', { status: 503, body: 'busy' })
    await asked(b)
    reply(b, 'error', { error: 'signed out', status: 403 })
    await asked(c)
    reply(c, 'http_response', { body: '{"by":"c"}' })
    expect(await (await answer).json()).toEqual({ by: 'c' })
    expect(hub.relays().map(({ name, status }) => [name, status])).toEqual([
      ['a', 'cooldown'],
      ['b', 'cooldown'],
      ['c', 'ready'],
    ])
    // Rests are over: those on trial come after those that do well.
    now += 31_000
    const next = ask(WHOLE)
    await asked(c, 2)
    reply(c, 'http_response', { body: '{}' })
    await next
  })

  it('that all rest are asked all the same, and the last one’s words are the answer', async () => {
    const relay = connected('a')
    for (let i = 1; i <= 2; i++) {
      const answer = ask(WHOLE)
      await asked(relay, i)
      reply(relay, 'error', { error: 'quota', status: 429 })
      const response = await answer
      expect([response.status, await response.json()]).toEqual([
        429,
        { error: { code: 429, message: 'the relay "a" failed: quota', status: 'RELAY' } },
      ])
    }
    expect(hub.relays()[0]).toMatchObject({ failures: 2, cooldownUntil: now + 60_000 })
  })

  it('keep their health over the sleep of the object, and lose it with the connection', async () => {
    const relay = connected('a')
    const answer = ask(WHOLE)
    await asked(relay)
    reply(relay, 'http_response', { status: 500, body: '' })
    await answer
    expect(open().relays()).toEqual(hub.relays())
    connected('a')
    expect(relay.closedWith).toBe('4001 replaced by a new connection')
    expect(hub.relays()).toMatchObject([{ name: 'a', status: 'ready', failures: 0 }])
  })
})

describe('a caller that leaves', () => {
  it('has the relay told, and says nothing about its health', async () => {
    const relay = connected('a')
    const stop = new AbortController()
    const before = ask(URL_, 1000, stop.signal)
    await asked(relay)
    stop.abort(new Error('stopped'))
    await expect(before).rejects.toThrow('stopped')
    const second = ask()
    await asked(relay, 2)
    reply(relay, 'stream_chunk', { data: candidate('a') })
    await (await second).body?.cancel()
    expect(relay.sent.filter(({ type }) => type === 'cancel').map(({ id }) => id)).toEqual(
      relay.asked.map(({ id }) => id),
    )
    expect(hub.relays()[0]).toMatchObject({ status: 'ready', inFlight: 0 })
  })

  it('after waiting too long has met a silent relay', async () => {
    const relay = connected('a')
    const answer = ask(URL_, 1000, AbortSignal.timeout(20))
    await asked(relay)
    await expect(answer).rejects.toMatchObject({ name: 'TimeoutError' })
    expect(hub.relays()[0]).toMatchObject({ status: 'cooldown' })
  })

  it('says nothing any more once it has its answer', async () => {
    const relay = connected('a')
    const stop = new AbortController()
    const answer = ask(WHOLE, 1000, stop.signal)
    await asked(relay)
    reply(relay, 'http_response', { body: '{}' })
    await (await answer).json()
    stop.abort(new DOMException('time is up', 'TimeoutError'))
    expect(hub.relays()[0]).toMatchObject({ status: 'ready', failures: 0 })
    expect(relay.said('cancel')).toBe(0)
  })
})

describe('coming and going', () => {
  it('fails what is in flight, and is on record', async () => {
    const relay = connected('a')
    const answer = ask()
    await asked(relay)
    relay.isOpen = false
    void hub.endpoint.closed?.(relay)
    await expect(answer).rejects.toMatchObject({ cause: { message: expect.stringContaining('closed the connection') } })
    expect(news.map(({ type, relay: name }) => [type, name])).toEqual([
      ['relay_connected', 'a'],
      ['relay_disconnected', 'a'],
    ])
    expect(hub.changes()).toEqual([
      expect.objectContaining({ kind: 'relay', target: 'a', reason: 'relay_disconnected', when: now }),
      expect.objectContaining({ kind: 'relay', target: 'a', reason: 'relay_connected', when: now }),
    ])
  })

  it('keeps the last 100 changes', () => {
    for (let i = 0; i < 120; i++) connected(`r${i}`)
    expect(hub.changes(1000)).toHaveLength(100)
    expect(hub.changes(1)[0]!.target).toBe('r119')
  })

  it('sends away the relays of a token that was changed', () => {
    const [own, guest] = [connected('a'), connected('b', true)]
    hub.revoke()
    expect([own.closedWith, guest.closedWith]).toEqual([undefined, '1008 the relay token was changed'])
  })

  it('tells a relay once that nobody waits for what it still sends', () => {
    const relay = connected('a')
    for (let i = 0; i < 3; i++) {
      void hub.endpoint.message?.(relay, '{"id":"from-a-former-life","type":"stream_chunk","payload":{"data":"x"}}')
    }
    expect(relay.sent).toEqual([{ id: 'from-a-former-life', type: 'cancel' }])
  })
})
