/** A thousand open event sockets: how long until each has an event. */
import { setTimeout as sleep } from 'node:timers/promises'
import { request } from 'undici'
import { WebSocket } from 'ws'
import { type Figure, interleaved, median } from '../figures.ts'
import { AUTHORIZATION, startGateway } from '../gateways.ts'
import type { Measurement, Server } from '../stage.ts'
import { connections } from '../upstream.ts'

const SOCKETS = 1000
const AT_ONCE = 50
const PAUSE_MS = 150

export const sockets: Measurement = {
  name: 'sockets',
  about: 'ms until 1000 open /api/events/live sockets have an event, against a bare ws broadcast',
  runtimes: ['node'],
  async run(stage) {
    const gateway = await startGateway(stage, 'node')
    const bare = await stage.server({ args: ['bench/servers/bare-sockets.ts'] })
    const listeners = { ours: await listen(gateway, '/api/events/live'), bare: await listen(bare, '/') }
    stage.after(async () => {
      for (const socket of [...listeners.ours, ...listeners.bare]) socket.terminate()
    })
    const config = await readConfig(gateway)
    let saves = 0
    const save = () => {
      const sentinel = { interval_sec: 60 + (++saves % 2) }
      return post(`${gateway.url}/api/config`, JSON.stringify({ ...config, sentinel }))
    }
    const fanOut = { ours: [] as number[], bare: [] as number[] }
    const compared = await interleaved(
      stage.pick(15, 5),
      async () => keep(fanOut.ours, await broadcast(listeners.ours, save)),
      async () => keep(fanOut.bare, await broadcast(listeners.bare, () => post(bare.url, '{}'))),
    )
    const line = { runtime: 'node' as const, unit: 'ms', against: 'a bare ws broadcast', aim: null, met: null }
    const [ours, direct] = [median(fanOut.ours), median(fanOut.bare)]
    const figures: Figure[] = [
      { ...line, name: `POST /api/config to the last of ${SOCKETS} sockets`, ...compared },
      { ...line, name: 'first of them to the last', value: ours, baseline: direct, ratio: ours / direct },
    ]
    return figures
  },
}

/** Opens the sockets, some at a time; resolves when each has heard `ready`. */
async function listen(server: Server, path: string): Promise<WebSocket[]> {
  const url = server.url.replace('http', 'ws') + path
  const open = () =>
    new Promise<WebSocket>((resolve, reject) => {
      const socket = new WebSocket(url, { headers: AUTHORIZATION, perMessageDeflate: false })
      socket.once('message', () => resolve(socket))
      socket.once('error', reject)
    })
  const all: WebSocket[] = []
  while (all.length < SOCKETS) all.push(...(await Promise.all(Array.from({ length: AT_ONCE }, open))))
  return all
}

interface Broadcast {
  /** From the request to the last socket's event, ms. */
  whole: number
  /** From the first socket's event to the last one's, ms. */
  spread: number
}

/** Triggers an event and waits until every socket has it. */
async function broadcast(listening: readonly WebSocket[], trigger: () => Promise<void>): Promise<Broadcast> {
  let first = 0
  const heard = listening.map(
    (socket) =>
      new Promise<void>((resolve) => {
        socket.once('message', () => {
          first ||= performance.now()
          resolve()
        })
      }),
  )
  const started = performance.now()
  const [last] = await Promise.all([Promise.all(heard).then(() => performance.now()), trigger()])
  await sleep(PAUSE_MS)
  return { whole: last - started, spread: last - first }
}

function keep(spreads: number[], { whole, spread }: Broadcast): number {
  spreads.push(spread)
  return whole
}

async function readConfig(gateway: Server): Promise<Record<string, unknown>> {
  const answer = await request(`${gateway.url}/api/config`, { headers: AUTHORIZATION, dispatcher: connections })
  return (await answer.body.json()) as Record<string, unknown>
}

async function post(url: string, body: string): Promise<void> {
  const headers = { ...AUTHORIZATION, 'content-type': 'application/json' }
  const answer = await request(url, { method: 'POST', headers, body, dispatcher: connections })
  const text = await answer.body.text()
  if (answer.statusCode !== 200) throw new Error(`${url} answered ${answer.statusCode}: ${text}`)
}
