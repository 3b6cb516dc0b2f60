/** A wake-up of the schedule with many jobs, of which ten are due, against the same with few. */
import { join } from 'node:path'
import { nodeDatabase } from '../../adapters/node/database.ts'
import { chatMigrations, TurnEngine } from '../../src/chat/index.ts'
import { CronService, cronMigrations } from '../../src/cron/index.ts'
import { migrate } from '../../src/db/index.ts'
import type { Platform } from '../../src/platform.ts'
import { Agenda, scheduleMigrations } from '../../src/schedule/index.ts'
import { Sessions, sessionMigrations } from '../../src/sessions/index.ts'
import { type Figure, interleaved, median } from '../figures.ts'
import type { Measurement, Stage } from '../stage.ts'

const FEW = 100
const DUE = 10
const AIM = 1.5
const MINUTE = 60_000
const START = Date.parse('2026-03-02T10:00:00Z')

export const cron: Measurement = {
  name: 'cron',
  about: 'ms of a wake-up with 10 000 jobs of which 10 are due, their turns included, against 100 jobs',
  runtimes: ['node'],
  async run(stage) {
    const size = stage.pick(10_000, 2000)
    const [many, few] = [await schedule(stage, size), await schedule(stage, FEW)]
    const wakes = stage.pick(20, 8)
    const typical = (one: () => Promise<number>) => async () => {
      const times: number[] = []
      for (let i = 0; i < wakes; i++) times.push(await one())
      return median(times)
    }
    await typical(many)()
    await typical(few)()
    const compared = await interleaved(stage.pick(15, 5), typical(many), typical(few))
    const line: Pick<Figure, 'runtime' | 'unit' | 'against' | 'ratio' | 'aim' | 'met'> = {
      runtime: 'node',
      unit: 'ms',
      against: `the same with ${FEW} jobs`,
      ratio: compared.ratio,
      aim: `<= ${AIM} x the baseline`,
      met: compared.ratio <= AIM,
    }
    const [value, baseline] = [compared.value / DUE, compared.baseline / DUE]
    return [
      { ...line, ...compared, name: `wake-up with ${size} jobs, ${DUE} due` },
      { ...line, value, baseline, name: `each of the ${DUE} due of ${size} jobs` },
    ]
  },
}

/**
 * The real service and turn engine on a database file, with agents that answer at once. Ten jobs are due every minute,
 * the others in a year. Gives a function that moves the clock by a minute and measures until the ten turns have ended.
 */
async function schedule(stage: Stage, jobs: number): Promise<() => Promise<number>> {
  const db = nodeDatabase(join(await stage.folder(), 'gateway.db'))
  stage.after(async () => db.close())
  migrate(db, [scheduleMigrations, sessionMigrations, chatMigrations, cronMigrations])
  let clock = START
  const now = () => clock
  // The parts of the platform that a schedule without models needs.
  const platform = {
    ...{ db, now, alarm: { set() {} }, log: { debug() {}, info() {}, warn() {}, error() {} } },
    background: (work: Promise<unknown>) => void work,
  } as unknown as Platform
  const agenda = new Agenda(platform)
  const sessions = new Sessions({ db, now })
  const engine = new TurnEngine({ platform, sessions, agenda, runner: async (run) => run.end('done', null, 'ok') })
  let left = 0
  let over: () => void = () => {}
  engine.onEnd(() => --left === 0 && over())
  const service = new CronService({
    ...{ db, agenda, engine, now, log: platform.log, deliver: () => null, publish() {} },
    settings: () => ({
      retry_backoff_base_sec: 30,
      retry_backoff_max_sec: 1800,
      max_consecutive_failure_retries: 5,
      max_workers: DUE,
    }),
  })
  db.transaction(() => {
    for (let i = 0; i < jobs; i++) {
      service.create({ message: 'look', tz: 'UTC', expr: i % (jobs / DUE) === 0 ? '* * * * *' : '0 0 1 1 *' })
    }
  })
  return async () => {
    clock += MINUTE
    left = DUE
    const ended = new Promise<void>((resolve) => {
      over = resolve
    })
    const started = performance.now()
    await agenda.wake()
    await ended
    return performance.now() - started
  }
}
