/** What many tenants cost who mostly sleep: memory, waking one, requests; and how that grows with their number. */
import { type Figure, interleaved, median, percentile } from '../figures.ts'
import { startWorkerd } from '../gateways.ts'
import { ADMIN_TOKEN, administer, askAs, type Host, startNodeHost } from '../hosts.ts'
import { residentMb } from '../process-usage.ts'
import type { Measurement, Stage } from '../stage.ts'

const FEW = 100
/** Open homes at most, as the host's default is. */
const OPEN = 100
const CALLERS = 50
const AIM_WAKE = 1.5
const AIM_RATE = 0.8

export const hosting: Measurement = {
  name: 'hosting',
  about: 'a host of 10 000 tenants, mostly idle: memory, waking one, requests/s, against 100; workerd: 200 from zero',
  runtimes: ['node', 'workerd'],
  run: (stage, runtime) => (runtime === 'node' ? onNode(stage) : onWorkerd(stage)),
}

async function onNode(stage: Stage): Promise<Figure[]> {
  const many = stage.pick(10_000, 1000)
  const few = await startNodeHost(stage, FEW)
  const crowd = await startNodeHost(stage, many)
  const empty = { few: residentMb(few.pid), crowd: residentMb(crowd.pid) }
  // First visits make the homes, as many on both.
  for (let n = 0; n < OPEN; n++) {
    await askAs(few, n)
    await askAs(crowd, n)
  }
  const full = { few: residentMb(few.pid), crowd: residentMb(crowd.pid) }

  // Woken in turn, each time another one that has been here and whose home was closed to make room.
  const woken = stage.pick(200, 20)
  await visit(crowd, OPEN, OPEN + woken)
  // A host of a hundred never has to close one: its homes are as many again, woken for the first time there and here.
  const lesser = await startNodeHost(stage, FEW + woken)
  await visit(lesser, 0, FEW + woken)
  const wakes = { many: [] as number[], few: [] as number[] }
  for (let n = 0; n < woken; n++) {
    wakes.few.push(await askAs(lesser, n))
    wakes.many.push(await askAs(crowd, n))
  }
  const rate = await interleaved(
    stage.pick(5, 2),
    () => requestsPerSecond(crowd, stage.pick(3000, 1000), woken),
    () => requestsPerSecond(lesser, stage.pick(3000, 1000), woken),
  )
  const after = residentMb(crowd.pid)

  const name = (text: string) => `${text}, ${many} tenants`
  const line = { runtime: 'node', aim: null, met: null } as const
  const idle = ((full.crowd - full.few) * 1000) / (many - FEW)
  const open = ((full.crowd - empty.crowd) * 1000) / OPEN
  const wake = { value: median(wakes.many), baseline: median(wakes.few) }
  const slow = { value: percentile(wakes.many, 0.99), baseline: percentile(wakes.few, 0.99) }
  const against = `a host of ${FEW}`
  const wider = `a host of ${FEW + woken}`
  const growth = full.crowd / full.few
  return [
    {
      ...{ ...line, name: name(`host with ${OPEN} homes open`), unit: 'MB', value: full.crowd, baseline: full.few },
      ...{ against, ratio: growth },
    },
    {
      ...{ ...line, name: name('memory of a tenant asleep'), unit: 'kB', value: idle, baseline: open },
      ...{ against: 'a tenant whose home is open', ratio: idle / open },
    },
    {
      ...{ ...line, name: name('the same host after waking more'), unit: 'MB', value: after, baseline: full.crowd },
      ...{ against: `before ${woken * 2} more were opened`, ratio: after / full.crowd },
    },
    {
      ...{ ...line, name: name('waking a tenant, p50'), unit: 'ms', ...wake, against: wider },
      ...{ ratio: wake.value / wake.baseline, aim: `<= ${AIM_WAKE} x the baseline` },
      met: wake.value / wake.baseline <= AIM_WAKE,
    },
    {
      ...{ ...line, name: name('waking a tenant, p99'), unit: 'ms', ...slow, against: wider },
      ratio: slow.value / slow.baseline,
    },
    {
      ...{ ...line, name: name(`GET /api/version over ${OPEN / 2} tenants`), unit: 'req/s', ...rate, against: wider },
      ...{ aim: `>= ${AIM_RATE} of the baseline`, met: rate.ratio >= AIM_RATE },
    },
  ]
}

async function visit(host: Host, from: number, to: number): Promise<void> {
  for (let n = from; n < to; n++) await askAs(host, n)
}

/** Requests a second of `CALLERS` that each are another tenant whose home is open. */
async function requestsPerSecond(host: Host, ms: number, before: number): Promise<number> {
  const tenantOf = (caller: number) => Math.max(0, before - OPEN / 2) + (caller % (OPEN / 2))
  for (let caller = 0; caller < CALLERS; caller++) await askAs(host, tenantOf(caller))
  const began = performance.now()
  let done = 0
  const call = async (caller: number) => {
    for (; performance.now() - began < ms; done++) await askAs(host, tenantOf(caller))
  }
  await Promise.all(Array.from({ length: CALLERS }, (_, caller) => call(caller)))
  return done / ((performance.now() - began) / 1000)
}

/** Objects that are asleep after a restart of workerd: each is opened by its first request. */
async function onWorkerd(stage: Stage): Promise<Figure[]> {
  const tenants = stage.pick(200, 20)
  const what = {
    entry: 'adapters/cloudflare/worker.ts',
    objects: { GATEWAY: 'GatewayObject', DIRECTORY: 'TenantDirectory' },
    vars: { HOST_ADMIN_TOKEN: ADMIN_TOKEN, GATEWAY_LOG_LEVEL: 'error' },
    r2: true,
  }
  const running = await startWorkerd(stage, what)
  const tokens: string[] = []
  for (let n = 0; n < tenants; n++) tokens.push((await administer(running, '/tenants', { id: `t${n}` })).token)
  const host: Host = { ...running, authorization: (n) => `Bearer ${tokens[n]}` }
  await visit(host, 0, tenants)
  await running.ask('restart')
  // The restart cut every connection that was kept.
  await untilAnswered(host)
  const first: number[] = []
  for (let n = 0; n < tenants; n++) first.push(await askAs(host, n))
  const again: number[] = []
  for (let n = 0; n < tenants; n++) again.push(await askAs(host, n))
  const line = { runtime: 'workerd', unit: 'ms', against: 'the same tenants awake', aim: null, met: null } as const
  return [0.5, 0.99].map((share) => {
    const [value, baseline] = [percentile(first, share), percentile(again, share)]
    const name = `waking a tenant from zero, p${share * 100}, ${tenants} tenants`
    return { ...line, name, value, baseline, ratio: value / baseline }
  })
}

async function untilAnswered(host: Host): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    const answer = await fetch(`${host.url}/health`).catch(() => null)
    await answer?.text()
    if (answer?.ok) return
  }
  throw new Error('workerd did not come back.')
}
