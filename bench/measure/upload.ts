/** What memory an upload takes of the server, a large one against a small one. */
import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { request } from 'undici'
import { type Figure, median } from '../figures.ts'
import { AUTHORIZATION, startGateway } from '../gateways.ts'
import { residentMb } from '../process-usage.ts'
import { childCalled, forgetPeak, peakMb } from '../resident-peak.ts'
import type { Measurement, Server } from '../stage.ts'
import { connections } from '../upstream.ts'

const SMALL_MB = 1
const AIM_MB = 64
const MB = 1024 * 1024
const CHUNK = 64 * 1024
/** What is let go of after the answer counts as well. */
const SETTLE_MS = 1000

export const upload: Measurement = {
  name: 'upload',
  about: 'how far the memory of the server rises in uploads of 100 MB, and how far it stays up, against 1 MB',
  runtimes: ['node', 'workerd'],
  async run(stage, runtime) {
    const gateway = await startGateway(stage, runtime)
    const pid = runtime === 'node' ? gateway.pid : childCalled(gateway.pid, 'workerd')
    const size = stage.pick(100, 20)
    const rounds = stage.pick(5, 2)
    for (let i = 0; i < 5; i++) await send(gateway, SMALL_MB * MB)
    const small: Sample[] = []
    const large: Sample[] = []
    for (let i = 0; i < rounds; i++) small.push(await sample(gateway, pid, SMALL_MB))
    for (let i = 0; i < rounds; i++) large.push(await sample(gateway, pid, size))
    const line = { runtime, aim: null, met: null }
    const [rise, smallRise] = [mostRise(large), mostRise(small)]
    const { before } = large[0]!
    const peak = Math.max(...large.map((one) => one.peak))
    const { after } = large.at(-1)!
    const [ms, smallMs] = [large, small].map((samples) => median(samples.map(({ msAMb }) => msAMb))) as [number, number]
    const figures: Figure[] = [
      {
        ...line,
        name: `upload of ${size} MB, most memory rises in one`,
        unit: 'MB',
        ...against(rise, smallRise, `an upload of ${SMALL_MB} MB`),
        // All of workerd is one process, the dev proxy in front included: an aim would blame the wrong one.
        ...(runtime === 'node' ? { aim: `<= ${AIM_MB} MB`, met: rise <= AIM_MB } : {}),
      },
      { ...line, name: `peak in ${rounds} such uploads`, unit: 'MB', ...against(peak, before, 'before them') },
      { ...line, name: 'resident a second after them', unit: 'MB', ...against(after, before, 'before them') },
      { ...line, name: 'time of a MB', unit: 'ms', ...against(ms, smallMs, `an upload of ${SMALL_MB} MB`) },
    ]
    return figures
  },
}

const against = (value: number, baseline: number, what: string) => ({
  value,
  baseline,
  ratio: value / baseline,
  against: what,
})

/** The most that one upload took above what was resident before it, in MB; at least the tenth of one. */
function mostRise(samples: readonly Sample[]): number {
  return Math.max(0.1, ...samples.map(({ before, peak }) => peak - before))
}

/** Of one upload: resident memory in MB, and its time. */
interface Sample {
  before: number
  peak: number
  after: number
  msAMb: number
}

async function sample(gateway: Server, pid: number, size: number): Promise<Sample> {
  const before = residentMb(pid)
  forgetPeak(pid)
  const started = performance.now()
  await send(gateway, size * MB)
  const msAMb = (performance.now() - started) / size
  const peak = peakMb(pid)
  await sleep(SETTLE_MS)
  return { before, peak, after: residentMb(pid), msAMb }
}

/** Uploads a file of `size` bytes that is never whole in this process either. */
async function send({ url }: Server, size: number): Promise<void> {
  const head = '--b\r\nContent-Disposition: form-data; name="file"; filename="large.bin"\r\n\r\n'
  const tail = '\r\n--b--\r\n'
  const chunk = Buffer.alloc(CHUNK, 'x')
  const parts = function* () {
    yield Buffer.from(head)
    for (let sent = 0; sent < size; sent += CHUNK) yield chunk
    yield Buffer.from(tail)
  }
  const answer = await request(`${url}/api/upload`, {
    method: 'POST',
    headers: {
      ...AUTHORIZATION,
      'content-type': 'multipart/form-data; boundary=b',
      'content-length': String(head.length + size + tail.length),
    },
    body: Readable.from(parts()),
    dispatcher: connections,
  })
  const text = await answer.body.text()
  if (answer.statusCode !== 200) throw new Error(`the upload answered ${answer.statusCode}: ${text}`)
}
