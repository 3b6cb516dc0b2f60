/**
 * One life of a gateway whose clock and alarm are moved from outside: the process that the cron fault run kills.
 *
 * `node test/crash/cron-life.ts <home> <clock file>` loads, says `loaded`, and waits for `open`; so the next life can be ready before
 * the last one has died. Its clock stands in a file: a life goes on where the last one was, or later.
 */
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { nodeDatabase } from '../../adapters/node/database.ts'
import { openNodeFiles } from '../../adapters/node/files.ts'
import { lockHome } from '../../adapters/node/lock.ts'
import { nodeLog } from '../../adapters/node/log.ts'
import { nodePlatform } from '../../adapters/node/platform.ts'
import { nodeSockets } from '../../adapters/node/sockets.ts'
import type { Job } from '../../src/cron/index.ts'
import { Gateway } from '../../src/gateway.ts'
import type { Platform } from '../../src/platform.ts'

/** What the harness says. */
export type Order =
  | { type: 'open' }
  /** The clock stands at `at` from now on; what is due runs. Answered when the wake-up is over. */
  | { type: 'tick'; at: number }
  /** Dies the `nth` time it reaches the point. */
  | { type: 'arm'; point: string; nth: number }
  | { type: 'create'; jobs: NewJob[] }
  /** Answered with the number of runs and turns that have not ended. */
  | { type: 'busy' }

export interface NewJob {
  request: Parameters<Gateway['cron']['create']>[0]
  special: Partial<Job['payload']>
}

/** Every order has one answer. */
export type Answer = { type: 'loaded' } | { type: 'done'; busy: number; jobs?: Job[] }

/** So many that nothing is trimmed in two days. */
const KEEP_RUNS = 100_000

const [home, clockFile] = process.argv.slice(2) as [string, string]
let clock = 0
let alarm: number | null = null
let armed: { point: string; left: number } | undefined
let gateway: Gateway | undefined
/** Held for life: a collected lock is a released one. */
export let lock: ReturnType<typeof lockHome> | undefined

const answer = (message: Answer) => void process.send!(message)

async function open(): Promise<Gateway> {
  lock = lockHome(home)
  clock = Number(readFileSync(clockFile, 'utf8'))
  const log = nodeLog({ quiet: !process.env.CRASH_LOG, level: 'warn' })
  const parts = nodePlatform({
    home,
    files: openNodeFiles(home),
    db: nodeDatabase(join(home, 'gateway.db')),
    alarm: {
      set: (at) => {
        alarm = at
      },
    },
    sockets: nodeSockets({ log }),
    log,
    logs: log.lines,
    env: { PATH: process.env.PATH },
  })
  const platform: Platform = {
    ...parts,
    now: () => clock,
    fault(point) {
      if (armed?.point === point && --armed.left === 0) process.kill(process.pid, 'SIGKILL')
    },
  }
  const opened = await Gateway.open(platform, { home, version: 'test', local: true, keepRuns: KEEP_RUNS })
  // As the adapter's alarm does at a start: only the agenda knows what is overdue.
  await opened.wake()
  return opened
}

async function tick(at: number): Promise<void> {
  writeFileSync(`${clockFile}.new`, String(at))
  renameSync(`${clockFile}.new`, clockFile)
  clock = at
  while (alarm !== null && alarm <= clock) await gateway!.wake()
}

function busy(): number {
  if (!gateway) return 0
  const { chat, platform } = gateway
  const runs = platform.db.query<{ n: number }>('SELECT count(*) AS n FROM cron_run WHERE finished_at IS NULL')[0]!.n
  return runs + chat.engine.load.running
}

async function obey(order: Order): Promise<void> {
  let jobs: Job[] | undefined
  if (order.type === 'open') gateway = await open()
  else if (order.type === 'tick') await tick(order.at)
  else if (order.type === 'arm') armed = { point: order.point, left: order.nth }
  else if (order.type === 'create') {
    jobs = order.jobs.map(({ request, special }) => gateway!.cron.create(request, special))
  }
  answer({ type: 'done', busy: busy(), ...(jobs ? { jobs } : {}) })
}

process.on('message', (order: Order) => void obey(order))
// Nobody is left to give orders.
process.on('disconnect', () => process.exit())
answer({ type: 'loaded' })
