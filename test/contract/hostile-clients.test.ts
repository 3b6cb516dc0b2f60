/** Clients that are broken, slow, greedy or many: every answer is a clear one, and the others are served meanwhile. */
import { expect, it } from 'vitest'
import { jsonOf } from '../support/json.ts'
import { connect } from '../support/live-client.ts'
import { post } from '../support/post.ts'
import { rawConnection } from '../support/raw-connection.ts'
import { configFor, scriptedModel } from '../support/scripted-model.ts'
import { describeTargets, shareTarget, type Target } from '../support/targets.ts'

/** Their refusals have words of their own (gateway-api.md "Weixin Login"), or their channel is not open here. */
const OWN_REFUSALS = ['/api/weixin/', '/hooks/']

/** The documented paths that take `method`. */
async function pathsOf(target: Target, method: string): Promise<string[]> {
  const { paths } = await jsonOf(target.fetch('/api/openapi.json'))
  return Object.keys(paths).filter((path) => method in paths[path])
}

/** The paths whose POST reads a body and refuses it in the common words; the others ignore what is sent along. */
async function readingPaths(target: Target): Promise<Set<string>> {
  const { paths } = await jsonOf(target.fetch('/api/openapi.json'))
  const own = (path: string) => OWN_REFUSALS.some((prefix) => path.startsWith(prefix))
  return new Set(Object.keys(paths).filter((path) => paths[path].post?.requestBody && !own(path)))
}

describeTargets('every POST route', (_, name) => {
  // A platform that does not answer: a login cannot start there, which is 502.
  const unreachable = { enabled: true, base_url: 'http://127.0.0.1:9' }
  const target = shareTarget(name, { config: { channels: { weixin: unreachable } } })
  const isClear = (path: string, status: number) =>
    status < 500 || (status === 502 && path === '/api/weixin/login/start')

  it('refuses broken JSON with a 4xx in plain text, and changes nothing', async () => {
    const before = await (await target().fetch('/api/config')).text()
    const reading = await readingPaths(target())
    expect(reading.size).toBeGreaterThan(20)
    for (const path of await pathsOf(target(), 'post')) {
      for (const body of ['{"a": ', '{]', '\u0000', 'x=1&y=2', '{"a":1}}'.slice(0, -3), '\ud83d']) {
        const answer = await post(target(), path, body)
        const text = await answer.text()
        expect([path, body, isClear(path, answer.status)]).toEqual([path, body, true])
        if (!reading.has(path)) continue
        expect([path, body, answer.status]).toEqual([path, body, 400])
        expect([path, answer.headers.get('content-type')]).toEqual([path, 'text/plain; charset=utf-8'])
        expect([path, text]).toEqual([path, expect.stringMatching(/^[^\n]+\n$/)])
      }
    }
    expect(await (await target().fetch('/api/config')).text()).toBe(before)
  })

  it('refuses bodies of the wrong kind without a failure of its own', async () => {
    for (const path of await pathsOf(target(), 'post')) {
      for (const body of ['[]', '"text"', '5', 'true', '[{"a":1}]', `${'['.repeat(5000)}${']'.repeat(5000)}`]) {
        const answer = await post(target(), path, body)
        expect([path, body.slice(0, 10), isClear(path, answer.status)]).toEqual([path, body.slice(0, 10), true])
        await answer.text()
      }
    }
  })

  it('answers a body of 10 MB clearly, declared or not, with a good token or none', async () => {
    const size = 10 * 1024 * 1024
    const reading = await readingPaths(target())
    const big = 'x'.repeat(size)
    const chunked = () =>
      new Blob(Array.from({ length: 10 }, () => 'x'.repeat(size / 10))).stream() as ReadableStream<Uint8Array>
    for (const path of await pathsOf(target(), 'post')) {
      const declared = await post(target(), path, big)
      const undeclared = await target().fetch(path, { method: 'POST', body: chunked(), duplex: 'half' } as RequestInit)
      for (const answer of [declared, undeclared]) {
        expect([path, isClear(path, answer.status)]).toEqual([path, true])
        const text = await answer.text()
        if (!reading.has(path)) continue
        expect([path, answer.status]).toEqual([path, expect.toBeOneOf([400, 413])])
        expect([path, text]).toEqual([path, expect.stringMatching(/^[^\n]+\n$/)])
      }
    }
    const stranger = await fetch(`${target().url}/api/chat`, { method: 'POST', body: big })
    expect([stranger.status, await stranger.text()]).toEqual([401, 'unauthorized\n'])
    expect((await target().fetch('/api/version')).status).toBe(200)
  })
})

describeTargets('every GET route', (_, name) => {
  const target = shareTarget(name)

  it('takes odd queries without a failure of its own', async () => {
    for (const path of await pathsOf(target(), 'get')) {
      for (const query of [
        '?%zz=1&a;b',
        '?limit=-1&limit=1e9&id=%00',
        `?id=${'x'.repeat(5000)}`,
        '?path=../../etc/passwd&name=..',
      ]) {
        const answer = await target().fetch(path.replace(/\{\w+\}/g, 'x') + query, { redirect: 'manual' })
        expect([path, query.slice(0, 30), answer.status < 500 || answer.status === 501]).toEqual([
          path,
          query.slice(0, 30),
          true,
        ])
        expect(await answer.text()).not.toContain('root:')
      }
    }
  })
})

describeTargets('half-open connections', (_, name) => {
  const target = shareTarget(name)
  const head = (lines: string[]) => `${lines.join('\r\n')}\r\n`

  it('hold nobody else up, whatever half they sent', async () => {
    const { host } = new URL(target().url)
    const auth = `authorization: Bearer ${target().token}`
    const upgrade = ['connection: upgrade', 'upgrade: websocket', 'sec-websocket-version: 13']
    const halves = [
      '',
      'GET /api/ver',
      head(['GET /api/version HTTP/1.1', `host: ${host}`]),
      head(['POST /api/chat HTTP/1.1', `host: ${host}`, auth, 'content-length: 100', '', '{"message": "']),
      head(['POST /api/chat HTTP/1.1', `host: ${host}`, auth, 'transfer-encoding: chunked', '', 'ff']),
      head(['GET /api/events/live HTTP/1.1', `host: ${host}`, auth, ...upgrade]),
    ]
    for (const half of halves) for (let i = 0; i < 5; i++) (await rawConnection(target().url)).send(half)
    const answers = await Promise.all(Array.from({ length: 10 }, () => target().fetch('/api/version')))
    expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(200))
    const client = await connect(`${target().socketUrl}/api/events/live?token=${target().token}`)
    await client.until(({ type }) => type === 'ready')
    client.close()
  })

  it('may go away in the middle of a body, and leave no turn behind', async () => {
    const { host } = new URL(target().url)
    const connection = await rawConnection(target().url)
    connection.send(
      head([
        'POST /api/chat?session=left HTTP/1.1',
        `host: ${host}`,
        `authorization: Bearer ${target().token}`,
        'content-length: 1000',
        '',
        '{"message": "half',
      ]),
    )
    connection.cut()
    await connection.ended
    expect(await jsonOf(target().fetch('/api/chat/history?session=left'))).toMatchObject({ messages: [] })
  })

  it('that shake hands badly are told so', async () => {
    const { host } = new URL(target().url)
    const auth = `authorization: Bearer ${target().token}`
    const key = 'sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ=='
    const asks = ['connection: upgrade', 'upgrade: websocket']
    for (const [what, lines] of Object.entries({
      'an old version': [...asks, 'sec-websocket-version: 8', key],
      'a short key': [...asks, 'sec-websocket-version: 13', 'sec-websocket-key: short'],
      'no key': [...asks, 'sec-websocket-version: 13'],
      'no version': [...asks, key],
    })) {
      const connection = await rawConnection(target().url)
      connection.send(head(['GET /api/events/live HTTP/1.1', `host: ${host}`, auth, ...lines, '']))
      const answer = await connection.until('\r\n')
      // workerd answers a missing version itself, and with the status that RFC 6455 section 4.4 suggests.
      expect([what, answer.slice(0, 12)]).toEqual([what, expect.toBeOneOf(['HTTP/1.1 400', 'HTTP/1.1 426'])])
    }
  })

  // In front of a Worker this is the edge's business.
  it.runIf(name === 'node')('that are no HTTP are told so, and end', async () => {
    for (const noise of [
      '\u0016\u0003\u0001\u0002\u0000\u0001\u0000\r\n\r\n',
      'HELLO\r\n\r\n',
      'GET / HTTP/9.9\r\n\r\n',
    ]) {
      const connection = await rawConnection(target().url)
      connection.send(noise)
      expect([noise, await connection.ended]).toEqual([noise, expect.stringMatching(/^(HTTP\/1\.1 [45]\d\d |$)/)])
    }
    const large = await rawConnection(target().url)
    large.send(`GET /api/version HTTP/1.1\r\nhost: x\r\nx-large: ${'x'.repeat(300_000)}\r\n\r\n`)
    expect(await large.ended).toMatch(/^(HTTP\/1\.1 4\d\d |$)/)
    expect((await target().fetch('/api/version')).status).toBe(200)
  })
})

describeTargets('many clients at once', (open) => {
  it('get each their own answer', async () => {
    const model = await scriptedModel()
    const target = await open({ config: configFor(model) })
    const replies = await Promise.all(
      Array.from({ length: 30 }, async (_, i) => {
        const session = `s${i % 10}`
        const body = await jsonOf(post(target, '/api/chat', { session, message: `text="reply ${i}"` }))
        return [body.reply, body.session]
      }),
    )
    expect(replies).toEqual(Array.from({ length: 30 }, (_, i) => [`reply ${i}`, `s${i % 10}`]))
    for (let i = 0; i < 10; i++) {
      const { messages } = await jsonOf(target.fetch(`/api/chat/history?session=s${i}`))
      expect(messages).toHaveLength(6)
      expect(messages.map(({ role }: { role: string }) => role)).toEqual(Array(3).fill(['user', 'assistant']).flat())
    }
  })

  it('may hold many sockets, and close them all', async () => {
    const target = await open()
    const url = `${target.socketUrl}/api/events/live?token=${target.token}`
    const clients = await Promise.all(Array.from({ length: 50 }, () => connect(url)))
    await Promise.all(clients.map((client) => client.until(({ type }) => type === 'ready')))
    for (const client of clients) client.close()
    await Promise.all(clients.map(({ closed }) => closed))
    expect((await target.fetch('/api/version')).status).toBe(200)
  })
})
