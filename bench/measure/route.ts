/** Requests a second of a small authenticated JSON route, against the same route on bare Hono. */
import { type Figure, interleaved, median } from '../figures.ts'
import { AUTHORIZATION, startGateway, startWorkerd } from '../gateways.ts'
import { cpuMs } from '../process-usage.ts'
import type { Measurement, Server, Stage } from '../stage.ts'

const CONNECTIONS = 50
const AIM = 0.7
const CANNON = 'node_modules/autocannon/autocannon.js'

export const route: Measurement = {
  name: 'route',
  about: 'requests/s of GET /api/version with its token, 50 connections, against bare Hono',
  runtimes: ['node', 'workerd'],
  async run(stage, runtime) {
    const gateway = await startGateway(stage, runtime)
    const bare =
      runtime === 'node'
        ? await stage.server({ args: ['bench/servers/bare-hono.ts'] })
        : await startWorkerd(stage, BARE_WORKER)
    const seconds = stage.pick(3, 1)
    await Promise.all([fire(stage, gateway, seconds), fire(stage, bare, seconds)]) // until both are compiled
    const cpu = { ours: [] as number[], bare: [] as number[] }
    const compared = await interleaved(
      stage.pick(5, 2),
      () => fire(stage, gateway, seconds, cpu.ours),
      () => fire(stage, bare, seconds, cpu.bare),
    )
    // What a request costs in workerd is mostly its two hops, and its dev proxy's: an aim would say nothing.
    const aim = runtime === 'node' ? `>= ${AIM} of the baseline` : null
    const against = runtime === 'node' ? 'bare Hono on node-server' : 'bare Hono in a Durable Object'
    const met = aim === null ? null : compared.ratio >= AIM
    const figures: Figure[] = [
      { name: 'GET /api/version, 50 connections', runtime, unit: 'req/s', ...compared, against, aim, met },
    ]
    // In workerd the process we know is its launcher.
    if (runtime === 'node' && cpu.ours.length) {
      const [value, baseline] = [median(cpu.ours), median(cpu.bare)]
      const line = { runtime, unit: 'µs', against, aim: null, met: null }
      figures.push({ ...line, name: 'CPU of one such request', value, baseline, ratio: value / baseline })
    }
    return figures
  },
}

const BARE_WORKER = { entry: 'bench/servers/bare-worker.js', objects: { BARE: 'BareObject' } }

/**
 * Requests a second; throws when any was refused, since a refusal is cheaper than an answer. Adds to `cpu` what one
 * took of the server's CPU, in µs: that stays true on a machine with other work.
 */
async function fire(stage: Stage, server: Server, seconds: number, cpu: number[] = []): Promise<number> {
  const load = ['-c', String(CONNECTIONS), '-d', String(seconds), '-H', `authorization=${AUTHORIZATION.authorization}`]
  const before = cpuMs(server.pid)
  const text = await stage.output([CANNON, '-j', '-n', ...load, `${server.url}/api/version`])
  const { requests, non2xx, errors } = JSON.parse(text) as Cannonade
  if (non2xx || errors) throw new Error(`${non2xx} requests were refused, ${errors} broke`)
  const after = cpuMs(server.pid)
  if (before !== null && after !== null) cpu.push(((after - before) * 1000) / requests.total)
  return requests.mean
}

/** What autocannon says, as far as it matters here. */
interface Cannonade {
  requests: { mean: number; total: number }
  non2xx: number
  errors: number
}
