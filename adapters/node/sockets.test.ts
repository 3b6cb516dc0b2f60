import { connect, type Socket as Raw } from 'node:net'
import { Hono } from 'hono'
import { afterEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import type { Endpoint, Socket } from '../../src/platform.ts'
import { httpServer, listen, type RequestFacts } from './http.ts'
import { type NodeSocketsOptions, nodeSockets } from './sockets.ts'

const errors: string[] = []
const log = { debug() {}, info() {}, warn() {}, error: (message: string) => void errors.push(message) }
const ending: Array<() => Promise<void>> = []
afterEach(async () => {
  for (const end of ending.splice(0)) await end()
  errors.length = 0
})

/** A real server with one live endpoint that echoes, and one route that refuses. */
async function open(endpoint: Endpoint, options: Partial<NodeSocketsOptions> = {}) {
  const sockets = nodeSockets({ log, ...options })
  const app = new Hono<{ Bindings: RequestFacts }>()
  app.get('/live', (c) => sockets.accept(c.req.raw, 'live', { who: c.req.query('who') ?? 'someone' }))
  app.get('/plain', (c) => c.text(`plain from ${c.env.remoteAddress}\n`))
  app.get('/no', (c) => c.text('unauthorized\n', 401, { 'x-reason': 'token' }))
  app.get('/late', async (c) => {
    sockets.accept(c.req.raw, 'live', null)
    return c.text('broken after all\n', 500)
  })
  const server = httpServer(app.fetch, sockets)
  sockets.serve({ live: endpoint })
  const port = await listen(server, '127.0.0.1', 0)
  ending.push(async () => {
    await sockets.close(50)
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  return { sockets, server, port, url: `ws://127.0.0.1:${port}` }
}

const closed = (ws: WebSocket) =>
  new Promise<{ code: number; reason: string }>((resolve) => {
    ws.on('error', () => {})
    ws.on('close', (code, reason) => resolve({ code, reason: String(reason) }))
  })
const message = (ws: WebSocket) => new Promise<string>((resolve) => ws.once('message', (data) => resolve(String(data))))

/** Sends raw bytes and reads what comes until the server closes. */
function exchange(port: number, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    const raw: Raw = connect(port, '127.0.0.1', () => raw.write(bytes))
    raw.on('data', (chunk) => {
      text += chunk
    })
    raw.on('close', () => resolve(text))
    raw.on('error', reject)
  })
}
const handshake = (path: string, extra: string[] = [], key = 'dGhlIHNhbXBsZSBub25jZQ==', version = '13') =>
  [
    `GET ${path} HTTP/1.1`,
    'Host: x',
    'Connection: Upgrade',
    'Upgrade: websocket',
    `Sec-WebSocket-Key: ${key}`,
    `Sec-WebSocket-Version: ${version}`,
    ...extra,
    '',
    '',
  ].join('\r\n')

describe('sockets on Node', () => {
  it('runs the endpoint’s handlers with the attachment of the accepted request', async () => {
    const seen: unknown[] = []
    const { url, sockets } = await open({
      opened: (socket) => void seen.push(['opened', socket.attachment]),
      message: async (socket, data) => {
        socket.attach({ ...(socket.attachment as object), said: String(data) })
        await socket.send(`echo ${data}`)
      },
      closed: (socket) => void seen.push(['closed', socket.attachment, socket.isOpen]),
    })
    const ws = new WebSocket(`${url}/live?who=me`)
    await new Promise((resolve) => ws.on('open', resolve))
    ws.send('hello')
    expect(await message(ws)).toBe('echo hello')
    expect(sockets.open('live').map((s) => s.attachment)).toEqual([{ who: 'me', said: 'hello' }])
    expect(sockets.open('other')).toEqual([])
    ws.close(1000)
    await closed(ws)
    await expect
      .poll(() => seen)
      .toEqual([
        ['opened', { who: 'me' }],
        ['closed', { who: 'me', said: 'hello' }, false],
      ])
    expect(sockets.open('live')).toEqual([])
  })

  it('echoes the first subprotocol that was offered', async () => {
    const { url } = await open({})
    const ws = new WebSocket(`${url}/live`, ['first', 'second'])
    await new Promise((resolve) => ws.on('open', resolve))
    expect(ws.protocol).toBe('first')
  })

  it('refuses an upgrade with the handler’s own status, headers and body', async () => {
    const { port } = await open({})
    const answer = await exchange(port, handshake('/no'))
    expect(answer).toMatch(/^HTTP\/1\.1 401 Unauthorized\r\n/)
    expect(answer).toContain('x-reason: token\r\n')
    expect(answer).toMatch(/\r\n\r\nunauthorized\n$/)
  })

  it('refuses when the handler fails after it accepted', async () => {
    const { port, sockets } = await open({})
    expect(await exchange(port, handshake('/late'))).toMatch(/^HTTP\/1\.1 500 [\s\S]*broken after all\n$/)
    expect(sockets.open('live')).toEqual([])
  })

  it.each([
    ['a wrong version', handshake('/live', [], undefined, '8')],
    ['a bad key', handshake('/live', [], 'short')],
    ['no upgrade at all', 'GET /live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'],
  ])('answers %s with 400 Bad Request and the version it speaks', async (_name, bytes) => {
    const { port } = await open({})
    const answer = await exchange(port, bytes)
    expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/)
    expect(answer.toLowerCase()).toContain('sec-websocket-version: 13\r\n')
    expect(answer).toMatch(/Bad Request\n$/)
  })

  it('answers a request that asks for another protocol as a plain one', async () => {
    const { port } = await open({})
    const answer = await exchange(
      port,
      'GET /plain HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, close\r\nUpgrade: h2c\r\n\r\n',
    )
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n[\s\S]*plain from 127\.0\.0\.1\n$/)
  })

  it('survives a peer that leaves in the middle of the handshake', async () => {
    const { port, sockets } = await open({})
    const raw = connect(port, '127.0.0.1', () => {
      raw.write(handshake('/live'))
      raw.destroy()
    })
    await new Promise((resolve) => raw.on('close', resolve))
    expect((await fetch(`http://127.0.0.1:${port}/plain`)).status).toBe(200)
    await expect.poll(() => sockets.open('live')).toEqual([])
    expect(errors).toEqual([])
  })

  it('closes with 1009 what sends too large a message, and keeps the others', async () => {
    const { url } = await open({ message: (socket, data) => socket.send(`${data.length}`) }, { maxMessage: 1000 })
    const [big, small] = [new WebSocket(`${url}/live`), new WebSocket(`${url}/live`)]
    await Promise.all([big, small].map((ws) => new Promise((resolve) => ws.on('open', resolve))))
    big.send('x'.repeat(1001))
    expect((await closed(big)).code).toBe(1009)
    small.send('x'.repeat(1000))
    expect(await message(small)).toBe('1000')
  })

  it('drops a peer that answers no ping', async () => {
    const { url } = await open({}, { pingEvery: 20 })
    const mute = new WebSocket(`${url}/live`, { autoPong: false })
    const fine = new WebSocket(`${url}/live`)
    expect((await closed(mute)).code).toBe(1006)
    expect(fine.readyState).toBe(WebSocket.OPEN)
  })

  it('a send to a socket that is gone resolves', async () => {
    const held: Socket[] = []
    const { url } = await open({ opened: (socket) => void held.push(socket) })
    const ws = new WebSocket(`${url}/live`)
    await new Promise((resolve) => ws.on('open', resolve))
    ws.terminate()
    await closed(ws)
    await expect(held[0]!.send('too late')).resolves.toBeUndefined()
    expect(() => held[0]!.close(1005, 'é'.repeat(200))).not.toThrow()
  })

  it('a handler that throws costs its own socket only', async () => {
    const { url } = await open({
      message: (socket, data) => {
        if (String(data) === 'bad') throw new Error('no')
        return socket.send('fine')
      },
    })
    const [bad, good] = [new WebSocket(`${url}/live`), new WebSocket(`${url}/live`)]
    await Promise.all([bad, good].map((ws) => new Promise((resolve) => ws.on('open', resolve))))
    bad.send('bad')
    expect((await closed(bad)).code).toBe(1011)
    good.send('good')
    expect(await message(good)).toBe('fine')
    expect(errors).toEqual(['a socket handler failed'])
  })

  it('at shutdown says 1001, tells every handler, and cuts who does not answer', async () => {
    let told = 0
    const { url, port, sockets } = await open({
      closed: async () => {
        await new Promise((resolve) => setTimeout(resolve, 10))
        told++
      },
    })
    const ws = new WebSocket(`${url}/live`)
    await new Promise((resolve) => ws.on('open', resolve))
    const silent = connect(port, '127.0.0.1', () => silent.write(handshake('/live')))
    await expect.poll(() => sockets.open('live').length).toBe(2)
    const left = closed(ws)
    await sockets.close(50)
    expect((await left).code).toBe(1001)
    expect(told).toBe(2)
    expect(await exchange(port, handshake('/live'))).toMatch(/^HTTP\/1\.1 503 /)
  })
})
