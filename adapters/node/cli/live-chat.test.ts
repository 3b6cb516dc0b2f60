/** Against a real WebSocket server that speaks the live protocol and breaks where the test says. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { type WebSocket, WebSocketServer } from 'ws'
import { chat } from './live-chat.ts'
import type { RunningGateway } from './running-gateway.ts'

let server: Server | undefined
afterEach(() => {
  server?.closeAllConnections()
  server?.close()
})

type Request = { session?: string; message?: string; idempotency_key?: string; turn?: number; after?: number }

/** Starts a gateway that answers the n-th connection's first message with the n-th function. */
async function gatewayOf(
  answers: Array<(socket: WebSocket, request: Request) => void>,
  onPost: (path: string, body: unknown) => void = () => {},
): Promise<{ gateway: RunningGateway; requests: Request[]; authorization: Array<string | undefined> }> {
  const requests: Request[] = []
  const authorization: Array<string | undefined> = []
  server = createServer((request, response) => {
    let body = ''
    request.on('data', (text) => {
      body += text
    })
    request.on('end', () => {
      onPost(request.url!, JSON.parse(body))
      response.end('{"ok":true}')
    })
  })
  const sockets = new WebSocketServer({ server, path: '/api/chat/live' })
  sockets.on('connection', (socket, upgrade) => {
    authorization.push(upgrade.headers.authorization)
    socket.once('message', (data) => {
      const request = JSON.parse(String(data)) as Request
      requests.push(request)
      answers[requests.length - 1]!(socket, request)
    })
  })
  await new Promise<void>((listening) => server!.listen(0, '127.0.0.1', listening))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return { gateway: { url, token: 'cg_test', pid: process.pid, version: 'test' }, requests, authorization }
}

const send = (socket: WebSocket, frame: object) => socket.send(`${JSON.stringify(frame)}\n`)
const input = { session: 'cli:default', message: 'Hello' }

async function reply(gateway: RunningGateway, signal?: AbortSignal): Promise<string> {
  let text = ''
  await chat(
    gateway,
    input,
    (delta) => {
      text += delta
    },
    signal,
  )
  return text
}

describe('chat', () => {
  it('sends the message with the token as a header and gives the deltas as they come', async () => {
    const { gateway, requests, authorization } = await gatewayOf([
      (socket) => {
        send(socket, { type: 'chat_chunk', turn: 7, seq: 2, delta: 'He' })
        send(socket, { type: 'chat_chunk', turn: 7, seq: 5, delta: 'llo' })
        send(socket, { type: 'chat_done', turn: 7, seq: 6 })
      },
    ])
    expect(await reply(gateway)).toBe('Hello')
    expect(requests).toMatchObject([input])
    expect(authorization).toEqual(['Bearer cg_test'])
  })

  it('goes on where it was after a lost connection', async () => {
    const { gateway, requests } = await gatewayOf([
      (socket) => {
        send(socket, { type: 'chat_chunk', turn: 7, seq: 2, delta: 'He' })
        setTimeout(() => socket.terminate(), 20)
      },
      (socket) => {
        send(socket, { type: 'chat_chunk', turn: 7, seq: 5, delta: 'llo' })
        send(socket, { type: 'chat_done', turn: 7, seq: 6 })
      },
    ])
    expect(await reply(gateway)).toBe('Hello')
    expect(requests[1]).toEqual({ turn: 7, after: 2 })
  })

  it('repeats a message that got no answer under the same key, so that it runs once', async () => {
    const { gateway, requests } = await gatewayOf([
      (socket) => socket.terminate(),
      (socket) => send(socket, { type: 'chat_done', turn: 7, seq: 1 }),
    ])
    await reply(gateway)
    expect(requests[1]).toEqual(requests[0])
    expect(requests[0]!.idempotency_key).toMatch(/^[0-9a-f-]{36}$/)
  })

  it('breaks the line where text was taken back, and resumes from there', async () => {
    const { gateway, requests } = await gatewayOf([
      (socket) => {
        send(socket, { type: 'chat_chunk', turn: 7, seq: 4, delta: 'lost' })
        send(socket, { type: 'chat_rewind', turn: 7, seq: 4, to: 0 })
        setTimeout(() => socket.terminate(), 20)
      },
      (socket) => {
        send(socket, { type: 'chat_chunk', turn: 7, seq: 9, delta: 'again' })
        send(socket, { type: 'chat_done', turn: 7, seq: 10 })
      },
    ])
    expect(await reply(gateway)).toBe('lost\n\nagain')
    expect(requests[1]).toEqual({ turn: 7, after: 0 })
  })

  it("fails with the turn's own error", async () => {
    const { gateway } = await gatewayOf([
      (socket) => send(socket, { ok: false, type: 'chat_error', error: 'openai: 401 wrong key' }),
    ])
    await expect(reply(gateway)).rejects.toThrow('openai: 401 wrong key')
  })

  it('stops the turn at the gateway when interrupted', async () => {
    const stopped: unknown[] = []
    const interrupted = new AbortController()
    let open: WebSocket | undefined
    const { gateway } = await gatewayOf(
      [
        (socket) => {
          open = socket
          send(socket, { type: 'chat_chunk', turn: 7, seq: 2, delta: 'He' })
          setTimeout(() => interrupted.abort(), 20)
        },
      ],
      (path, body) => {
        stopped.push(path, body)
        send(open!, { type: 'chat_done', turn: 7, seq: 3, state: 'stopped' })
      },
    )
    expect(await reply(gateway, interrupted.signal)).toBe('He')
    expect(stopped).toEqual(['/api/chat/stop', { turn: 7 }])
  })

  it('says so at once when nobody listens', async () => {
    const gone = { url: 'http://127.0.0.1:1', token: '', pid: 1, version: '' }
    await expect(reply(gone)).rejects.toThrow('The connection to the gateway was lost')
  })
})
