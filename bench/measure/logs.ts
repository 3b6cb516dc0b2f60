/** The last 200 lines of a long log, against those of a short one. */
import { createWriteStream } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { type Figure, interleaved, type Runtime } from '../figures.ts'
import { logLine } from '../fill-logs.ts'
import { startFilledNode, startFilledWorker } from '../filled-gateways.ts'
import type { Measurement, Server, Stage } from '../stage.ts'
import { answerOf, typicalMs } from '../typical-request.ts'

const LINES = 200
const PATH = `/api/logs/recent?limit=${LINES}`
const SHORT_MB = 1
/** More lines than the bounded table of workerd holds. */
const FULL = 10_000
const AIM = 1.5
const MB = 1024 * 1024

export const logs: Measurement = {
  name: 'logs',
  about: 'ms of GET /api/logs/recent?limit=200 on a log of 500 MB (workerd: a full table), against a short one',
  runtimes: ['node', 'workerd'],
  async run(stage, runtime) {
    const longMb = stage.pick(500, 50)
    const { long, short } = await gateways(stage, runtime, longMb)
    for (const server of [long, short]) await checkLines(server)
    const requests = stage.pick(60, 20)
    const ours = () => typicalMs(long, PATH, requests)
    const base = () => typicalMs(short, PATH, requests)
    await ours()
    await base()
    const compared = await interleaved(stage.pick(9, 5), ours, base)
    const figure: Figure = {
      name:
        runtime === 'node' ? `recent ${LINES} lines of a ${longMb} MB log` : `recent ${LINES} lines of a full table`,
      runtime,
      unit: 'ms',
      ...compared,
      against: runtime === 'node' ? `the same of ${SHORT_MB} MB` : `the same of a table of ${LINES} lines`,
      aim: `<= ${AIM} x the baseline`,
      met: compared.ratio <= AIM,
    }
    return [figure]
  },
}

async function gateways(stage: Stage, runtime: Runtime, longMb: number): Promise<{ long: Server; short: Server }> {
  if (runtime === 'workerd') {
    return { long: await startFilledWorker(stage, 'logs', FULL), short: await startFilledWorker(stage, 'logs', LINES) }
  }
  // Or the first line would begin a new file.
  const logging = { max_size_mb: 2 * longMb }
  const start = (mb: number) => startFilledNode(stage, (home) => writeLog(join(home, 'logs'), mb * MB), { logging })
  return { long: await start(longMb), short: await start(SHORT_MB) }
}

/** Writes a log file of `bytes` bytes. */
async function writeLog(folder: string, bytes: number): Promise<void> {
  const block = Buffer.from(`${Array.from({ length: 2000 }, (_, n) => logLine(n)).join('\n')}\n`)
  const blocks = Array.from({ length: Math.ceil(bytes / block.length) }, () => block)
  await mkdir(folder)
  await pipeline(Readable.from(blocks), createWriteStream(join(folder, 'clawgo.log')))
}

async function checkLines(server: Server): Promise<void> {
  const { logs: lines } = await answerOf<{ logs: unknown[] }>(server, PATH)
  if (lines.length !== LINES) throw new Error(`${PATH} showed ${lines.length} lines`)
}
