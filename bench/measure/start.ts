/** From the command to the first answer, and the memory it takes until then. */
import { setTimeout as sleep } from 'node:timers/promises'
import { type Figure, interleaved, median } from '../figures.ts'
import { newHome, untilHealthy } from '../gateways.ts'
import { residentMb } from '../process-usage.ts'
import { freePort, type Measurement, type Program, type Stage } from '../stage.ts'

const AIM_MS = 400
const AIM_MB = 100
/** What a start does after it listens counts as well. */
const SETTLE_MS = 500

export const start: Measurement = {
  name: 'start',
  about: 'ms from `clawgo gateway run` to the first answer, and its memory then, against bare Hono',
  runtimes: ['node'],
  async run(stage) {
    const port = await freePort()
    const again = await newHome(stage, port)
    const bare = bareHono(port)
    const memory = { ours: [] as number[], bare: [] as number[] }
    const timed = (program: Program, sizes?: number[]) => startMs(stage, port, program, sizes)
    // The first of each fills the system's file cache, and the home.
    await timed(again)
    await timed(bare)
    const rounds = stage.pick(9, 3)
    const started = await interleaved(
      rounds,
      () => timed(again, memory.ours),
      () => timed(bare, memory.bare),
    )
    const anew = await interleaved(
      stage.pick(5, 2),
      async () => timed(await newHome(stage, port)),
      () => timed(bare),
    )
    const line = { runtime: 'node' as const, against: 'bare Hono on node-server' }
    const [ready, bareReady] = [median(memory.ours), median(memory.bare)]
    return [
      { ...line, name: 'start to listening', unit: 'ms', ...started, ...limit(started.value, AIM_MS, 'ms') },
      { ...line, name: 'start to listening, new home', unit: 'ms', ...anew, ...limit(anew.value, AIM_MS, 'ms') },
      {
        ...line,
        name: 'resident memory when ready',
        unit: 'MB',
        value: ready,
        baseline: bareReady,
        ratio: ready / bareReady,
        ...limit(ready, AIM_MB, 'MB'),
      },
    ]
  },
}

const limit = (value: number, most: number, unit: string): Pick<Figure, 'aim' | 'met'> => ({
  aim: `< ${most} ${unit}`,
  met: value < most,
})

async function startMs(stage: Stage, port: number, program: Program, sizes?: number[]): Promise<number> {
  const started = performance.now()
  const running = stage.start(program)
  await Promise.race([untilHealthy(`http://127.0.0.1:${port}`), running.failed])
  const ms = performance.now() - started
  if (sizes) {
    await sleep(SETTLE_MS)
    sizes.push(residentMb(running.pid))
  }
  await running.end()
  return ms
}

/** As text on the command line: JavaScript, so that reading TypeScript is no part of it. */
function bareHono(port: number): Program {
  const code = [
    "import { serve } from '@hono/node-server'",
    "import { Hono } from 'hono'",
    `serve({ fetch: new Hono().get('/health', (c) => c.text('ok')).fetch, hostname: '127.0.0.1', port: ${port} })`,
  ]
  return { args: ['--input-type=module', '-e', code.join('\n')] }
}
