/** From the command to the first answer, and the memory it takes until then: as installed, and from the sources. */
import { cp, mkdir, symlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Figure, interleaved, median } from '../figures.ts'
import { newHome, untilHealthy } from '../gateways.ts'
import { residentMb } from '../process-usage.ts'
import { freePort, type Measurement, type Program, type Stage } from '../stage.ts'

/** What a user installs, and what one has who cloned and did not build. */
const INSTALLED = ['package.json', 'adapters/node/cli/clawgo.js', 'adapters/node/cli/which-program.js', 'dist/node']
const CLONED = ['package.json', 'package-lock.json', 'src', 'adapters']
const ROOT = join(import.meta.dirname, '../..')

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
    await stage.output(['scripts/build.ts'])
    const installed = await packageOf(stage, INSTALLED)
    const cloned = await packageOf(stage, CLONED)
    const again = within(installed, await newHome(stage, port))
    const source = within(cloned, await newHome(stage, port))
    const bare = bareHono(port)
    const memory = { ours: [] as number[], source: [] as number[], bare: [] as number[] }
    const timed = (program: Program, sizes?: number[]) => startMs(stage, port, program, sizes)
    // The first of each fills the system's file cache, Node's compile cache, and the home.
    for (const program of [again, source, bare]) await timed(program)
    const rounds = stage.pick(9, 3)
    const started = await interleaved(
      rounds,
      () => timed(again, memory.ours),
      () => timed(bare, memory.bare),
    )
    const anew = await interleaved(
      stage.pick(5, 2),
      async () => timed(within(installed, await newHome(stage, port))),
      () => timed(bare),
    )
    const fromSource = await interleaved(
      stage.pick(5, 2),
      () => timed(source, memory.source),
      () => timed(bare),
    )
    const line = { runtime: 'node' as const, against: 'bare Hono on node-server' }
    const bareReady = median(memory.bare)
    const resident = (name: string, sizes: number[]) => {
      const value = median(sizes)
      return { ...line, name, unit: 'MB', value, baseline: bareReady, ratio: value / bareReady }
    }
    const memoryReady = resident('resident memory when ready', memory.ours)
    return [
      { ...line, name: 'start to listening', unit: 'ms', ...started, ...limit(started.value, AIM_MS, 'ms') },
      { ...line, name: 'start to listening, new home', unit: 'ms', ...anew, ...limit(anew.value, AIM_MS, 'ms') },
      { ...memoryReady, ...limit(memoryReady.value, AIM_MB, 'MB') },
      { ...line, name: 'start to listening, from the sources', unit: 'ms', ...fromSource, ...noAim },
      { ...resident('resident memory when ready, from the sources', memory.source), ...noAim },
    ]
  },
}

const limit = (value: number, most: number, unit: string): Pick<Figure, 'aim' | 'met'> => ({
  aim: `< ${most} ${unit}`,
  met: value < most,
})

const noAim: Pick<Figure, 'aim' | 'met'> = { aim: null, met: null }

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

/** The paths of this checkout as a package of its own, with this one's dependencies. */
async function packageOf(stage: Stage, paths: readonly string[]): Promise<string> {
  const root = await stage.folder()
  for (const path of paths) {
    await mkdir(dirname(join(root, path)), { recursive: true })
    await cp(join(ROOT, path), join(root, path), { recursive: true })
  }
  await symlink(join(ROOT, 'node_modules'), join(root, 'node_modules'))
  return root
}

/** The same command line for the `clawgo` of another package. */
function within(root: string, { args, ...rest }: Program): Program {
  const [clawgo = '', ...others] = args
  return { ...rest, args: [join(root, clawgo), ...others] }
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
