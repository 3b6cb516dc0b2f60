/** What a tenant feels of one that hammers at its limits, on the same host. */
import { type Figure, median, percentile } from '../figures.ts'
import { startWorkerd } from '../gateways.ts'
import { ADMIN_TOKEN, administer, askAs, type Host, startNodeHost } from '../hosts.ts'
import type { Measurement, Stage } from '../stage.ts'
import { connections } from '../upstream.ts'

const AIM = 2
/** Connections of the noisy one, each asking again as soon as it was refused. */
const NOISY_CONNECTIONS = 10
/** Requests a minute. */
const LIMIT = 5
const NOISY = 0
const QUIET = 1
/** Between two requests of the quiet one, as somebody at a page makes them. */
const PAUSE_MS = 5
const PATH = '/api/sessions'

export const neighbour: Measurement = {
  name: 'neighbour',
  about: 'requests of one tenant while another is refused as fast as it can ask, against the same without',
  runtimes: ['node', 'workerd'],
  async run(stage, runtime) {
    const host = runtime === 'node' ? await startNodeHost(stage, 2) : await workerdHost(stage)
    await administer(host, `/tenants/t${NOISY}`, { limits: { requests_per_minute: { block: LIMIT } } })
    const ms = stage.pick(4000, 1500)
    const rounds = stage.pick(5, 2)
    // Until both are open and compiled, and the noisy one is at its limit.
    await beside(host, ms / 2)
    await quietTimes(host, ms / 2)
    const p50 = { with: [] as number[], without: [] as number[] }
    const p99 = { with: [] as number[], without: [] as number[] }
    let refused = 0
    for (let round = 0; round < rounds; round++) {
      const parts = [
        async () => {
          const alone = await quietTimes(host, ms)
          p50.without.push(percentile(alone, 0.5))
          p99.without.push(percentile(alone, 0.99))
        },
        async () => {
          const { times, refusals, answered } = await beside(host, ms)
          // A new minute lets a few through; more would mean that it was not at its limit.
          if (answered > 2 * LIMIT) throw new Error(`the noisy tenant was answered ${answered} times`)
          refused += refusals
          p50.with.push(percentile(times, 0.5))
          p99.with.push(percentile(times, 0.99))
        },
      ]
      for (const part of round % 2 ? parts.reverse() : parts) await part()
    }
    const perSecond = Math.round((refused * 1000) / (ms * rounds))
    const figure = (share: string, { with: ours, without }: typeof p50, aim: boolean): Figure => {
      const ratio = median(ours.map((value, n) => value / without[n]!))
      return {
        ...{ name: `GET ${PATH} beside a noisy tenant, ${share}`, runtime, unit: 'ms', ratio },
        ...{ value: median(ours), baseline: median(without), against: `alone; the other: ${perSecond} refusals/s` },
        ...{ aim: aim ? `<= ${AIM} x the baseline` : null, met: aim ? ratio <= AIM : null },
      }
    }
    return [figure('p50', p50, false), figure('p99', p99, true)]
  },
}

/** Times of the quiet one's requests in ms, one after the other. */
async function quietTimes(host: Host, ms: number): Promise<number[]> {
  const times: number[] = []
  const began = performance.now()
  while (performance.now() - began < ms) {
    times.push(await askAs(host, QUIET, PATH))
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
  }
  return times
}

/** The same while the noisy one hammers, and how often that was refused. */
async function beside(host: Host, ms: number): Promise<{ times: number[]; refusals: number; answered: number }> {
  let over = false
  let refusals = 0
  let answered = 0
  const hammer = async () => {
    while (!over) {
      const answer = await connections.request({
        ...{ origin: host.url, path: PATH, method: 'GET', headers: { authorization: host.authorization(NOISY) } },
      })
      await answer.body.dump()
      if (answer.statusCode === 429) refusals++
      else answered++
    }
  }
  const hammers = Array.from({ length: NOISY_CONNECTIONS }, hammer)
  const times = await quietTimes(host, ms)
  over = true
  await Promise.all(hammers)
  return { times, refusals, answered }
}

async function workerdHost(stage: Stage): Promise<Host> {
  const running = await startWorkerd(stage, {
    entry: 'adapters/cloudflare/worker.ts',
    objects: { GATEWAY: 'GatewayObject', DIRECTORY: 'TenantDirectory' },
    vars: { HOST_ADMIN_TOKEN: ADMIN_TOKEN, GATEWAY_LOG_LEVEL: 'error' },
    r2: true,
  })
  const tokens = [NOISY, QUIET].map((n) => administer(running, '/tenants', { id: `t${n}` }))
  const [noisy, quiet] = await Promise.all(tokens)
  return { ...running, authorization: (n) => `Bearer ${(n === NOISY ? noisy : quiet)?.token}` }
}
