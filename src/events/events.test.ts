import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { type NodeDatabase, nodeDatabase } from '../../adapters/node/database.ts'
import { httpServer } from '../../adapters/node/http.ts'
import { type NodeSockets, nodeSockets } from '../../adapters/node/sockets.ts'
import { BEARER, TOKEN, testApp } from '../http/gateway-for-tests.ts'
import type { Log } from '../platform.ts'
import { EVENTS_ENDPOINT, EventHub } from './index.ts'

const silent: Log = { debug() {}, info() {}, warn() {}, error() {} }

let db: NodeDatabase
let sockets: NodeSockets
let hub: EventHub
let server: ReturnType<typeof httpServer>
let base: string

beforeEach(async () => {
  db = nodeDatabase(':memory:')
  sockets = nodeSockets({ log: silent })
  hub = new EventHub(sockets)
  sockets.serve({ [EVENTS_ENDPOINT]: hub.endpoint })
  const { app } = testApp({ db, sockets, config: { allowed_origins: ['https://console.example'] } })
  server = httpServer((request, facts) => app.fetch(request, facts), sockets)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  base = `127.0.0.1:${(server.address() as AddressInfo).port}`
})

afterEach(async () => {
  const closed = new Promise((resolve) => server.close(resolve))
  await sockets.close(0)
  server.closeAllConnections()
  await closed
  db.close()
})

/** A watcher, and its frames in order. */
function watch(headers: Record<string, string> = BEARER, query = '') {
  const ws = new WebSocket(`ws://${base}/api/events/live${query}`, { headers })
  const frames: string[] = []
  const waiting: Array<(frame: string) => void> = []
  ws.on('message', (data) => {
    const next = waiting.shift()
    if (next) next(String(data))
    else frames.push(String(data))
  })
  return {
    ws,
    frame: () => new Promise<string>((resolve) => (frames.length ? resolve(frames.shift()!) : waiting.push(resolve))),
  }
}

/** The status with which the upgrade is refused, or 101. */
function upgradeStatus(headers: Record<string, string>, query = '') {
  const { ws } = watch(headers, query)
  return new Promise<number | undefined>((resolve) => {
    ws.on('open', () => resolve(101))
    ws.on('unexpected-response', (_request, response) => resolve(response.statusCode))
    ws.on('error', () => {})
  })
}

describe('the event stream', () => {
  it('says ready first, then every event to every watcher, a line each', async () => {
    const [a, b] = [watch(), watch({}, `?token=${TOKEN}`)]
    expect([await a.frame(), await b.frame()]).toEqual(['{"type":"ready"}\n', '{"type":"ready"}\n'])
    hub.publish({ type: 'config_changed', source: 'webui' })
    hub.publish({ type: 'channel_draft_changed', channel: 'telegram' })
    for (const watcher of [a, b]) {
      expect(await watcher.frame()).toBe('{"type":"config_changed","source":"webui"}\n')
      expect(await watcher.frame()).toBe('{"type":"channel_draft_changed","channel":"telegram"}\n')
    }
  })

  it('goes on for the others when one leaves, and ignores what clients say', async () => {
    const [a, b] = [watch(), watch()]
    await Promise.all([a.frame(), b.frame()])
    a.ws.terminate()
    b.ws.send('hello')
    hub.publish({ type: 'config_changed', source: 'weixin' })
    expect(await b.frame()).toBe('{"type":"config_changed","source":"weixin"}\n')
  })

  it('asks for the token before it upgrades', async () => {
    expect(await upgradeStatus({})).toBe(401)
    expect(await upgradeStatus({ Authorization: 'Bearer wrong' })).toBe(401)
  })

  it('refuses the page of a stranger, whatever token it brings, and takes our own and listed ones', async () => {
    expect(await upgradeStatus({ Origin: 'https://evil.example' }, `?token=${TOKEN}`)).toBe(403)
    expect(await upgradeStatus({ ...BEARER, Origin: `http://${base}` })).toBe(101)
    expect(await upgradeStatus({ ...BEARER, Origin: 'https://console.example' })).toBe(101)
  })

  it('answers a plain request with 400 and the version it speaks', async () => {
    const response = await fetch(`http://${base}/api/events/live`, { headers: BEARER })
    expect(response.status).toBe(400)
    expect(await response.text()).toBe('Bad Request\n')
    expect(response.headers.get('sec-websocket-version')).toBe('13')
    expect((await fetch(`http://${base}/api/events/live`, { method: 'POST', headers: BEARER })).status).toBe(405)
  })

  it('answers a handshake of another version or with a bad key with 400', async () => {
    const { ask } = testApp({ db })
    const handshake = { ...BEARER, Connection: 'Upgrade', Upgrade: 'websocket' }
    const key = 'dGhlIHNhbXBsZSBub25jZQ=='
    const status = async (headers: Record<string, string>) =>
      (await ask('/api/events/live', { headers: { ...handshake, ...headers } })).status
    expect(await status({ 'Sec-WebSocket-Version': '8', 'Sec-WebSocket-Key': key })).toBe(400)
    expect(await status({ 'Sec-WebSocket-Version': '13', 'Sec-WebSocket-Key': 'short' })).toBe(400)
    expect(await status({ Connection: 'close', 'Sec-WebSocket-Version': '13', 'Sec-WebSocket-Key': key })).toBe(400)
  })
})
