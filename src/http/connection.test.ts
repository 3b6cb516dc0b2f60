import type { AddressInfo } from 'node:net'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import * as z from 'zod'
import { type NodeDatabase, nodeDatabase } from '../../adapters/node/database.ts'
import { httpServer } from '../../adapters/node/http.ts'
import { nodeSockets } from '../../adapters/node/sockets.ts'
import { TOKEN, testApp } from './gateway-for-tests.ts'
import { limitedBody, readBytes, route } from './index.ts'

const LIMIT = 100_000
const post = (path: string, handle: Parameters<typeof route>[0]['handle']) =>
  route({ method: 'POST', path, tag: 'Test', summary: 'A test route', responses: {}, handle })

const routes = [
  route({
    method: 'POST',
    path: '/json',
    tag: 'Test',
    summary: 'A JSON body',
    body: z.object({ text: z.string() }),
    bodyLimit: LIMIT,
    responses: {},
    handle: ({ body }) => ({ size: body.text.length }),
  }),
  post('/fetched', () => fetch(`http://127.0.0.1:${port}/health`)),
  post('/bytes', async ({ c }) => ({ size: (await readBytes(c.req.raw, LIMIT)).byteLength })),
  post('/stream', async ({ c }) => {
    let size = 0
    for await (const chunk of limitedBody(c.req.raw, LIMIT) ?? []) size += chunk.byteLength
    return { size }
  }),
]

let db: NodeDatabase
let server: ReturnType<typeof httpServer>
let port: number

beforeEach(async () => {
  db = nodeDatabase(':memory:')
  const { app, gateway } = testApp({ db, routes })
  server = httpServer((request, facts) => app.fetch(request, facts), nodeSockets({ log: gateway.log }))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  port = (server.address() as AddressInfo).port
})

afterEach(async () => {
  const closed = new Promise((resolve) => server.close(resolve))
  server.closeAllConnections()
  await closed
  db.close()
})

/** One request as it stands on the wire, and the answer's first line and body. */
async function exchange(head: string, body: string) {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => {})
  socket.write(`${head}\r\nHost: localhost\r\nAuthorization: Bearer ${TOKEN}\r\nConnection: close\r\n`)
  socket.write(body)
  const answer = await text(socket)
  return [answer.slice(9, 12), answer.slice(answer.indexOf('\r\n\r\n') + 4)]
}

const declared = (text: string) => `Content-Length: ${text.length}\r\n\r\n${text}`
const chunked = (text: string) => {
  const half = text.length >> 1
  const parts = [text.slice(0, half), text.slice(half)].map((part) => `${part.length.toString(16)}\r\n${part}\r\n`)
  return `Transfer-Encoding: chunked\r\n\r\n${parts.join('')}0\r\n\r\n`
}

describe('a body over a real connection', () => {
  it.each([
    ['/json', declared],
    ['/json', chunked],
    ['/bytes', declared],
    ['/bytes', chunked],
    ['/stream', declared],
    ['/stream', chunked],
  ])('is read by %s up to the limit, and refused with 413 above it (%o)', async (path, framed) => {
    const fits = JSON.stringify({ text: 'x'.repeat(50_000) })
    const size = path === '/json' ? 50_000 : fits.length
    expect(await exchange(`POST ${path} HTTP/1.1`, framed(fits))).toEqual(['200', `{"size":${size}}\n`])
    const large = JSON.stringify({ text: 'x'.repeat(150_000) })
    expect(await exchange(`POST ${path} HTTP/1.1`, framed(large))).toEqual(['413', 'request body too large\n'])
  })

  it('may be empty', async () => {
    expect(await exchange('POST /bytes HTTP/1.1', declared(''))).toEqual(['200', '{"size":0}\n'])
    expect(await exchange('POST /stream HTTP/1.1', declared(''))).toEqual(['200', '{"size":0}\n'])
    expect(await exchange('POST /json HTTP/1.1', declared(''))).toEqual(['400', 'invalid json\n'])
  })
})

describe('an answer over a real connection', () => {
  it('may be what a fetch gave, and carries our request id all the same', async () => {
    const response = await fetch(`http://127.0.0.1:${port}/fetched?token=${TOKEN}`, {
      method: 'POST',
      headers: { 'X-Request-Id': 'outer' },
    })
    expect([response.status, await response.text()]).toEqual([200, 'ok'])
    expect(response.headers.get('x-request-id')).toBe('outer')
  })
})
