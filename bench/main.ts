/** `npm run bench`: runs the measurements, prints a table and writes bench/results/latest.json. `--help` says more. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { arch, cpus } from 'node:os'
import { separateCores } from './cores.ts'
import type { Figure } from './figures.ts'
import { cron } from './measure/cron.ts'
import { firstDelta } from './measure/first-delta.ts'
import { history } from './measure/history.ts'
import { hosting } from './measure/hosting.ts'
import { logs } from './measure/logs.ts'
import { memory } from './measure/memory.ts'
import { neighbour } from './measure/neighbour.ts'
import { pool } from './measure/pool.ts'
import { route } from './measure/route.ts'
import { sessions } from './measure/sessions.ts'
import { skills } from './measure/skills.ts'
import { sockets } from './measure/sockets.ts'
import { start } from './measure/start.ts'
import { turns } from './measure/turns.ts'
import { upload } from './measure/upload.ts'
import { helpText, type Options, optionsFrom } from './options.ts'
import { type Measurement, Stage } from './stage.ts'
import { table } from './table.ts'
import { connections } from './upstream.ts'

const MEASUREMENTS: readonly Measurement[] = [
  route,
  firstDelta,
  turns,
  pool,
  history,
  cron,
  start,
  sockets,
  memory,
  logs,
  sessions,
  skills,
  upload,
  hosting,
  neighbour,
]
const RESULTS = new URL('results/', import.meta.url)

await main(process.argv.slice(2))

async function main(args: readonly string[]): Promise<void> {
  let options: Options
  try {
    options = optionsFrom(args, MEASUREMENTS)
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    process.exitCode = 2
    return
  }
  if (options.help) console.log(helpText(MEASUREMENTS))
  else await measureAll(options)
}

async function measureAll({ measurements, runtimes, quick }: Options): Promise<void> {
  const cores = separateCores()
  const machine = `Node ${process.versions.node}, ${arch()}, ${cpus().length} x ${cpus()[0]?.model.trim() ?? 'unknown CPU'}`
  console.log(`${machine}\n${cores.note}${quick ? '\nA quick run: for a first look only.' : ''}\n`)
  const figures: Figure[] = []
  const failures: string[] = []
  for (const measurement of measurements) {
    for (const runtime of measurement.runtimes.filter((one) => runtimes.includes(one))) {
      const started = performance.now()
      const stage = new Stage(quick, cores)
      const interrupted = endOnInterrupt(stage)
      try {
        figures.push(...(await measurement.run(stage, runtime)))
      } catch (error) {
        failures.push(`${measurement.name} on ${runtime}: ${error instanceof Error ? error.message : String(error)}`)
      } finally {
        await stage.close()
        interrupted.forget()
      }
      console.error(`${measurement.name} on ${runtime}: ${((performance.now() - started) / 1000).toFixed(0)} s`)
    }
  }
  await connections.close()
  if (figures.length) {
    console.log(`\n${table(figures)}\n`)
    mkdirSync(RESULTS, { recursive: true })
    const report = { at: new Date().toISOString(), machine, cores: cores.note, quick, figures, failures }
    writeFileSync(new URL('latest.json', RESULTS), `${JSON.stringify(report, null, 2)}\n`)
  }
  for (const failure of failures) console.error(`NOT MEASURED: ${failure}`)
  if (failures.length) process.exitCode = 1
}

/** Ctrl-C must leave no server behind. */
function endOnInterrupt(stage: Stage): { forget(): void } {
  const end = () => void stage.close().finally(() => process.exit(130))
  process.once('SIGINT', end)
  process.once('SIGTERM', end)
  return {
    forget() {
      process.off('SIGINT', end)
      process.off('SIGTERM', end)
    },
  }
}
