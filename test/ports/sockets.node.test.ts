import { describe, expect, it, onTestFinished } from 'vitest'
import { WebSocket } from 'ws'
import { nodeAlarm } from '../../adapters/node/alarm.ts'
import { httpServer, listen } from '../../adapters/node/http.ts'
import { nodeSockets } from '../../adapters/node/sockets.ts'
import { startWorker } from '../support/worker-target.ts'
import { echo, portApp } from './port-app.ts'

interface Host {
  url: string
  /** Forgets what is only in memory, where the runtime can do that under open sockets. */
  evict?(): Promise<void>
}

async function onNode(): Promise<Host> {
  const log = { debug() {}, info() {}, warn() {}, error() {} }
  let rings = -1 // Starting the alarm rings once.
  const alarm = nodeAlarm(Date.now, log)
  await alarm.start(async () => void rings++)
  const sockets = nodeSockets({ log })
  sockets.serve({ echo })
  const server = httpServer(portApp(sockets, { set: alarm.set, rings: () => rings }).fetch, sockets)
  const port = await listen(server, '127.0.0.1', 0)
  onTestFinished(async () => {
    await alarm.close()
    await sockets.close(50)
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  return { url: `http://127.0.0.1:${port}` }
}

async function onWorkerd(): Promise<Host> {
  const worker = await startWorker({ entry: 'test/workers/port-object.ts', objects: { PORT: 'PortObject' } })
  onTestFinished(() => worker.close())
  return { url: worker.url, evict: () => worker.evict() }
}

/** Opens a socket and collects what comes, so that no message can slip by between two awaits. */
async function connect(url: string, protocols: string[] = []) {
  const ws = new WebSocket(url.replace(/^http/, 'ws'), protocols)
  const messages: string[] = []
  ws.on('message', (data) => messages.push(String(data)))
  const closed = new Promise<string>((resolve) => ws.on('close', (code, reason) => resolve(`${code} ${reason}`)))
  await new Promise((resolve, reject) => ws.on('open', resolve).on('error', reject))
  const next = async () => {
    await expect.poll(() => messages.length, { interval: 2 }).toBeGreaterThan(0)
    return messages.shift()
  }
  return { ws, messages, closed, next }
}
const json = async (url: string) => (await fetch(url)).json()

describe.each([
  ['node', onNode],
  ['workerd', onWorkerd],
])('sockets and alarm on %s', (_name, open) => {
  it('runs opened, message and close of the endpoint, with the attachment of the accepted request', async () => {
    const { url } = await open()
    const a = await connect(`${url}/echo?who=a`)
    const b = await connect(`${url}/echo?who=b`)
    expect(await a.next()).toBe('hello a')
    expect(await b.next()).toBe('hello b')
    a.ws.send('one')
    a.ws.send(new Uint8Array(3))
    expect(await a.next()).toBe('1: one')
    expect(await a.next()).toBe('2: 3 bytes')
    expect(await json(`${url}/open`)).toEqual(expect.arrayContaining([{ who: 'a', said: 2 }, { who: 'b' }]))
    expect(await json(`${url}/others`)).toBe(0)
    a.ws.close(4001, 'enough')
    expect(await a.closed).toBe('4001 enough')
    await expect.poll(() => json(`${url}/open`)).toEqual([{ who: 'b' }])
    await fetch(`${url}/tell?text=news`)
    expect(await b.next()).toBe('news')
    b.ws.close()
    expect(await b.closed).toMatch(/^(1000|1005) /)
  })

  it('closes with the code and reason the endpoint gives, and with 1011 when a handler throws', async () => {
    const { url } = await open()
    const polite = await connect(`${url}/echo`)
    polite.ws.send('close 4002')
    expect(await polite.closed).toBe('4002 as you wish')
    const broken = await connect(`${url}/echo`)
    broken.ws.send('throw')
    expect(await broken.closed).toBe('1011 internal error')
  })

  it('echoes the first subprotocol offered', async () => {
    const { url } = await open()
    expect((await connect(`${url}/echo`, ['one', 'two'])).ws.protocol).toBe('one')
  })

  it('lets the handler refuse an upgrade with its own status, headers and body', async () => {
    const { url } = await open()
    const ws = new WebSocket(`${url.replace('http', 'ws')}/refused`)
    const [status, reason, body] = await new Promise<[number | undefined, unknown, string]>((resolve) => {
      ws.on('error', () => {})
      ws.on('unexpected-response', async (_request, response) => {
        let text = ''
        for await (const chunk of response) text += chunk
        resolve([response.statusCode, response.headers['x-reason'], text])
      })
    })
    expect([status, reason, body]).toEqual([401, 'token', 'unauthorized\n'])
  })

  it('answers a plain request to a live route with 400 Bad Request and the version it speaks', async () => {
    const { url } = await open()
    const response = await fetch(`${url}/echo`)
    expect(response.status).toBe(400)
    expect(response.headers.get('sec-websocket-version')).toBe('13')
    expect(await response.text()).toBe('Bad Request\n')
  })

  it('closes with 1009 what sends more than 4 MiB', async () => {
    const { url } = await open()
    const { ws, closed } = await connect(`${url}/echo`)
    ws.send('x'.repeat((4 << 20) + 1))
    expect(await closed).toMatch(/^1009 /)
  })

  it('rings the alarm for the last time set', async () => {
    const { url } = await open()
    await fetch(`${url}/alarm?in=60000`)
    await fetch(`${url}/alarm?in=20`)
    await expect.poll(() => json(`${url}/rings`), { timeout: 5000 }).toBe(1)
    await fetch(`${url}/alarm?in=50`)
    await fetch(`${url}/alarm`)
    await new Promise((resolve) => setTimeout(resolve, 120))
    expect(await json(`${url}/rings`)).toBe(1)
  })
})

describe('an evicted object', () => {
  it('keeps its sockets, their endpoint and their attachment', async () => {
    const { url, evict } = await onWorkerd()
    const { ws, next } = await connect(`${url}/echo?who=sleeper`)
    expect(await next()).toBe('hello sleeper')
    ws.send('before')
    expect(await next()).toBe('1: before')
    await evict?.()
    ws.send('after')
    expect(await next()).toBe('2: after')
    expect(await json(`${url}/open`)).toEqual([{ who: 'sleeper', said: 2 }])
    ws.close(1000)
  })
})
