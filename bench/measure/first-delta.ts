/** How long the first word of a live turn takes from the model server to the client, with and without a gateway between. */
import { connect, type LiveClient } from '../../test/support/live-client.ts'
import { type Figure, median, percentile, type Runtime } from '../figures.ts'
import { AUTHORIZATION, startGateway, startModel } from '../gateways.ts'
import type { Measurement, Server } from '../stage.ts'
import { firstTextAt, upstreamBody } from '../upstream.ts'
import { wallClock } from '../wall-clock.ts'

/** Few words, with pauses: while the first one travels, the model server leaves the clients' core alone. */
const MESSAGE = 'tokens=4 first=2 delay=5'
const TURNS_A_SESSION = 10
const AIM_MS = 1

/** Of one turn, in ms. */
interface Sample {
  /** From the model server's first delta to the client. */
  travel: number
  /** From the client's question to the same moment. */
  wait: number
}

export const firstDelta: Measurement = {
  name: 'first-delta',
  about: 'ms from the upstream’s first delta to the client of /api/chat/live, against reading the upstream directly',
  runtimes: ['node', 'workerd'],
  async run(stage, runtime) {
    const model = await startModel(stage)
    const gateway = await startGateway(stage, runtime, { model: model.url })
    const body = await upstreamBody(gateway, model, MESSAGE)
    const ours: Sample[] = []
    const direct: Sample[] = []
    const turns = stage.pick(300, 40)
    const warmUp = stage.pick(100, 10)
    let socket: LiveClient | undefined
    for (let i = -warmUp; i < turns; i++) {
      if (i % TURNS_A_SESSION === 0 || !socket) {
        socket?.close()
        socket = await connect(`${gateway.url.replace('http', 'ws')}/api/chat/live?session=s${i}`, AUTHORIZATION)
      }
      const live = socket
      const pair = [await sample(model, () => firstTextAt(model, body)), await sample(model, () => liveTurn(live))]
      if (i < 0) continue
      direct.push(pair[0]!)
      ours.push(pair[1]!)
    }
    socket?.close()
    return figures(runtime, ours, direct)
  },
}

async function sample(model: Server, turn: () => Promise<number>): Promise<Sample> {
  const asked = wallClock()
  const at = await turn()
  const left = await model.ask<number>('first-byte')
  return { travel: at - left, wait: at - asked }
}

/** One message on an open socket, to its end; when the first chunk came. */
async function liveTurn(socket: LiveClient): Promise<number> {
  const begin = socket.frames.length
  const since = (type: string) => (frame: { type: string }) =>
    frame.type === type && socket.frames.indexOf(frame) >= begin
  socket.send({ message: MESSAGE, stay: true })
  const first = await socket.until(since('chat_chunk'))
  await socket.until(since('chat_done'))
  return performance.timeOrigin + socket.times[socket.frames.indexOf(first)]!
}

function figures(runtime: Runtime, ours: readonly Sample[], direct: readonly Sample[]): Figure[] {
  const figure = (name: string, value: number, baseline: number, aimMs?: number): Figure => ({
    name,
    runtime,
    unit: 'ms',
    value,
    baseline,
    against: 'the upstream read directly',
    ratio: value / baseline,
    aim: aimMs === undefined ? null : `baseline + ${aimMs} ms`,
    met: aimMs === undefined ? null : value - baseline < aimMs,
  })
  const travels = [ours.map((one) => one.travel), direct.map((one) => one.travel)] as const
  const waits = [ours.map((one) => one.wait), direct.map((one) => one.wait)] as const
  const aim = runtime === 'node' ? AIM_MS : undefined
  return [
    figure('upstream’s first delta to client, p50', median(travels[0]), median(travels[1]), aim),
    figure('upstream’s first delta to client, p95', percentile(travels[0], 0.95), percentile(travels[1], 0.95)),
    figure('message to first delta, p50', median(waits[0]), median(waits[1])),
    figure('message to first delta, p95', percentile(waits[0], 0.95), percentile(waits[1], 0.95)),
  ]
}
